// Neighbours that run as one: which ones do, that they give what the two give apart, and what the plan saves.
#include "genotype/network/fused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <string>
#include <type_traits>
#include <vector>

#include "genotype/layers.hpp"
#include "genotype/network/let.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/residual.hpp"
#include "genotype/network/sequential.hpp"
#include "genotype/network/type_name.hpp"
#include "genotype/network/workspace.hpp"
#include "support/devices.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using kernel_test::Array;

namespace {

template <class... L>
using Steps = detail::FusedChain<Cpu, L...>;
static_assert(std::same_as<Steps<BN<4>, ReLU>, detail::Steps<Fused<BN<4>, ReLU>>>);
static_assert(std::same_as<Steps<ReLU, BN<4>>, detail::Steps<ReLU, BN<4>>>);
static_assert(std::same_as<Steps<BN<4>, ReLU, Tanh, BN<4>>, detail::Steps<Fused<BN<4>, ReLU>, Tanh, BN<4>>>);
static_assert(std::same_as<Steps<GroupNorm<2, 4>, SiLU, Modulate<Name, 3, 4>, SiLU>,
                           detail::Steps<Fused<GroupNorm<2, 4>, SiLU>, Fused<Modulate<Name, 3, 4>, SiLU>>>);
// A norm applies the modulation behind it, and the activation behind that, where the device's kernels do.
static_assert(std::same_as<Steps<Tanh, GroupNorm<2, 4>, Modulate<Name, 3, 4>, SiLU, GroupNorm<2, 4>>,
                           detail::Steps<Tanh, Fused<GroupNorm<2, 4>, Modulate<Name, 3, 4>, SiLU>, GroupNorm<2, 4>>>);
static_assert(std::same_as<Steps<GroupNorm<2, 4>, Modulate<Name, 3, 4>>,
                           detail::Steps<Fused<GroupNorm<2, 4>, Modulate<Name, 3, 4>>>>);
static_assert(std::same_as<Steps<BN<4>, Modulate<Name, 3, 4>, Modulate<Name, 3, 4>>,
                           detail::Steps<BN<4>, Modulate<Name, 3, 4>, Modulate<Name, 3, 4>>>);
static_assert(std::same_as<detail::FusedChain<Reference, GroupNorm<2, 4>, Modulate<Name, 3, 4>, SiLU>,
                           detail::Steps<GroupNorm<2, 4>, Fused<Modulate<Name, 3, 4>, SiLU>>>);
static_assert(std::same_as<Steps<BN<4>, BN<4>, SiLU, BN<4>, Dropout<>>,
                           detail::Steps<BN<4>, Fused<BN<4>, SiLU>, BN<4>, Dropout<>>>);

// Products apply an activation where the device's kernels do.
using First = Linear<4, 4>;
template <class Device, class... L>
using StepsOn = detail::FusedChain<Device, L...>;
static_assert(std::same_as<Steps<First, ReLU>, detail::Steps<First, ReLU>>);
#if defined(GENOTYPE_TEST_THRUST)
static_assert(std::same_as<StepsOn<ThrustCpp, First, ReLU, BN<4>, Tanh, First>,
                           detail::Steps<FusedProduct<First, ReLU>, Fused<BN<4>, Tanh>, First>>);
static_assert(adds_to_output<Sequential<First, ReLU>, ThrustCpp> &&
              !adds_to_output<Sequential<First, BN<4>>, ThrustCpp>);
#endif
static_assert(!adds_to_output<Sequential<First, ReLU>, Cpu>);

/// The same layers, but in chains of their own, where nothing has a neighbour.
template <class... L>
using Apart = Sequential<Sequential<L>...>;

// A derivative that is a function of the input: apart, the norm's output is kept for it.
constexpr Dims image = image_dims(4, 2, 2);
static_assert(memory_of<Sequential<BN<4>, SiLU>, Cpu, Training>(image).saved.per_sample == 0);
static_assert(memory_of<Apart<BN<4>, SiLU>, Cpu, Training>(image).saved.per_sample == 16);
// What goes into a modulation is not kept either, where the norm in front applies it.
template <class Device>
constexpr long kept_around_modulation =
    memory_of<Sequential<GroupNorm<2, 4>, Modulate<Name, 3, 4>, SiLU>, Device, Training>(image).saved.per_sample;
static_assert(kept_around_modulation<Cpu> + 16 == kept_around_modulation<Reference>);

template <class Net, class In, class Device, class Mode>
std::vector<Array> results(int batch, bool accumulate) {
    Model<Net, Device> model(Seed{3});
    for (long i = 0; i < model.parameters.size(); ++i)
        model.parameters.data()[i] = 0.5f + 0.25f * static_cast<float>(i % 7 - 3);
    using Out = OutputShape<Net, In>;
    Workspace<Net, In, Mode, Device> run(batch);
    const Array x = kernel_test::random_array(batch * In::count, 1, 0.3f);
    const auto y = run.forward(model, View<In>{x.data(), batch});
    std::vector<Array> all{Array(y.data, y.data + y.size()),
                           Array(model.buffers.data(), model.buffers.data() + model.buffers.size())};
    if constexpr (std::same_as<Mode, Training>) {
        const Array dy = kernel_test::random_array(batch * Out::count, 2);
        all.push_back(kernel_test::unwritten(batch * In::count));
        all.push_back(Array(static_cast<unsigned long>(parameter_floats<Net>()), 0.5f));
        run.backward(model, View<In>{x.data(), batch}, {dy.data(), batch},
                     {.input_gradient = {all[2].data(), batch}, .gradients = all[3], .accumulate = accumulate});
    }
    return all;
}

/// At least 1.
double largest(const Array& values) {
    double found = 1;
    for (const float value : values) found = std::max<double>(found, std::abs(value));
    return found;
}

template <class Together, class Single, class In, class Device>
void compare(int batch, bool same_forward = true) {
    for (const bool accumulate : {false, true}) {
        const auto together = results<Together, In, Device, Training>(batch, accumulate);
        const auto apart = results<Single, In, Device, Training>(batch, accumulate);
        // The product of dy and derivative is rounded to a float where it is stored, or where it is contracted not at
        // all.
        for (std::size_t i = 0; i < together.size(); ++i) {
            // In other sums, values before an activation, which are some tens here, have other last bits.
            const double size = same_forward ? std::sqrt(batch) : 2 * largest(apart[i]);
            CHECK(kernel_test::difference(together[i], apart[i], size) < 3e-6);
        }
        if (same_forward) CHECK(kernel_test::same_bits(together[0], apart[0]));
        const auto one =
            kernel_test::with_threads(1, [&] { return results<Together, In, Device, Training>(batch, accumulate); });
        for (std::size_t i = 0; i < together.size(); ++i) CHECK(kernel_test::same_bits(together[i], one[i]));
    }
    const Array together = results<Together, In, Device, Inference>(batch, false)[0];
    const Array apart = results<Single, In, Device, Inference>(batch, false)[0];
    CHECK(kernel_test::difference(together, apart, 2 * largest(apart)) < 3e-6);
    if (same_forward) CHECK(kernel_test::same_bits(together, apart));
}

template <class Activation, class Device>
void compare_all() {
    CAPTURE(detail::raw_type_name<Activation>());
    const auto norm = []<class Norm, class In>(std::type_identity<void(Norm, In)>, int batch) {
        compare<Sequential<Norm, Activation>, Apart<Norm, Activation>, In, Device>(batch);
    };
    norm(std::type_identity<void(BN<5>, Shape<5>)>{}, 9);
    norm(std::type_identity<void(BN<17>, Shape<17, 3, 3>)>{}, 29);
    norm(std::type_identity<void(BN<64>, Shape<64, 8, 8>)>{}, 8);
    norm(std::type_identity<void(GroupNorm<1, 17>, Shape<17, 3, 3>)>{}, 5);
    norm(std::type_identity<void(GroupNorm<8, 64>, Shape<64, 8, 8>)>{}, 6);
}

struct condition : Name {};

}  // namespace

