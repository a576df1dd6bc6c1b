// Class-conditional flow matching: a U-Net learns the way from noise to images, and draws a row of each class.
// Lipman et al., "Flow matching for generative modeling" (2023).
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/11_conditional_flow_matching.cpp -lpng -lz
//     build/examples/11_conditional_flow_matching [STEPS] [DATA]     DATA: fashion-mnist or mnist
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/data.hpp>
#include <genotype/flow.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <string>
#include <vector>

using namespace genotype;

constexpr int classes = 10;
using Image = Shape<1, 28, 28>;

// Names: what the network reads beside the image, and what layers read further on.
struct moment : Given<Shape<1>> {};           // 0: noise, 1: an image
struct label : Given<Class<classes + 1>> {};  // the last class: none, for guidance
struct condition : Name {};
struct skip : Name {};

// GroupNorm, SiLU, convolution; the condition scales and shifts; once more; and x itself beside it.
template <int from, int to, class... Side>
using Block = Residual<GroupNorm<8, from>, SiLU, Conv<from, to, 3, 1, 1>, GroupNorm<8, to>,
                       Modulate<condition, 128, to>, SiLU, Conv<to, to, 3, 1, 1>, Side...>;

// On 14 x 14 and 7 x 7 pixels: each 2 x 2 pixels of the image are four channels of one.
using UNet = Sequential<
    Let<condition, Plus<Chain<Of<moment>, Sinusoid<64, 1000.f>, Linear<64, 128>, SiLU, Linear<128, 128>>,
                        Chain<Of<label>, Embedding<classes + 1, 128>>>, SiLU>,
    PixelUnshuffle<2>, Conv<4, 32, 3, 1, 1>, Block<32, 32>, Save<skip>,
    Conv<32, 64, 4, 2, 1>, Block<64, 64>, Block<64, 64>, ConvT<64, 32, 4, 2, 1>,
    Concat<skip, 32>, Block<64, 32, Projection<Conv<64, 32, 1>>>,
    GroupNorm<8, 32>, SiLU, Conv<32, 4, 3, 1, 1>, PixelShuffle<2>>;
using Flow = FlowMatching<UNet, Image>;
constexpr Range black_to_white{-1, 1};

int main(int argc, char** argv) try {
    const long steps = argc > 1 ? std::atol(argv[1]) : 1500;
    const std::string data = argc > 2 ? argv[2] : "fashion-mnist";
    if (steps < 1 || (argc > 1 && std::to_string(steps) != argv[1])) {
        std::puts("usage: 11_conditional_flow_matching [STEPS] [DATA]     (1500 steps of fashion-mnist)");
        return argc > 1 && std::string(argv[1]) == "--help" ? 0 : 2;
    }
    const std::filesystem::path out = "out/11_conditional_flow_matching";
    std::filesystem::create_directories(out);

    const Dataset<Image> images(to_grey(load_images(data, Split::train, ImageSize{28, 28})), black_to_white);
    Loader loader(images, {.batch = 64, .seed = 0});
    Trainer<Flow> trainer({.optimizer = Adam{.learning_rate = 2e-3f, .beta2 = 0.99f},
                           .schedule = Schedule::cosine(steps, steps / 20, 0.01f),
                           .clip_norm = 1,
                           .average = 0.99f,
                           .batch = 64});
    std::printf("%ld parameters\n", parameter_count<UNet>);
    double sum = 0;
    while (trainer.steps() < steps) {
        sum += static_cast<double>(trainer.step(loader.next()));  // a batch brings its labels
        if (trainer.steps() % 100 != 0) continue;
        std::printf("step %ld: mean squared error of the velocity %.4f\n", trainer.steps(), sum / 100);
        std::fflush(stdout);
        sum = 0;
    }

    // Ten of each class. Above a guidance of 1 the label counts for more than it did in training.
    std::vector<int> labels;
    for (int n = 0; n < 10 * classes; ++n) labels.push_back(n / 10);
    FlowSampler<Flow> sampler(10 * classes);
    const Tensor<Image> drawn = sampler(trainer.average(), 10 * classes, labels,
                                        {.steps = 10, .solver = Solver::midpoint, .guidance = 1.5f, .seed = 1});
    save_png(grid(drawn, black_to_white, 10), out / "samples.png");
    save(trainer.average(), out / "flow.safetensors");
    std::printf("written: %s/samples.png and flow.safetensors\n", out.c_str());
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
