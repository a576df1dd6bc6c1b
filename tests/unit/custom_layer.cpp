// Layers of a user's own, in a namespace of the user's: an activation, and one with a parameter, a buffer, memory and
// randomness, written against LayerBase alone.
#include "support/expect_gradients.hpp"

namespace users_own {

using namespace genotype;

struct Swish : Activation<Swish> {
    template <class V>
    static constexpr V value(V x) {
        return x * sigmoid(x);
    }
    template <class V>
    static constexpr V derivative(V x) {
        const V s = sigmoid(x);
        return s + x * s * (V(1.f) - s);
    }
};

/// y = scale * x with one scale a feature. PyTorch: x * nn.Parameter(torch.ones(features)).
template <int features>
struct Scale : LayerBase {
    static constexpr Dims input = vector_dims(features);
    static constexpr std::array<Parameter, 1> parameters{{{"scale", vector_dims(features), {Initial::constant, 1}}}};
    static constexpr std::array<Parameter, 1> buffers{{{"runs", vector_dims(1), {Initial::constant, 0}}}};

    static constexpr Inferred output(Dims in) { return in; }

    template <class Device, class Mode>
    static void forward(Device, Mode, const Forward<Mode>& pass) {
        if constexpr (std::same_as<Mode, Training>) pass.buffers[0] += 1;
        for (long n = 0; n < pass.batch; ++n)
            for (long i = 0; i < features; ++i)
                pass.y[n * features + i] = pass.parameters[i] * pass.x[n * features + i];
    }

    /// What a step of the products' sums needs lies in scratch.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        LayerMemory memory;
        if (std::same_as<Mode, Training>) memory.backward_scratch.per_sample = features;
        return memory;
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        float* const products = pass.scratch.per_sample;
        for (long n = 0; n < pass.batch; ++n)
            for (long i = 0; i < features; ++i) {
                const long at = n * features + i;
                products[at] = pass.dy[at] * pass.x[at];
                if (pass.dx) pass.dx[at] = pass.dy[at] * pass.parameters[i];
            }
        if (pass.gradients) column_sums(device, pass.batch, features, products, pass.gradients, pass.accumulate);
    }
};

}  // namespace users_own

using namespace genotype;
using users_own::Scale;
using users_own::Swish;

static_assert(Layer<Swish> && Layer<Scale<3>> && !Combinator<Scale<3>>);
static_assert(parameter_count<Sequential<Linear<2, 3>, Scale<3>, Swish>> == 12);
static_assert(std::same_as<OutputShape<Sequential<Linear<2, 3>, Scale<3>>, Shape<2>>, Shape<3>>);

TEST_CASE("their gradients") {
    expect_gradients<Swish, Shape<8>>();
    expect_gradients<Scale<5>, Shape<5>>();
    expect_gradients<Scale<5>, Shape<5>, Reference>({.batch = 1});
    expect_gradients<Sequential<Linear<4, 3>, Residual<Scale<3>, Swish>, Scale<3>>, Shape<4>>();
}

namespace {

/// Forgets the parameter's gradient for the last sample, as a mistaken layer may.
struct Forgetful : Scale<3> {
    template <class Device>
    static void backward(Device device, Backward pass) {
        Scale<3>::backward(device, pass);
        --pass.batch;
        pass.dx = nullptr;
        if (pass.gradients && !pass.accumulate) Scale<3>::backward(device, pass);
    }
};

/// Adds to the input's gradient, which nobody has cleared.
struct Adding : Swish {
    template <class Device>
    static void backward(Device, const Backward& pass) {
        for (long i = 0; pass.dx && i < pass.batch * pass.in.count(); ++i)
            pass.dx[i] += pass.dy[i] * derivative(pass.x[i]);
    }
};

/// A derivative with a wrong sign in it.
struct Wrong : Activation<Wrong> {
    template <class V>
    static constexpr V value(V x) {
        return Swish::value(x);
    }
    template <class V>
    static constexpr V derivative(V x) {
        const V s = sigmoid(x);
        return s - x * s * (V(1.f) - s);
    }
};

/// Accumulates whether or not it is asked to.
struct Accumulating : Scale<3> {
    template <class Device>
    static void backward(Device device, Backward pass) {
        if (pass.gradients && !pass.accumulate)
            for (int i = 0; i < 3; ++i) pass.gradients[i] = 0;
        pass.accumulate = false;
        Scale<3>::backward(device, pass);
    }
};

template <class L>
std::string fault_of() {
    const GradientCheck check = check_gradients<L, Shape<3>>();
    CHECK(check.passed == check.fault.empty());
    return check.fault;
}

}  // namespace