TEST_CASE_TEMPLATE("a norm and the activation behind it give together what they give apart", Device,
                   GENOTYPE_TESTED_DEVICES) {
    compare_all<ReLU, Device>();
    compare_all<LeakyReLU<0.2f>, Device>();
    compare_all<Tanh, Device>();
    compare_all<SiLU, Device>();
}

TEST_CASE_TEMPLATE("a modulation and the activation behind it give together what they give apart", Device,
                   GENOTYPE_TESTED_DEVICES) {
    const auto same = []<int channels, class Activation>(Shape<channels>, std::type_identity<Activation>) {
        using Side = Let<condition, GlobalAvgPool, Flatten, Linear<channels, 6>>;
        using Modulation = Modulate<condition, 6, channels>;
        compare<Sequential<Side, Modulation, Activation>,
                Sequential<Side, Sequential<Modulation>, Sequential<Activation>>, Shape<channels, 3, 3>, Device>(7);
    };
    same(Shape<5>{}, std::type_identity<SiLU>{});
    same(Shape<19>{}, std::type_identity<SiLU>{});
    same(Shape<32>{}, std::type_identity<Tanh>{});
}

TEST_CASE_TEMPLATE("a norm, the modulation and the activation behind it give together what they give apart", Device,
                   GENOTYPE_TESTED_DEVICES) {
    const auto close = []<int channels, class... L>(Shape<channels>, std::type_identity<void(L...)>) {
        using Side = Let<condition, GlobalAvgPool, Flatten, Linear<channels, 6>>;
        compare<Sequential<Side, L...>, Sequential<Side, Sequential<L>...>, Shape<channels, 5, 5>, Device>(7, false);
    };
    // Where a layer is in front, the norm's input is asked for a gradient.
    close(Shape<6>{}, std::type_identity<void(GroupNorm<2, 6>, Modulate<condition, 6, 6>, SiLU)>{});
    close(Shape<19>{}, std::type_identity<void(Tanh, GroupNorm<19, 19>, Modulate<condition, 6, 19>, SiLU)>{});
    close(Shape<64>{}, std::type_identity<void(Tanh, GroupNorm<8, 64>, Modulate<condition, 6, 64>, Tanh)>{});
    close(Shape<32>{}, std::type_identity<void(GroupNorm<4, 32>, Modulate<condition, 6, 32>)>{});
}

