// Two layers of your own, checked against differences of their forward, and a network of them that learns a curve.
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/05_layer_of_your_own.cpp -lpng -lz
//     build/examples/05_layer_of_your_own [STEPS]
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <genotype/testing.hpp>
#include <string>
#include <vector>

using namespace genotype;

// An activation is a function and its derivative. V is a float, or a vector of floats.
// max(x, 0)^2: So et al., "Primer: searching for efficient transformers" (2021).
struct SquaredReLU : Activation<SquaredReLU> {
    template <class V>
    static constexpr V value(V x) {
        return max(x, V(0.f)) * x;
    }
    template <class V>
    static constexpr V derivative(V x) {
        return V(2.f) * max(x, V(0.f));
    }
};

// A layer with a parameter: y = x * scale, one scale a feature, small at first, so that a residual branch begins as
// next to nothing: Touvron et al., "Going deeper with image transformers" (2021), LayerScale. These loops are for the
// processor; docs/adding.md has a layer with a kernel for every device.
template <int features>
struct LayerScale : LayerBase {
    static constexpr Dims input = vector_dims(features);
    static constexpr std::array<Parameter, 1> parameters{{{"gamma", vector_dims(features), {Initial::constant, 0.1f}}}};

    static constexpr Inferred output(Dims in) { return in; }

    template <class Device, class Mode>
    static void forward(Device, Mode, const Forward<Mode>& pass) {
        for (long n = 0; n < pass.batch; ++n)
            for (int i = 0; i < features; ++i) pass.y[n * features + i] = pass.x[n * features + i] * pass.parameters[i];
    }

    template <class Device>
    static void backward(Device, const Backward& pass) {
        if (pass.dx)  // null where the layer before has no use for it
            for (long n = 0; n < pass.batch; ++n)
                for (int i = 0; i < features; ++i)
                    pass.dx[n * features + i] = pass.dy[n * features + i] * pass.parameters[i];
        if (!pass.gradients) return;
        for (int i = 0; i < features; ++i) {
            float sum = pass.accumulate ? pass.gradients[i] : 0;  // written, or added to what is there
            for (long n = 0; n < pass.batch; ++n) sum += pass.x[n * features + i] * pass.dy[n * features + i];
            pass.gradients[i] = sum;
        }
    }
};

using Net = Sequential<
    Linear<1, 64>, SquaredReLU,
    Residual<Linear<64, 64>, SquaredReLU, LayerScale<64>>,
    Linear<64, 1>>;
using Number = Shape<1>;

float curve(float x) {
    return std::sin(3 * x) + 0.3f * x * x;
}

int main(int argc, char** argv) try {
    const long steps = argc > 1 ? std::atol(argv[1]) : 1000;
    if (steps < 1 || (argc > 1 && std::to_string(steps) != argv[1])) {
        std::puts("usage: 05_layer_of_your_own [STEPS]     (1000)");
        return argc > 1 && std::string(argv[1]) == "--help" ? 0 : 2;
    }

    // Backward against differences of forward, for the input and every parameter, over memory full of NaN.
    for (const GradientCheck& check : {check_gradients<SquaredReLU, Shape<8>>(),
                                       check_gradients<LayerScale<8>, Shape<8>>(), check_gradients<Net, Number>()}) {
        std::printf("gradients: %s\n", check.passed ? "right" : check.fault.c_str());
        if (!check.passed) return 1;
    }

    constexpr int points = 256;
    Tensor<Number> x(points), y(points);
    for (int n = 0; n < points; ++n) {
        x(n, 0) = -2 + 4.f * static_cast<float>(n) / (points - 1);
        y(n, 0) = curve(x(n, 0));
    }
    const auto series = [&](const std::string& name, const Tensor<Number>& values) {
        Series one{name, {}, {}};
        for (int n = 0; n < points; ++n) one.x.push_back(x(n, 0)), one.y.push_back(values(n, 0));
        return one;
    };
    std::vector<Series> curves{series("the curve", y)};

    Trainer<Supervised<Net, MSE>> trainer(
        {.optimizer = {.learning_rate = 3e-3f}, .schedule = Schedule::cosine(steps), .batch = points});
    while (trainer.steps() < steps) {
        const float loss = trainer.step(x, y);
        if (trainer.steps() == 60 || trainer.steps() == 150 || trainer.steps() == steps) {
            std::printf("step %ld: mean squared error %.5f\n", trainer.steps(), loss);
            curves.push_back(series("after " + std::to_string(trainer.steps()) + " steps", trainer.model()(x)));
        }
    }

    const std::filesystem::path out = "out/05_layer_of_your_own";
    std::filesystem::create_directories(out);
    const ChartOptions chart{
        .title = "SquaredReLU and LayerScale", .x_label = "x", .y_label = "y", .width = 640, .height = 420};
    save_png(line_chart(curves, chart), out / "curve.png");
    std::printf("written: %s/curve.png\n", out.c_str());
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
