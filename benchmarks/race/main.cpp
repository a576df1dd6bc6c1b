// The library as a contestant: `race TASK BATCH THREADS SEED` gets ready, and then answers what race.py asks.
#include <omp.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "serve.hpp"

namespace race {

using Task = int(const Setting&);
Task dcgan, dcgan_half, dcgan_double, dcgan64, vae, vae_half, vae_double, flow, generator, decoder, profile_dcgan,
    profile_vae, profile_flow;

constexpr std::array<std::pair<std::string_view, Task*>, 13> tasks = {{{"dcgan", dcgan},
                                                                       {"dcgan_half", dcgan_half},
                                                                       {"dcgan_double", dcgan_double},
                                                                       {"dcgan64", dcgan64},
                                                                       {"vae", vae},
                                                                       {"vae_half", vae_half},
                                                                       {"vae_double", vae_double},
                                                                       {"flow", flow},
                                                                       {"generator", generator},
                                                                       {"decoder", decoder},
                                                                       {"profile_dcgan", profile_dcgan},
                                                                       {"profile_vae", profile_vae},
                                                                       {"profile_flow", profile_flow}}};

}  // namespace race

int main(int argc, char** argv) {
    try {
        if (argc == 5)
            for (const auto& [name, task] : race::tasks)
                if (name == argv[1]) {
                    const race::Setting setting{std::atoi(argv[2]), std::atoi(argv[3]),
                                                static_cast<unsigned>(std::atoi(argv[4]))};
                    omp_set_num_threads(setting.threads);
                    return task(setting);
                }
        std::fputs("usage: race TASK BATCH THREADS SEED, TASK one of:", stderr);
        for (const auto& [name, task] : race::tasks) std::fprintf(stderr, " %s", name.data());
        std::fputs("\n", stderr);
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
