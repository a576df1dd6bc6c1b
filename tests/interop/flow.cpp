// The U-Net of examples/programs/flow.cpp: its velocities and all gradients for weights and a batch that PyTorch chose.
// usage: interop_flow FOLDER (reads weights.safetensors, x, time, label and target.npy; writes y.npy and the gradients
// of the mean squared error, gradients.safetensors)
#include <array>
#include <filesystem>
#include <vector>

#include "../../examples/programs/flow_unet.hpp"
#include "interop/modules.hpp"

int main(int count, char** arguments) {
    using namespace genotype;
    return interop::run_table(count, arguments, [](const std::filesystem::path& folder) {
        using example::Grey;
        using example::UNet;
        Model<UNet> model, gradients;
        load(model, folder / "weights.safetensors");
        const auto x = load_npy<Grey>(folder / "x.npy"), target = load_npy<Grey>(folder / "target.npy");
        const auto times = load_npy<Shape<1>>(folder / "time.npy");
        const std::vector<int> labels = load_npy_labels(folder / "label.npy");
        Tensor<Shape<1>> classes(x.batch());
        for (std::size_t at = 0; at < labels.size(); ++at) classes.data()[at] = static_cast<float>(labels[at]);

        Workspace<UNet, Grey, Training> run(x.batch());
        const View<Grey> y =
            run.forward(model, x, {given<example::time>(times), given<example::label>(classes)}, nullptr);
        save_npy(y, folder / "y.npy");
        Tensor<Grey> dy(x.batch());
        std::array<float, 1> loss{};
        MSE::evaluate(Cpu{}, LossCall{.prediction = y,
                                      .target = target.view(),
                                      .value = loss.data(),
                                      .gradient = {dy.data(), x.batch(), Grey::count}});
        run.backward(model, x, dy, {.gradients = gradients.parameters});
        save(gradients, folder / "gradients.safetensors");
    });
}
