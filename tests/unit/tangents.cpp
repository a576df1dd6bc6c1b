// Tangents of all layers and their backward against differences of first-order gradients, and a gradient penalty.
#include "genotype/tangents.hpp"

#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/testing_tangents.hpp"
#include "support/devices.hpp"

using namespace genotype;

struct condition : Name {};

template <class L, class In, class Device = TestedDevice>
void expect_tangents(const GradientCheckOptions& options = {}) {
    const GradientCheck found = check_tangents<L, In, Device>(options);
    INFO(found.fault);
    CHECK(found.passed);
    CHECK(found.compared > 0);
}

TEST_CASE("issue 18.4: tangents of linear maps") {
    expect_tangents<Linear<5, 3>, Shape<5>>();
    expect_tangents<Conv<2, 3, 3, 1, 1, Bias>, Shape<2, 5, 4>>();
    expect_tangents<Conv<2, 4, 4, 2, 1>, Shape<2, 8, 8>>();
    expect_tangents<ConvT<3, 2, 4, 2, 1, Bias>, Shape<3, 4, 4>>();
    expect_tangents<Conv3d<2, 3, 3, 1, 1, Bias>, Shape<2, 3, 3, 2>>();
    expect_tangents<ConvT3d<3, 2, 2, 2, 0, Bias>, Shape<3, 2, 2, 3>>();
    expect_tangents<Flatten, Shape<2, 3, 4>>();
    expect_tangents<Reshape<2, 3, 4>, Shape<24>>();
    expect_tangents<AvgPool<2>, Shape<2, 4, 6>>();
    expect_tangents<AdaptiveAvgPool<2>, Shape<2, 5, 3>>();
    expect_tangents<GlobalAvgPool, Shape<3, 4, 5>>();
    expect_tangents<PixelShuffle<2>, Shape<8, 2, 3>>();
    expect_tangents<PixelUnshuffle<2>, Shape<2, 4, 6>>();
    expect_tangents<Upsample<2>, Shape<2, 3, 3>>();
    expect_tangents<Upsample<2, Bilinear>, Shape<2, 3, 3>>();
    expect_tangents<MaxPool<2>, Shape<3, 4, 4>>();
    expect_tangents<Dropout<0.4f>, Shape<20>>();
    expect_tangents<DiffAugment<>, Shape<2, 5, 6>>();
    expect_tangents<Conv<2, 3, 3, 1, 1, Bias>, Shape<2, 5, 4>, Reference>();
}

TEST_CASE("issue 18.4: tangents of activations") {
    expect_tangents<ReLU, Shape<20>>();
    expect_tangents<LeakyReLU<0.2f>, Shape<20>>();
    expect_tangents<ELU<0.7f>, Shape<20>>();
    expect_tangents<Sigmoid, Shape<20>>();
    expect_tangents<Tanh, Shape<20>>();
    expect_tangents<Softplus, Shape<20>>();
    expect_tangents<SiLU, Shape<20>>();
    expect_tangents<GELU, Shape<20>>();
    expect_tangents<GELUTanh, Shape<20>>();
}

TEST_CASE("issue 18.4: tangents of norms") {
    expect_tangents<GroupNorm<2, 6>, Shape<6, 3, 2>>();
    expect_tangents<GroupNorm<3, 18, 0.5f>, Shape<18>, Reference>();
    expect_tangents<InstanceNorm<3>, Shape<3, 4, 3>>();
    // The gradient by this bias is 0, for the norm takes it away again.
    expect_tangents<Sequential<Conv<2, 4, 3, 1, 1, Bias>, InstanceNorm<4>, SiLU>, Shape<2, 6, 6>>();
    expect_tangents<LayerNorm<9>, Shape<9>>();
    expect_tangents<LayerNorm<3, 2, 3>, Shape<3, 2, 3>>();
    expect_tangents<LayerNormWithoutBias<std::ratio<1, 10>, 6>, Shape<6>>();
    expect_tangents<RMSNorm<7>, Shape<7>>();
}

TEST_CASE("issue 18.4: tangents of normalised weights") {
    expect_tangents<SpectralNorm<Linear<5, 3>>, Shape<5>>();
    expect_tangents<SpectralNorm<Conv<2, 3, 3, 1, 1, Bias>>, Shape<2, 5, 4>>();
    expect_tangents<SpectralNorm<ConvT<3, 2, 4, 2, 1>>, Shape<3, 2, 2>>();
    expect_tangents<SpectralNorm<Conv3d<2, 3, 2, 1, 0, Bias>>, Shape<2, 3, 3, 2>>();
    expect_tangents<WeightNorm<Linear<5, 3>>, Shape<5>>();
    expect_tangents<WeightNorm<Linear<5, 3, NoBias>, 1>, Shape<5>>();
    expect_tangents<WeightNorm<Conv<2, 3, 3, 1, 1, Bias>>, Shape<2, 4, 4>>();
    expect_tangents<SpectralNorm<Conv<2, 3, 3, 1, 1, Bias>>, Shape<2, 4, 3>, Reference>();
}

