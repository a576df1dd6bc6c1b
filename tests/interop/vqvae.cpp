// Ten steps of a VQ-VAE from weights and a codebook that PyTorch chose.
// usage: interop_vqvae FOLDER (reads begin.safetensors and x.npy, all batches; writes losses.npy, three for each step,
// codes.npy, of all samples in the end, images.npy, what becomes of those, and end.safetensors)
#include "genotype/vqvae.hpp"

#include <filesystem>
#include <vector>

#include "interop/modules.hpp"

int main(int count, char** arguments) {
    using namespace genotype;
    return interop::run_table(count, arguments, [](const std::filesystem::path& folder) {
        using Image = Shape<1, 8, 8>;
        using Encoder = Sequential<Conv<1, 16, 4, 2, 1, Bias>, ReLU, Conv<16, 6, 3, 1, 1, Bias>>;
        using Decoder = Sequential<Conv<6, 16, 3, 1, 1, Bias>, ReLU, ConvT<16, 1, 4, 2, 1, Bias>>;
        constexpr int batch = 16, steps = 10;
        const auto x = load_npy<Image>(folder / "x.npy");
        Trainer<VQVAE<Encoder, Decoder, 40, MSE, Image>, Cpu, SGD> trainer(
            {.optimizer = {.learning_rate = 0.3f, .momentum = 0.5f}, .batch = batch});
        load(trainer.model(), folder / "begin.safetensors");
        Tensor<Shape<3>> losses(steps);
        for (int step = 0; step < steps; ++step) {
            const VqvaeLosses found = trainer.step(x.view().slice(step * batch, batch));
            losses(step, 0) = found.reconstruction;
            losses(step, 1) = found.commitment;
            losses(step, 2) = found.perplexity;
        }
        save_npy(losses, folder / "losses.npy");
        save(trainer.model(), folder / "end.safetensors");
        const std::vector<int> codes = encode_codes(trainer.model(), x);
        Tensor<Shape<4, 4>> written(x.batch());
        std::copy(codes.begin(), codes.end(), written.data());
        save_npy(written, folder / "codes.npy");
        save_npy(decode_codes(trainer.model(), codes), folder / "images.npy");
    });
}
