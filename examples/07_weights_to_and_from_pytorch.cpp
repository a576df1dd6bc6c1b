// Weights to PyTorch and back: safetensors files with PyTorch's names, shapes and order of values.
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/07_weights_to_and_from_pytorch.cpp -lpng -lz
//     build/examples/07_weights_to_and_from_pytorch          writes out/07_weights_to_and_from_pytorch/net.safetensors
//     build/examples/07_weights_to_and_from_pytorch FILE     reads such a file, and runs the network
// The same in Python, which prints the same numbers:
//     import torch
//     from safetensors.torch import load_file, save_file
//     from torch import nn
//     net = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
//                         nn.Flatten(), nn.Linear(4 * 4 * 4, 3)).eval()
//     net.load_state_dict(load_file("out/07_weights_to_and_from_pytorch/net.safetensors"))
//     print(net(torch.linspace(-1, 1, 64).reshape(1, 1, 8, 8)))
//     save_file(net.state_dict(), "from_pytorch.safetensors")
#include <cstdio>
#include <filesystem>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <string>

using namespace genotype;

using Net = Sequential<Conv<1, 4, 3, 2, 1>, BN<4>, ReLU, Flatten, Linear<4 * 4 * 4, 3>>;
using Image = Shape<1, 8, 8>;

// Another last layer: what is in the file does not fit.
using Other = Sequential<Conv<1, 4, 3, 2, 1>, BN<4>, ReLU, Flatten, Linear<4 * 4 * 4, 5>>;

// torch.linspace(-1, 1, 64).reshape(1, 1, 8, 8)
Tensor<Image> ramp() {
    Tensor<Image> image(1);
    for (int row = 0; row < 8; ++row)
        for (int column = 0; column < 8; ++column)
            image(0, 0, row, column) = -1 + 2 * static_cast<float>(8 * row + column) / 63;
    return image;
}

void print(const Model<Net>& model) {
    const Tensor<Shape<3>> y = model(ramp());
    std::printf("outputs: %.4f %.4f %.4f\n", y(0, 0), y(0, 1), y(0, 2));
}

int main(int argc, char** argv) try {
    if (argc > 1 && std::string(argv[1]) == "--help") {
        std::puts("usage: 07_weights_to_and_from_pytorch [FILE]     (FILE: weights to read, as safetensors)");
        return 0;
    }
    if (argc > 1) {
        Model<Net> model;
        const LoadReport report = load(model, argv[1]);  // load_state_dict(load_file(...), strict=True)
        std::printf("%ld tensors of %s\n", report.loaded, argv[1]);
        print(model);
        return 0;
    }

    const std::filesystem::path out = "out/07_weights_to_and_from_pytorch";
    std::filesystem::create_directories(out);
    const std::filesystem::path file = out / "net.safetensors";
    const Model<Net> model(Seed{1});
    print(model);
    save(model, file);  // 0.weight, 1.weight, 1.bias, 1.running_mean, ..., 4.weight, 4.bias

    // A module that calls its layers otherwise is reached by a function from our name to the file's, or by a prefix.
    save(model, out / "renamed.safetensors", {.prefix = "features."},
         [](const std::string& name) { return "layer" + name; });  // features.layer0.weight, ...
    Model<Net> again;
    load(again, out / "renamed.safetensors", {.prefix = "features."},
         [](const std::string& name) { return "layer" + name; });
    print(again);

    // What does not fit is one Error that lists everything, and the model is as it was.
    Model<Other> other;
    try {
        load(other, file);
    } catch (const Error& error) {
        std::printf("into a network of another last layer:\n%s\n", error.what());
        std::printf("written: %s and renamed.safetensors\n", file.c_str());
        return 0;
    }
    return 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
