// The activations' values and derivatives against their formulas, at the ends of the number line, and one of a user's
// own.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "genotype/kernels/cpu/elementwise.hpp"
#include "genotype/kernels/reference/elementwise.hpp"
#include "genotype/layers/elu.hpp"
#include "genotype/layers/gelu.hpp"
#include "genotype/layers/gelu_tanh.hpp"
#include "genotype/layers/leaky_relu.hpp"
#include "genotype/layers/relu.hpp"
#include "genotype/layers/sigmoid.hpp"
#include "genotype/layers/silu.hpp"
#include "genotype/layers/softplus.hpp"
#include "genotype/layers/tanh.hpp"

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

static_assert(Layer<Swish>);

}  // namespace users_own

using namespace genotype;

namespace {

template <class L, class Device>
std::vector<float> values(const std::vector<float>& x) {
    std::vector<float> y(x.size());
    const Dims dims = vector_dims(static_cast<int>(x.size()));
    L::forward(Device{}, Inference{},
               Forward<Inference>{.batch = 1,
                                  .in = dims,
                                  .out = dims,
                                  .x = x.data(),
                                  .y = y.data(),
                                  .parameters = nullptr,
                                  .buffers = nullptr,
                                  .packed = {},
                                  .saved = {},
                                  .scratch = {},
                                  .random = nullptr});
    return y;
}

/// The derivatives times 2, with null for what backward says that it does not read.
template <class L, class Device>
std::vector<float> doubled_gradients(const std::vector<float>& x) {
    const std::vector<float> y = values<L, Device>(x), dy(x.size(), 2.f);
    std::vector<float> dx(x.size());
    const Dims dims = vector_dims(static_cast<int>(x.size()));
    Backward call{.batch = 1,
                  .in = dims,
                  .out = dims,
                  .x = L::backward_reads_input ? x.data() : nullptr,
                  .y = L::backward_reads_output ? y.data() : nullptr,
                  .dy = dy.data(),
                  .dx = dx.data(),
                  .parameters = nullptr,
                  .gradients = nullptr,
                  .packed = {},
                  .accumulate = false,
                  .saved = {},
                  .scratch = {}};
    L::backward(Device{}, call);
    call.dx = nullptr;
    L::backward(Device{}, call);
    return dx;
}

using Function = long double (*)(long double);

template <class L, class Device>
void check_on(Function truth, Function derivative) {
    std::vector<float> x;
    for (int i = -160; i <= 160; ++i) x.push_back(static_cast<float>(i) / 16 + 0.003f);
    const auto y = values<L, Device>(x), dx = doubled_gradients<L, Device>(x);
    for (std::size_t i = 0; i < x.size(); ++i) {
        CAPTURE(x[i]);
        REQUIRE(std::abs(y[i] - truth(x[i])) <= 1e-6L * (1e-3L + std::abs(truth(x[i]))));
        REQUIRE(std::abs(dx[i] / 2 - derivative(x[i])) <= 2e-6L * (0.1L + std::abs(derivative(x[i]))));
    }
}

template <class L>
void check(Function truth, Function derivative) {
    check_on<L, Reference>(truth, derivative);
    check_on<L, Cpu>(truth, derivative);
}

template <class L>
float value_at(float x) {
    const float reference = values<L, Reference>({x})[0], cpu = values<L, Cpu>({x})[0];
    CHECK((reference == cpu || (std::isnan(reference) && std::isnan(cpu))));
    return cpu;
}

template <class L>
float derivative_at(float x) {
    const float reference = doubled_gradients<L, Reference>({x})[0], cpu = doubled_gradients<L, Cpu>({x})[0];
    CHECK((reference == cpu || (std::isnan(reference) && std::isnan(cpu))));
    return cpu / 2;
}

long double logistic(long double x) {
    return 1 / (1 + std::exp(-x));
}
long double normal_density(long double x) {
    return std::exp(-x * x / 2) * 0.39894228040143267794L;
}
long double normal_cumulative(long double x) {
    return std::erfc(-x / std::sqrt(2.L)) / 2;
}

constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("ReLU") {
    check<ReLU>([](long double x) { return x > 0 ? x : 0; }, [](long double x) { return x > 0 ? 1.L : 0.L; });
    CHECK(value_at<ReLU>(0) == 0);
    CHECK(derivative_at<ReLU>(0) == 0);
    CHECK(value_at<ReLU>(infinity) == infinity);
}

TEST_CASE("LeakyReLU") {
    check<LeakyReLU<>>([](long double x) { return x > 0 ? x : 0.01L * x; },
                       [](long double x) { return x > 0 ? 1.L : 0.01L; });
    check<LeakyReLU<0.2f>>([](long double x) { return x > 0 ? x : 0.2L * x; },
                           [](long double x) { return x > 0 ? 1.L : 0.2L; });
    CHECK(derivative_at<LeakyReLU<0.25f>>(0) == 0.25f);
}

TEST_CASE("ELU") {
    check<ELU<>>([](long double x) { return x > 0 ? x : std::expm1(x); },
                 [](long double x) { return x > 0 ? 1 : std::exp(x); });
    check<ELU<0.5f>>([](long double x) { return x > 0 ? x : std::expm1(x) / 2; },
                     [](long double x) { return x > 0 ? 1 : std::exp(x) / 2; });
    CHECK(value_at<ELU<>>(-1000) == -1);
    CHECK(value_at<ELU<>>(1000) == 1000);
    CHECK(derivative_at<ELU<>>(-1000) == 0);
}

TEST_CASE("GELU") {
    check<GELU>([](long double x) { return x * normal_cumulative(x); },
                [](long double x) { return normal_cumulative(x) + x * normal_density(x); });
    CHECK(value_at<GELU>(1e30f) == 1e30f);
    CHECK(value_at<GELU>(infinity) == infinity);  // where PyTorch's vectors on a processor give NaN
    CHECK(derivative_at<GELU>(1e30f) == 1);
    CHECK(derivative_at<GELU>(-1e30f) == 0);
}

TEST_CASE("GELUTanh") {
    static constexpr long double scale = 1.59576912160573071175978L;  // 2 sqrt(2 / pi)
    static constexpr auto argument = [](long double x) { return scale * (x + 0.044715L * x * x * x); };
    check<GELUTanh>([](long double x) { return x * logistic(argument(x)); },
                    [](long double x) {
                        const long double inner = scale * (1 + 3 * 0.044715L * x * x), s = logistic(argument(x));
                        return s + x * s * logistic(-argument(x)) * inner;
                    });
    CHECK(value_at<GELUTanh>(1e30f) == 1e30f);
    CHECK(value_at<GELUTanh>(-1e30f) == 0);
    CHECK(derivative_at<GELUTanh>(1e30f) == 1);
    CHECK(derivative_at<GELUTanh>(-1e30f) == 0);
}

TEST_CASE("SiLU") {
    const Function value = [](long double x) { return x * logistic(x); };
    const Function derivative = [](long double x) { return logistic(x) * (1 + x * logistic(-x)); };
    check<SiLU>(value, derivative);
    check<users_own::Swish>(value, derivative);
    CHECK(value_at<SiLU>(1000) == 1000);
    CHECK(value_at<SiLU>(-1000) == 0);
    CHECK(derivative_at<SiLU>(1000) == 1);
    CHECK(derivative_at<SiLU>(-1000) == 0);
}

TEST_CASE("Softplus") {
    check<Softplus>([](long double x) { return std::log1p(std::exp(x)); }, logistic);
    CHECK(value_at<Softplus>(20.5f) == 20.5f);
    CHECK(derivative_at<Softplus>(20.5f) == 1);
    CHECK(value_at<Softplus>(1000) == 1000);
    CHECK(value_at<Softplus>(-1000) == 0);
}

TEST_CASE("Tanh") {
    check<Tanh>([](long double x) { return std::tanh(x); },
                [](long double x) { return 1 - std::tanh(x) * std::tanh(x); });
    CHECK(value_at<Tanh>(infinity) == 1);
    CHECK(derivative_at<Tanh>(infinity) == 0);
}

TEST_CASE("Sigmoid") {
    check<Sigmoid>(logistic, [](long double x) { return logistic(x) * logistic(-x); });
    CHECK(value_at<Sigmoid>(1000) == 1);
    CHECK(value_at<Sigmoid>(-1000) == 0);
    CHECK(derivative_at<Sigmoid>(-1000) == 0);
}

TEST_CASE_TEMPLATE("What is not a number stays so", L, ReLU, LeakyReLU<>, ELU<>, GELU, GELUTanh, SiLU, Softplus, Tanh,
                   Sigmoid) {
    CHECK(std::isnan(value_at<L>(std::numeric_limits<float>::quiet_NaN())));
}

TEST_CASE_TEMPLATE("An activation with a derivative from its output works in place", L, ReLU, LeakyReLU<0.2f>, ELU<>,
                   Tanh, Sigmoid) {
    static_assert(L::in_place && !L::backward_reads_input && L::backward_reads_output);
    static_assert(Layer<L>);
}

TEST_CASE_TEMPLATE("An activation with a derivative from its input keeps it", L, GELU, GELUTanh, SiLU, Softplus) {
    static_assert(!L::in_place && L::backward_reads_input && !L::backward_reads_output);
    static_assert(infer<L>(image_dims(3, 4, any_dim)).dims == image_dims(3, 4, any_dim));
}