TEST_CASE("issue 18.4: tangents of gates and of waves") {
    expect_tangents<Gated<SiLU>, Shape<12>>();
    expect_tangents<Gated<Sigmoid>, Shape<6>>();
    expect_tangents<Gated<GELU>, Shape<6>, Reference>();
    expect_tangents<Sequential<Linear<3, 8>, Gated<SiLU>, Linear<4, 2>>, Shape<3>>();
    expect_tangents<Sinusoid<8, 1.f, 10.f>, Shape<1>>();
    expect_tangents<Sequential<Linear<3, 1>, Sinusoid<6, 2.f, 4.f>, Linear<6, 2>>, Shape<3>>();
}

struct context : Name {};

TEST_CASE("issue 18.4: tangents of full attention") {
    expect_tangents<MultiheadAttention<4, 2>, Shape<4, 2, 3>>();
    expect_tangents<MultiheadAttention<6, 1, NoBias>, Shape<6, 3, 1>, Reference>();
    expect_tangents<MultiheadAttention<4, 2>, Shape<4>>({.batch = 5});  // texts
    expect_tangents<Sequential<Conv<2, 4, 3, 1, 1, Bias>, Residual<GroupNorm<2, 4>, MultiheadAttention<4, 2>>, SiLU,
                               Flatten, Linear<24, 1>>,
                    Shape<2, 3, 2>>();
    expect_tangents<Sequential<Save<context>, Conv<3, 4, 3, 1, 1, Bias>, CrossAttention<context, 4, 2, Shape<3, 2, 3>>,
                               Flatten, Linear<24, 2>>,
                    Shape<3, 2, 3>>();
    expect_tangents<Sequential<Save<context>, Tanh, CrossAttention<context, 4, 1, Shape<4, 2, 3>, NoBias>>,
                    Shape<4, 2, 3>, Reference>();
}

/// Row i is of class i % 3, whatever x is.
struct RowClass : LayerBase {
    static constexpr bool backward_reads_input = false;
    static constexpr Inferred output(Dims) { return vector_dims(1); }
    template <class Device, class Mode>
    static void forward(Device, Mode, const Forward<Mode>& pass) {
        for (int row = 0; row < pass.batch; ++row) pass.y[row] = static_cast<float>(row % 3);
    }
    template <class Device>
    static void backward(Device, const Backward& pass) {
        if (pass.dx) Device::clear(pass.dx, pass.batch * pass.in.count());
    }
    template <class Device>
    static void tangent(Device, const Tangent& call) {
        Device::clear(call.ty, call.run.batch);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        backward(device, call.run);
        if (call.dtx) Device::clear(call.dtx, call.run.batch * call.run.in.count());
    }
};
struct row_class : Name {};

TEST_CASE("issue 18.4: tangents of projections by a class") {
    expect_tangents<Sequential<Let<row_class, RowClass>, Linear<4, 5>, Tanh, Project<row_class, 3, 5>>, Shape<4>>();
    expect_tangents<Sequential<Let<row_class, RowClass>, Project<row_class, 4, 3>>, Shape<3>, Reference>();
    expect_tangents<Sequential<Let<condition, RowClass, SpectralNorm<Embedding<3, 2>>>, SpectralNorm<Linear<4, 6>>,
                               SiLU, Concat<condition, 2>, WeightNorm<Linear<8, 1>>>,
                    Shape<4>>();
}

struct skip : Name {};
struct label : Given<Class<3>> {};