TEST_CASE_TEMPLATE("a product and the activation behind it give together what they give apart", Device,
                   GENOTYPE_TESTED_DEVICES) {
    const auto same = []<class Net, class Single, class In>(std::type_identity<void(Net, Single, In)>) {
        for (const int batch : {1, 9, 70}) {
            CAPTURE(batch);
            for (const bool accumulate : {false, true}) {
                const auto together = results<Net, In, Device, Training>(batch, accumulate);
                const auto apart = results<Single, In, Device, Training>(batch, accumulate);
                for (std::size_t i = 0; i < together.size(); ++i) CHECK(kernel_test::same_bits(together[i], apart[i]));
            }
            CHECK(kernel_test::same_bits(results<Net, In, Device, Inference>(batch, false)[0],
                                         results<Single, In, Device, Inference>(batch, false)[0]));
        }
    };
    using Wide = Linear<6, 19>;
    using Narrow = Linear<19, 3>;
    same(std::type_identity<void(Sequential<Wide, ReLU, Narrow, Sigmoid>, Apart<Wide, ReLU, Narrow, Sigmoid>,
                                 Shape<6>)>{});
    same(std::type_identity<void(Sequential<Wide, GELU, Narrow, SiLU>, Apart<Wide, GELU, Narrow, SiLU>, Shape<6>)>{});
    using Down = Conv<2, 5, 4, 2, 1, Bias>;
    using Up = ConvT<5, 3, 4, 2, 1>;
    using Same = ConvT<3, 2, 3, 1, 1>;
    same(std::type_identity<void(Sequential<Down, LeakyReLU<0.2f>, Up, Tanh, Same, GELU>,
                                 Apart<Down, LeakyReLU<0.2f>, Up, Tanh, Same, GELU>, Shape<2, 8, 8>)>{});
}

TEST_CASE_TEMPLATE("a product adds the other side of a residual to what it gives", Device, GENOTYPE_TESTED_DEVICES) {
    using Inner = Sequential<LayerNorm<6>, Linear<6, 9>, GELU, Linear<9, 6>>;
    using Active = Sequential<Linear<6, 6>, SiLU>;
    const auto expect_sum = []<class Branch>(std::type_identity<Branch>) {
        // In training, and in inference, where nothing of the branch is read again.
        using Whole =
            typename decltype(detail::sequential_verdict<combinators::Residual<Branch, Projection<>>>())::model;
        for (const int batch : {1, 12}) {
            const Array x = kernel_test::random_array(batch * 6, 1, 0.3f);
            const auto check = [&](const Array& whole, const Array& branch) {
                Array sum(branch);
                for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
                CHECK(kernel_test::same_bits(whole, sum));
            };
            check(results<Whole, Shape<6>, Device, Training>(batch, false)[0],
                  results<Branch, Shape<6>, Device, Training>(batch, false)[0]);
            check(results<Whole, Shape<6>, Device, Inference>(batch, false)[0],
                  results<Branch, Shape<6>, Device, Inference>(batch, false)[0]);
        }
    };
    expect_sum(std::type_identity<Inner>{});
    expect_sum(std::type_identity<Active>{});
    expect_sum(std::type_identity<Sequential<Linear<6, 6>, ReLU>>{});
}

TEST_CASE("parameters of layers that run as one keep their names") {
    std::vector<std::string> names;
    for_each_tensor<Sequential<Conv<3, 4, 3, 1, 1>, BN<4>, ReLU, Conv<4, 2, 3, 1, 1>>, detail::Owned::parameters>(
        [&](const std::string& name, const Parameter&, long) { names.push_back(name); });
    CHECK(names == std::vector<std::string>{"0.weight", "1.weight", "1.bias", "3.weight"});
    names.clear();
    for_each_tensor<Sequential<GroupNorm<2, 4>, Modulate<Name, 3, 4>, SiLU, BN<4>>, detail::Owned::parameters>(
        [&](const std::string& name, const Parameter&, long) { names.push_back(name); });
    CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"});
}
