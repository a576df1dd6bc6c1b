// The U-Net of examples/programs/flow.cpp as a diffusion: a training step's loss and gradients, and how DDIM draws, for
// weights and a batch that PyTorch chose.
// usage: interop_diffusion FOLDER (reads weights.safetensors, x.npy and label.npy; writes draws.npy, what the step
// drew, loss.npy, gradients.safetensors; noise.npy, and trajectory.npy, the images after each step)
#include "genotype/diffusion.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "../../examples/programs/flow_unet.hpp"
#include "interop/modules.hpp"

int main(int count, char** arguments) {
    using namespace genotype;
    return interop::run_table(count, arguments, [](const std::filesystem::path& folder) {
        using example::Grey;
        using example::UNet;
        using Denoiser = Diffusion<UNet, Grey>;
        constexpr int batch = 12, steps = 10;
        const auto x = load_npy<Grey>(folder / "x.npy");
        const std::vector<int> labels = load_npy_labels(folder / "label.npy");
        Trainer<Denoiser, Cpu, SGD> trainer(
            {.optimizer = {.learning_rate = 0}, .clip_norm = 0, .label_drop = 0.25f, .batch = batch, .seed = 8});
        load(trainer.model(), folder / "weights.safetensors");
        Tensor<Shape<1>> loss(1);
        loss.data()[0] = trainer.step(x, labels);
        save_npy(loss, folder / "loss.npy");
        Model<UNet> gradients;
        std::copy_n(trainer.gradients().data(), trainer.gradients().size(), gradients.parameters.data());
        save(gradients, folder / "gradients.safetensors");
        Tensor<Shape<batch*(Grey::count + 2)>> draws(1);
        fill_normal(Cpu{}, draws.size(), RandomState{.seed = 8, .stream = streams::noise}, draws.data());
        save_npy(draws, folder / "draws.npy");

        save_npy(normal<Grey>(batch, Seed{3}), folder / "noise.npy");
        Tensor<Grey> trajectory(batch * steps);
        DiffusionSampler<Denoiser> sampler(batch);
        sampler(trainer.model(), batch, labels, {.steps = steps, .guidance = 1.5f, .seed = 3}, [&](const auto& step) {
            std::copy_n(step.images.data, step.images.size(), trajectory.data() + (step.done - 1) * step.images.size());
        });
        save_npy(trajectory, folder / "trajectory.npy");
    });
}