TEST_CASE("a mistaken backward is found, and the report says where") {
    CHECK(fault_of<Scale<3>>() == "");
    CHECK(fault_of<Forgetful>().starts_with("scale[1]: backward gives "));
    CHECK(fault_of<Adding>().starts_with("input[0]: backward gives "));
    CHECK(fault_of<Wrong>().starts_with("input[0]: backward gives "));
    CHECK(fault_of<Accumulating>() == "a second backward with accumulate does not double the gradients");
}

TEST_CASE("a model of them learns") {
    using Net = Sequential<Scale<2>, Linear<2, 16>, Swish, Linear<16, 1>>;
    Model<Net> model(Seed{1});
    Workspace<Net, Shape<2>, Training> run(64);
    Gradients<Net> gradients;
    Optimized<Net> optimizer(Adam{.learning_rate = 2e-2f});
    Tensor<Shape<2>> x(64);
    Tensor<Shape<1>> target(64), derivative(64);
    fill_normal(Cpu{}, x.size(), RandomState{.seed = 3}, x.data());
    for (int n = 0; n < 64; ++n) target(n, 0) = 3 * x(n, 0) * x(n, 0) - x(n, 1);
    float first = 0, loss = 0;
    for (int step = 0; step < 500; ++step) {
        const auto y = run.forward(model, View<Shape<2>>(x));
        loss = MSE::evaluate(Cpu{}, y, target, derivative);
        if (step == 0) first = loss;
        run.backward(model, x, derivative, {.gradients = gradients});
        optimizer.step(model, gradients);
    }
    CHECK(first > 5);
    CHECK(loss < 0.1);
    CHECK(model.parameters.data()[0] != 1);
    CHECK(model.buffers.data()[0] == 500);
}

namespace users_own {

/// What `Tabled` reads in place of its parameters.
struct Entry {
    double factor;
    const char* word;
};

/// Packed weights of two types, one behind the other: entries, and how many they are.
template <int features>
struct Tabled : Scale<features> {
    template <class Device>
    static constexpr auto packed() {
        return kernels::PackedForms(entries, kernels::PackedForm<int>{1});
    }
    template <class Device>
    static void prepare(Device, const float* values, PackedMemory to) {
        for (long i = 0; i < features; ++i) entries.in(to)[i] = {2 * double{values[i]}, "twice"};
        *kernels::PackedForm<int>{1}.in(to + packed<Device>().offset(1)) = features;
    }
    template <class Device, class Mode>
    static void forward(Device, Mode, const Forward<Mode>& pass) {
        const Entry* const table = entries.in(pass.packed);
        for (long n = 0; n < pass.batch; ++n)
            for (long i = 0; i < features; ++i)
                pass.y[n * features + i] = static_cast<float>(table[i].factor) * pass.x[n * features + i];
    }

    static constexpr kernels::PackedForm<Entry> entries{features};
};

}  // namespace users_own

TEST_CASE("issue 18.2: packed weights are objects of a layer's own types, each form on a line of memory") {
    using Table = users_own::Tabled<5>;
    static_assert(Table::packed<Cpu>().bytes() == 128 + 64 && Table::packed<Cpu>().offset(1) == 128);
    static_assert(packed_bytes<Sequential<Table, Table>, Cpu>() == 2 * 192);
    static_assert(packed_bytes<Linear<3, 4>, Reference>() == 0);
    using Net = Sequential<Linear<3, 5>, Table, Table>;
    Model<Net> model(Seed{2});
    const PackedMemory second = model.packed.data() + packed_bytes<Linear<3, 5>, Cpu>() + packed_bytes<Table, Cpu>();
    CHECK(reinterpret_cast<std::uintptr_t>(second.at) % kernels::PackedForm<users_own::Entry>::alignment == 0);
    CHECK(Table::entries.in(second)[4].word == std::string("twice"));
    CHECK(*kernels::PackedForm<int>{1}.in(second + 128) == 5);
    Model<Sequential<Linear<3, 5>>> linear(Seed{2});
    Tensor<Shape<3>> x(2);
    fill_normal(Cpu{}, x.size(), RandomState{.seed = 3}, x.data());
    const auto y = model(x);
    const auto plain = linear(x);
    for (int i = 0; i < 5; ++i) CHECK(y(1, i) == 4 * plain(1, i));
}
