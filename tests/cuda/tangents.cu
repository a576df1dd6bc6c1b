// A penalty's gradient of a discriminator of videos on the GPU beside the same on the host.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/kernels/cuda/cuda.hpp"
#include "genotype/kernels/thrust.hpp"
#include "genotype/tangents.hpp"

using namespace genotype;

/// The first class, for all rows.
struct FirstClass : LayerBase {
    static constexpr bool backward_reads_input = false;
    static constexpr Inferred output(Dims) { return vector_dims(1); }
    template <class Device, class Mode>
    static void forward(Device, Mode, const Forward<Mode>& pass) {
        Device::clear(pass.y, pass.batch);
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

namespace {

using Video = Shape<2, 2, 3, 3>;
using Net = Sequential<Let<row_class, Flatten, FirstClass>,
                       SpectralNorm<Conv3d<2, 4, Size3{2, 3, 3}, Size3{2, 1, 1}, Size3{0, 1, 1}, Bias>>, SiLU,
                       Reshape<4, 3, 3>, MultiheadAttention<4, 2>, Flatten, WeightNorm<Linear<36, 8>>, Gated<SiLU>,
                       Linear<4, 1>, Sinusoid<6, 1.f, 4.f>, Project<row_class, 2, 6>>;

template <class Device>
Arena<Device> on_device(const std::vector<float>& values) {
    Arena<Device> arena(static_cast<long>(values.size()));
    if constexpr (Device::on_host)
        std::copy(values.begin(), values.end(), arena.data());
    else
        Device::upload(values.data(), arena.size(), arena.data());
    return arena;
}
template <class Device>
void read(const float* from, long count, std::vector<float>& to) {
    std::vector<float> values(static_cast<std::size_t>(count));
    if constexpr (Device::on_host)
        std::copy_n(from, count, values.data());
    else
        Device::download(from, count, values.data());
    to.insert(to.end(), values.begin(), values.end());
}

/// Tangents, and the gradients of the sum of outputs and tangents.
template <class Device>
std::vector<float> run() {
    constexpr int batch = 2;
    Model<Net, Device> model(Seed{3});
    TangentWorkspace<Net, Video, Device> work(batch);
    std::vector<float> x(batch * Video::count), v(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = std::sin(0.7f * static_cast<float>(i));
        v[i] = std::cos(1.3f * static_cast<float>(i));
    }
    auto videos = on_device<Device>(x), directions = on_device<Device>(v);
    auto ones = on_device<Device>(std::vector<float>(batch, 1.f));
    Arena<Device> gradients(parameter_floats<Net>());
    const auto found = work.tangent(model, ViewOn<Video, Device>{videos.data(), batch},
                                    ViewOn<Video, Device>{directions.data(), batch});
    const ViewOn<Shape<1>, Device> each{ones.data(), batch};
    work.backward(model, each, each, {.gradients = gradients});
    std::vector<float> all;
    read<Device>(found.tangent.data, batch, all);
    read<Device>(gradients.data(), gradients.size(), all);
    return all;
}

}  // namespace

TEST_CASE("issue 18.4: a tangent and its backward through videos, attention, normalised weights and a projection") {
    const std::vector<float> found = run<Cuda>(), wanted = run<Reference>();
    REQUIRE(found.size() == wanted.size());
    float largest = 0, worst = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        largest = std::max(largest, std::abs(wanted[i]));
        worst = std::max(worst, std::abs(found[i] - wanted[i]));
    }
    CHECK(largest > 0.1f);
    CHECK(worst < 1e-5f * largest);
}
