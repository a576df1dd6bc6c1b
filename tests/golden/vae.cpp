// The VAE's first ten steps against PyTorch, on all tested devices.
#include <numbers>

#include "genotype/genotype.hpp"
#include "support/devices.hpp"
#include "support/golden_training.hpp"

using namespace genotype;

namespace {

template <class Device>
void check(const char* name, VaeOptions<Adam> options = {}) {
    using Net = VAE<784, 256, 20>;
    const golden::File file(name);
    const int batch = static_cast<int>(file["batch"].scalar());
    const auto seed = static_cast<std::uint64_t>(file["seed"].scalar());
    options.batch = batch;
    Trainer<Net, Device> trainer(options);
    golden::fill<Net>(trainer.model().parameters.data(), 0);
    trainer.model().prepare();

    const golden::Values& losses = file["losses"];
    for (int step = 0; step < losses.dims[0]; ++step) {
        INFO("step " << step + 1);
        const auto stream = static_cast<std::uint64_t>(2 * step);
        const auto images = golden::data<Shape<784>>(batch, seed, stream, 0.5, 0.5f);
        const auto noise = golden::data<Shape<20>>(batch, seed, stream + 1, std::numbers::sqrt3);
        const VaeLosses found = trainer.step(images, noise);
        CHECK(std::abs(found.reconstruction - losses.row(step)[0]) <= 1e-3);
        CHECK(std::abs(found.kl - losses.row(step)[1]) <= 1e-3 * losses.row(step)[1]);
        if (step > 0) continue;
        const float* gradients = trainer.gradients().data();
        golden::check_gradients<Net::Encoder>(file, "encoder", gradients);
        golden::check_gradients<Net::Decoder>(file, "decoder", gradients + parameter_floats<Net::Encoder>());
    }
}

}  // namespace

TEST_CASE("losses and gradients") {
    on_tested_devices([]<class Device>(Device) { check<Device>("vae"); });
}

TEST_CASE("losses and gradients with free bits, of which some latents have more, while the KL's weight rises") {
    // In step 1 nine of the 20 latents are above; no divergence is nearer to the bound than 1.8 % in a step that
    // learns.
    on_tested_devices([]<class Device>(Device) {
        check<Device>("vae_free_bits", {.beta = 4, .beta_warmup = 6, .free_bits = 0.0024f});
    });
}
