// How fast a model of 537 MB is written and read: eight linear layers, as safetensors.
// usage: loading FILE [REPEATS]      writes FILE, then loads it REPEATS times (5)
// Beside it: benchmarks/loading.py FILE, which loads the same file with PyTorch.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>

using namespace genotype;

namespace {

using Net = Repeat<8, Linear<4096, 4096, NoBias>>;
constexpr double bytes = static_cast<double>(parameter_count<Net>) * sizeof(float);

template <class Work>
void time(const char* name, Work work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf("%-24s %7.3f s  %6.2f GB/s\n", name, seconds, bytes / seconds / 1e9);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2 || count > 3) {
        std::fprintf(stderr, "usage: %s FILE [REPEATS]\n", arguments[0]);
        return 2;
    }
    const int repeats = count > 2 ? std::atoi(arguments[2]) : 5;
    Model<Net> model(Seed{1});
    time("save, to the disk", [&] { save(model, arguments[1]); });
    for (int repeat = 0; repeat < repeats; ++repeat) time("load", [&] { load(model, arguments[1]); });
    for (int repeat = 0; repeat < repeats; ++repeat) time("(copy of the memory)", [&] { model.parameters.clone(); });
}
