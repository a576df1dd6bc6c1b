// Issue 17.30: a classifier as a user writes it in forty lines, with a step of one's own and the share of test images
// that are told right. What it costs to compile is in the table of compile_budget.sh.
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>

#include <algorithm>
#include <cstdio>
using namespace genotype;

using Image = Shape<1, 28, 28>;
using Net = Sequential<
    Conv<1, 16, 3, 1, 1>, BN<16>, ReLU, MaxPool<2>,
    Conv<16, 32, 3, 1, 1>, BN<32>, ReLU, MaxPool<2>,
    Flatten, Linear<32 * 7 * 7, 10>>;

int main() {
    const Dataset<Image> train(load_images("mnist", Split::train), Range{0, 1});
    const Dataset<Image> test(load_images("mnist", Split::test), Range{0, 1});
    Loader loader(train, {.batch = 64}), all(test, LoaderOptions::evaluation(64));
    Model<Net> model(Seed{1});
    Gradients<Net> gradients;
    Optimized<Net, Cpu, Adam> optimizer(Adam{});
    Workspace<Net, Image, Training> run(64);
    Workspace<Net, Image> memory(64);
    Tensor<Shape<10>> derivative(64);
    for (int epoch = 1; epoch <= 2; ++epoch) {
        for (const auto& batch : loader) {
            const View<Shape<10>> scores = run.forward(model, batch);
            CrossEntropy::evaluate(Cpu{}, scores, batch.labels, derivative);
            run.backward(model, batch, derivative, {.gradients = gradients});
            optimizer.step(model, gradients);
        }
        int right = 0;
        for (const auto& batch : all) {
            const View<Shape<10>> scores = model(batch, memory);
            for (int n = 0; n < batch.size(); ++n) {
                const float* const first = scores.data + 10 * n;
                right += std::max_element(first, first + 10) - first == batch.labels[static_cast<std::size_t>(n)];
            }
        }
        std::printf("epoch %d: %.2f %% of the test images\n", epoch, 100. * right / test.size());
    }
}
