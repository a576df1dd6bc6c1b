// The device that keeps convolutions in the direct form: its plan, its bits, and devices that wrap one another.
#include <doctest/doctest.h>

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <vector>

#include "genotype/kernels/cpu.hpp"
#include "genotype/kernels/direct_convolution.hpp"
#include "genotype/kernels/reference.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/workspace.hpp"
#include "genotype/training/profile.hpp"
#include "support/dcgan.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using kernel_test::Array;

namespace {

constexpr int batch = 16;
using Wide = Conv<32, 32, 4, 2, 1>;
using Narrow = ConvT<32, 32, 4, 2, 1>;
using In = Shape<32, 16, 16>;
constexpr kernels::ConvGeometry geometry{32, 32, 4, 2, 1, 16, 16, 8, 8};
static_assert(convolution_form(Cpu{}, geometry, batch) == kernels::ConvForm::winograd);
static_assert(convolution_form(DirectConvolution<Cpu>{}, geometry, batch) == kernels::ConvForm::direct);
static_assert(convolution_form(Profiled<DirectConvolution<Cpu>>{}, geometry, batch) == kernels::ConvForm::direct);
static_assert(convolution_form(DirectConvolution<Profiled<Cpu>>{}, geometry, batch) == kernels::ConvForm::direct);

/// What a model of one layer gives in all directions.
template <class Layer, class Device>
std::vector<Array> results(int samples = batch) {
    using Input = std::conditional_t<std::same_as<Layer, Wide>, In, OutputShape<Wide, In>>;
    using Net = Sequential<Layer>;
    Model<Net, Device> model(Seed{3});
    Workspace<Net, Input, Training, Device> run(samples);
    const Array x = kernel_test::random_array(samples * Input::count, 1);
    const Array dy = kernel_test::random_array(samples * OutputShape<Net, Input>::count, 2);
    const auto y = run.forward(model, View<Input>{x.data(), samples});
    std::vector<Array> all{Array(y.data, y.data + y.size()), kernel_test::unwritten(samples * Input::count),
                           kernel_test::unwritten(parameter_floats<Net>())};
    run.backward(model, View<Input>{x.data(), samples}, {dy.data(), samples},
                 {.input_gradient = {all[1].data(), samples}, .gradients = all[2]});
    return all;
}

bool same(const std::vector<Array>& left, const std::vector<Array>& right) {
    bool all = true;
    for (std::size_t i = 0; i < left.size(); ++i) all = all && kernel_test::same_bits(left[i], right[i]);
    return all;
}

/// What the kernels give that are told so by the geometry.
std::vector<Array> direct() {
    kernels::ConvGeometry g = geometry;
    g.exact = true;
    const Model<Sequential<Wide>> model(Seed{3});
    const auto weights = Wide::packed<Cpu>().weights(model.parameters.data(), model.packed.data());
    const Array x = kernel_test::random_array(batch * g.large_floats(), 1);
    const Array dy = kernel_test::random_array(batch * g.small_floats(), 2);
    std::vector<Array> all{kernel_test::unwritten(batch * g.small_floats()),
                           kernel_test::unwritten(batch * g.large_floats()), kernel_test::unwritten(g.weights())};
    convolve(Cpu{}, g, batch, x.data(), weights, nullptr, all[0].data(), {});
    convolve_transposed(Cpu{}, g, batch, dy.data(), weights, nullptr, all[1].data(), {});
    convolve_weight_gradient(Cpu{}, g, batch, x.data(), dy.data(), all[2].data(), false, {});
    return all;
}

}  // namespace

TEST_CASE("the plan has no memory for another form") {
    const auto scratch = [](auto device) {
        return memory_of<Sequential<Wide>, decltype(device), Training>(In::dims).backward_scratch;
    };
    CHECK(scratch(Cpu{}).per_sample > 0);
    CHECK(scratch(DirectConvolution<Cpu>{}) == scratch(Reference{}));
    CHECK(convolution_scratch(DirectConvolution<Cpu>{}, geometry) == MemoryExtent{});
    using Image = Shape<3, 32, 32>;
    CHECK(3 * Workspace<dcgan::Discriminator, Image, Inference, DirectConvolution<Cpu>>::floats(64) <
          2 * Workspace<dcgan::Discriminator, Image, Inference, Cpu>::floats(64));
}

TEST_CASE("all directions are the direct form's, bit for bit") {
    const auto expected = direct(), fast = results<Wide, Cpu>(), found = results<Wide, DirectConvolution<Cpu>>();
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(i);
        CHECK(kernel_test::same_bits(found[i], expected[i]));
        CHECK(!kernel_test::same_bits(fast[i], expected[i]));
    }
    CHECK(!same(results<Narrow, DirectConvolution<Cpu>>(), results<Narrow, Cpu>()));
    CHECK(same(results<Narrow, DirectConvolution<Reference>>(1), results<Narrow, Reference>(1)));
}

TEST_CASE("devices wrap one another") {
    Profile profile;
    const auto sees_all_directions = [&] {
        for (const Profile::Row& row : profile.rows())
            if (row.name().starts_with("ConvT<"))
                return std::ranges::all_of(row.seconds, [](double s) { return s > 0; });
        return false;
    };
    const auto plain = results<Narrow, DirectConvolution<Cpu>>();
    CHECK(same(plain, results<Narrow, Profiled<DirectConvolution<Cpu>>>()));
    CHECK(sees_all_directions());
    profile.clear();
    CHECK(same(plain, results<Narrow, DirectConvolution<Profiled<Cpu>>>()));
    CHECK(sees_all_directions());
}