TEST_CASE("issue 18.4: tangents of combinators and of named values") {
    expect_tangents<Sequential<Conv<2, 4, 3, 1, 1, Bias>, GroupNorm<2, 4>, SiLU, Flatten, Linear<48, 3>, Tanh>,
                    Shape<2, 4, 3>>();
    expect_tangents<Residual<Linear<6, 6>, Tanh, Linear<6, 6>>, Shape<6>>();
    expect_tangents<Residual<Linear<6, 4>, Tanh, Projection<Linear<6, 4>>>, Shape<6>>();
    expect_tangents<Plus<Chain<Linear<5, 4>, SiLU>, Chain<Linear<5, 4>, Tanh>, Chain<Linear<5, 4>>>, Shape<5>>();
    expect_tangents<Repeat<3, Linear<5, 5>, Tanh>, Shape<5>>();
    expect_tangents<Sequential<Linear<5, 4>, Tanh, Save<skip>, Linear<4, 4>, SiLU, Concat<skip, 4>, Linear<8, 2>>,
                    Shape<5>>();
    expect_tangents<Sequential<Save<skip>, Linear<5, 4>, Tanh, Concat<skip, 5>, Linear<9, 2>>, Shape<5>>();
    expect_tangents<Sequential<Conv<2, 4, 3, 1, 1>, Let<condition, GlobalAvgPool, Flatten, Linear<4, 3>, SiLU>,
                               GroupNorm<2, 4>, Modulate<condition, 3, 4>, SiLU, Flatten, Linear<36, 2>>,
                    Shape<2, 3, 3>>();
}

TEST_CASE("issue 18.4: a tangent with labels, and wrong batches") {
    using Net =
        Sequential<Linear<4, 6>, SiLU, Let<condition, Of<label>, Embedding<3, 2>>, Concat<condition, 2>, Linear<8, 1>>;
    Model<Net> model;
    TangentWorkspace<Net, Shape<4>> run(2);
    Tensor<Shape<4>> x(2), v(2);
    Tensor<Class<3>> labels(2);
    x.values()[1] = 0.5f;
    v.values()[0] = v.values()[7] = 1;
    labels.values()[1] = 2;
    Arena<Cpu> gradients(parameter_floats<Net>());
    const auto result = run.tangent(model, x, v, {given<label>(labels)});
    Tensor<Shape<1>> weights(2);
    weights.values()[0] = weights.values()[1] = 1;
    run.backward(model, {}, weights, {.gradients = gradients});
    CHECK(result.tangent.values()[0] != 0);
    CHECK_THROWS_AS(run.backward(model, {}, View<Shape<1>>{weights.data(), 1}, {.gradients = gradients}), Error);
    CHECK_THROWS_AS(run.tangent(model, x, View<Shape<4>>{v.data(), 1}, {given<label>(labels)}), Error);
}

TEST_CASE("issue 18.4: tangents and their backward have the same bits on one thread and on several") {
    using In = Shape<8, 16, 16>;
    using Net = Sequential<Conv<8, 16, 3, 1, 1, Bias>, LeakyReLU<0.2f>, GroupNorm<4, 16>, SiLU, MaxPool<2>, Flatten,
                           LayerNorm<1024>, Linear<1024, 1>>;
    const auto run_on = [](int threads) {
        omp_set_num_threads(threads);
        Model<Net, TestedDevice> model;
        TangentWorkspace<Net, In, TestedDevice> run(5);
        Tensor<In> x(4), v(4), dx(4);
        for (long i = 0; i < x.size(); ++i) x.data()[i] = std::sin(static_cast<float>(i));
        for (long i = 0; i < x.size(); ++i) v.data()[i] = std::cos(static_cast<float>(3 * i));
        Tensor<Shape<1>> weights(4);
        for (float& weight : weights.values()) weight = 1;
        Arena<TestedDevice> gradients(parameter_floats<Net>());
        run.tangent(model, x, v);
        run.backward(model, weights, weights, {.input_gradient = dx, .gradients = gradients});
        std::vector<float> all(gradients.data(), gradients.data() + gradients.size());
        all.insert(all.end(), dx.data(), dx.data() + dx.size());
        return all;
    };
    const int before = omp_get_max_threads();
    const auto one = run_on(1), several = run_on(3);
    omp_set_num_threads(before);
    CHECK(one == several);
}

