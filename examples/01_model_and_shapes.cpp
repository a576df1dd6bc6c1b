// A model is a type. Its shapes, parameters and memory are known when the program is compiled.
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/01_model_and_shapes.cpp
//     build/examples/01_model_and_shapes
#include <algorithm>
#include <cstdio>
#include <genotype/genotype.hpp>

using namespace genotype;

// Arguments come in PyTorch's order: channels in, channels out, kernel, stride, padding.
using Classifier = Sequential<
    Conv<1, 16, 3, 1, 1>, BN<16>, ReLU, MaxPool<2>,  // 28 x 28 to 14 x 14
    Residual<Conv<16, 16, 3, 1, 1>, BN<16>, ReLU>,
    Conv<16, 32, 3, 2, 1>, BN<32>, ReLU,             // to 7 x 7
    Flatten, Linear<32 * 7 * 7, 10>>;
using Image = Shape<1, 28, 28>;  // channels, height, width; the batch is a number at run time
using Scores = Shape<10>;

// The compiler checks what one would otherwise find out by running.
static_assert(std::same_as<OutputShape<Classifier, Image>, Scores>);
static_assert(parameter_count<Classifier> == 144 + 32 + 2304 + 32 + 4608 + 64 + 15'690);

// A network without a Linear takes images of any size: each size is another type of input.
using Halves = Sequential<Conv<1, 8, 4, 2, 1>, ReLU, Conv<8, 1, 3, 1, 1>>;
static_assert(std::same_as<OutputShape<Halves, Shape<1, 28, 28>>, Shape<1, 14, 14>>);
static_assert(std::same_as<OutputShape<Halves, Shape<1, 64, 96>>, Shape<1, 32, 48>>);

// The class with the highest score.
int best(const View<Scores>& scores, int sample) {
    const float* const first = scores.data + sample * Scores::count;
    return static_cast<int>(std::max_element(first, first + Scores::count) - first);
}

int main() {
    std::puts(summary<Classifier, Image>(64).c_str());  // layers, shapes, parameters, memory for a batch of 64

    // A model owns its weights. The same seed gives the same weights, to the bit.
    const Model<Classifier> model(Seed{7});
    const Tensor<Image> images = normal<Image>(5, Seed{1});

    // To use it is const. This call brings memory of its own.
    const Tensor<Scores> scores = model(images);
    std::printf("%d images, %ld scores each; the first: %.4f\n", scores.batch(), Scores::count, scores(0, 0));

    // A workspace has the memory for batches of up to so many, and nothing is allocated any more: one a thread.
    Workspace<Classifier, Image> memory(64);
    const View<Scores> again = model(images, memory);  // lives in `memory` until the next call
    for (int n = 0; n < again.batch; ++n)
        std::printf("image %d: class %d of an untrained network\n", n, best(again, n));

    return again(0, 0) == scores(0, 0) ? 0 : 1;
}