namespace {

/// The sum of s_n f(x_n) + c_n |df/dx_n|^2 / 2: its gradients by the short form are those by tangents.
template <class Net, class In, class Device = TestedDevice>
void expect_short_form(bool has_loss = true) {
    static_assert(detail::piecewise_linear<Net>);
    constexpr int batch = 5;
    const Device device{};
    Model<Net, Device> model(Seed{3}, device);
    for (long i = 0; i < model.parameters.size(); ++i)
        model.parameters.data()[i] += 0.3f * static_cast<float>(i * 37 % 11 - 5) / 5;
    model.prepare();
    Tensor<In> x(batch), gradient(batch);
    fill_normal(Reference{}, x.size(), RandomState{.seed = 1}, x.data());
    Tensor<Shape<1>> ones(batch), s(batch), c(batch);
    for (int n = 0; n < batch; ++n) {
        ones.data()[n] = 1;
        s.data()[n] = n == 1 || !has_loss ? 0 : static_cast<float>(n) - 1.5f;
        c.data()[n] = 0.5f + static_cast<float>(n);
    }
    using Out = OutputShape<Net, In>;
    const auto output = [&](const Tensor<Shape<1>>& of) { return ViewOn<Out, Device>{of.data(), batch}; };

    Workspace<Net, In, Training, Device> run(batch, device);
    const auto y = run.forward(model, x);
    run.backward(model, x, output(ones), {.input_gradient = gradient});
    TangentWorkspace<Net, In, Device> tangents(batch, device);
    tangents.tangent(model, x, gradient);
    Gradients<Net, Device> wanted, found;
    tangents.backward(model, output(s), output(c), {.gradients = wanted});

    detail::PiecewiseLinearRun<Net, In, Device> shorter(batch, device);
    const auto furthest = [](long first, long count, const float* own, const float* other, float times) {
        float difference = 0, largest = 1e-3f;
        for (long i = first; i < first + count; ++i) {
            largest = std::max(largest, times * std::abs(other[i]));
            const float here = std::abs(own[i] - times * other[i]);
            if (!(here <= difference)) difference = here;  // NaN, too
        }
        return difference / largest;
    };
    const auto add_gradients = [&](bool adds) {
        CHECK(furthest(0, batch, shorter.forward(model, x).data, y.data, 1) < 1e-5f);
        CHECK(furthest(0, gradient.size(), shorter.input_gradient(model).data, gradient.data(), 1) < 1e-5f);
        shorter.add_gradients(model, has_loss ? s.data() : nullptr, c.data(), found.data(), adds);
        for_each_tensor<Net, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor, long at) {
            INFO(name);
            CHECK(furthest(at, tensor.count(), found.data(), wanted.data(), adds ? 2 : 1) < 2e-5f);
        });
    };
    for (long i = 0; i < found.size(); ++i) found.data()[i] = NAN;
    add_gradients(false);
    add_gradients(true);
}

}  // namespace

TEST_CASE("issue 20.2: the short form of networks of linear maps and ReLUs is the general one") {
    // Layers in Winograd's forms, which share scratch.
    using Critic = Sequential<Conv<2, 32, 3, 1, 1, Bias>, LeakyReLU<0.2f>, Conv<32, 32, 4, 2, 1, Bias>, LeakyReLU<0.2f>,
                              Conv<32, 32, 3, 1, 1, Bias>, LeakyReLU<0.2f>, Conv<32, 1, 8, 1, 0, Bias>>;
    expect_short_form<Critic, Shape<2, 16, 16>>();
    expect_short_form<Critic, Shape<2, 16, 16>>(false);
    using Upwards = Sequential<Conv<32, 32, 3, 1, 1, Bias>, ReLU, ConvT<32, 32, 4, 2, 1>, LeakyReLU<0.2f>,
                               GlobalAvgPool, Flatten, Linear<32, 1>>;
    expect_short_form<Upwards, Shape<32, 8, 8>>();
    using Mixed =
        Sequential<Sequential<Conv<2, 6, 3, 1, 1>, LeakyReLU<0.2f>, Conv<6, 6, 3, 1, 1, With<Groups<3>, Bias>>>, ReLU,
                   AvgPool<2>, ConvT<6, 4, 4, 2, 1, Bias>, LeakyReLU<0.3f>, Upsample<2>, PixelUnshuffle<2>, Flatten,
                   Linear<2304, 7>, Sequential<ReLU, Linear<7, 5, NoBias>, Linear<5, 1>>>;
    expect_short_form<Mixed, Shape<2, 12, 12>>();
    expect_short_form<Mixed, Shape<2, 12, 12>>(false);
    expect_short_form<Mixed, Shape<2, 12, 12>, Reference>();
    expect_short_form<Sequential<Linear<3, 1>, Reshape<1, 1, 1>>, Shape<3>>();
    expect_short_form<Linear<3, 1>, Shape<3>>(false);
}

struct side : Name {};
struct kind : Given<Class<3>> {};

TEST_CASE("issue 20.2: which networks have the short form") {
    using detail::piecewise_linear;
    using Front = Sequential<Flatten, Linear<8, 4>>;
    CHECK(piecewise_linear<Front>);
    CHECK(piecewise_linear<Sequential<Front, ReLU, Linear<4, 1>>>);
    CHECK(!piecewise_linear<Sequential<Front, SiLU, Linear<4, 1>>>);
    CHECK(!piecewise_linear<Sequential<Front, Sigmoid>>);
    CHECK(!piecewise_linear<Sequential<Front, LayerNorm<4>, Linear<4, 1>>>);
    CHECK(!piecewise_linear<Sequential<Front, Dropout<0.5f>, Linear<4, 1>>>);
    CHECK(!piecewise_linear<Sequential<SpectralNorm<Linear<8, 4>>, ReLU, Linear<4, 1>>>);
    CHECK(!piecewise_linear<Sequential<WeightNorm<Linear<8, 4>>, ReLU, Linear<4, 1>>>);
    CHECK(!piecewise_linear<Sequential<ReLU, Linear<8, 1>>>);  // nothing that it may be written over
    CHECK(!piecewise_linear<Sequential<Linear<8, 4>, ReLU, ReLU>>);
    CHECK(!piecewise_linear<Sequential<Residual<Linear<4, 4>>, Linear<4, 1>>>);
    CHECK(!piecewise_linear<Sequential<Save<side>, Linear<8, 4>, Concat<side, 8>, Linear<12, 1>>>);
    CHECK(!piecewise_linear<Sequential<Front, Project<kind, 3, 4>>>);
}

TEST_CASE_TEMPLATE("issue 20.2: rows with a factor each", Device, GENOTYPE_TESTED_DEVICES) {
    const Device device{};
    const auto numbers = [](long count, int step) {
        std::vector<float> values(static_cast<std::size_t>(count));
        for (long i = 0; i < count; ++i)
            values[static_cast<std::size_t>(i)] = static_cast<float>(i * step % 23 - 11) / 8;
        return values;
    };
    const auto expect_near = [](const std::vector<float>& left, const std::vector<float>& right) {
        float furthest = 0;
        for (std::size_t i = 0; i < left.size(); ++i)
            furthest = std::max(furthest, std::abs(left[i] - right[i]) / std::max(1.f, std::abs(right[i])));
        CHECK(furthest < 1e-5f);
    };
    struct Sizes {
        int batch;
        long pixels;
        int channels;
    };
    for (const auto [batch, pixels, channels] :
         {Sizes{3, 5, 7}, Sizes{33, 1, 1}, Sizes{2, 9, 300}, Sizes{40, 64, 48}}) {
        const long row = pixels * channels, count = batch * row;
        const auto x = numbers(count, 5), y = numbers(count, 7), a = numbers(batch, 3), b = numbers(batch, 4),
                   bias = numbers(channels, 6);
        const auto on_both = [&](const std::vector<float>& from, auto call) {
            std::vector<float> own = from, wanted = from;
            call(device, own.data());
            call(Reference{}, wanted.data());
            expect_near(own, wanted);
        };
        on_both(y, [&](auto on, float* to) { combine_rows(on, batch, row, a.data(), x.data(), b.data(), to); });
        on_both(y, [&](auto on, float* to) { combine_rows(on, batch, row, nullptr, nullptr, b.data(), to); });
        on_both(y,
                [&](auto on, float* to) { add_scaled_bias(on, batch, pixels, channels, a.data(), bias.data(), to); });
        for (const bool adds : {false, true})
            on_both(bias, [&](auto on, float* to) {
                scaled_column_sums(on, batch, pixels, channels, a.data(), x.data(), to, adds);
            });
        on_both(a, [&](auto on, float* to) { row_squares(on, batch, row, x.data(), to); });
    }
}

TEST_CASE("issue 20.2: the reference's rows with a factor each") {
    const std::vector<float> a{2, 3}, b{1, -1}, x{1, 2, 3, 4, 5, 6, 7, 8};  // 2 samples, 2 pixels, 2 channels
    std::vector<float> y(8, 10), bias{1, 100}, squares(2);
    combine_rows(Reference{}, 2, 4, a.data(), x.data(), b.data(), y.data());
    CHECK(y == std::vector<float>{12, 14, 16, 18, 5, 8, 11, 14});
    combine_rows(Reference{}, 2, 4, nullptr, nullptr, b.data(), y.data());
    CHECK(y == std::vector<float>{12, 14, 16, 18, -5, -8, -11, -14});
    add_scaled_bias(Reference{}, 2, 2, 2, a.data(), bias.data(), y.data());
    CHECK(y == std::vector<float>{14, 214, 18, 218, -2, 292, -8, 286});
    scaled_column_sums(Reference{}, 2, 2, 2, a.data(), x.data(), bias.data(), true);
    CHECK(bias == std::vector<float>{1 + 2 * 4 + 3 * 12, 100 + 2 * 6 + 3 * 14});
    scaled_column_sums(Reference{}, 2, 2, 2, a.data(), x.data(), bias.data(), false);
    CHECK(bias == std::vector<float>{2 * 4 + 3 * 12, 2 * 6 + 3 * 14});
    row_squares(Reference{}, 2, 4, x.data(), squares.data());
    CHECK(squares == std::vector<float>{30, 174});
}
