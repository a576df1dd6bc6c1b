// The DCGAN's convolutions one by one on a GPU, and what the GPU gives at most.
#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include "genotype/kernels/portable/convolution.hpp"
#include "genotype/kernels/portable/elementwise.hpp"
#include "gpu.hpp"

namespace race {
namespace {

using namespace genotype;

constexpr int calls = 20;  // in one step, so that what a launch costs does not count

/// One call of a convolution, with all that it needs.
template <class Device>
struct Call {
    kernels::ConvGeometry g;
    int batch;
    std::string direction;
    bool transposed;
    Arena<Cuda> large = numbers_on_gpu(batch * g.large_floats()), small = numbers_on_gpu(batch * g.small_floats()),
                weights = numbers_on_gpu(g.weights()), gradient = numbers_on_gpu(g.weights()),
                packed = Arena<Cuda>(packed_form(Device{}, g).count),
                scratch = Arena<Cuda>(convolution_scratch(Device{}, g).floats(batch));

    void prepare() { pack(Device{}, g, weights.data(), packed.data()); }
    void run() {
        const MemoryRegion region{scratch.data(), nullptr, batch};
        const kernels::ConvWeights both{weights.data(), packed.data()};
        if (direction == "weight")
            convolve_weight_gradient(Device{}, g, batch, large.data(), small.data(), gradient.data(), false, region);
        else if ((direction == "forward") == transposed)
            convolve_transposed(Device{}, g, batch, small.data(), both, nullptr, large.data(), region);
        else
            convolve(Device{}, g, batch, large.data(), both, nullptr, small.data(), region);
    }
};

/// Of "KIND,IN,OUT,KERNEL,STRIDE,PADDING,SIDE,DIRECTION": conv or convt; forward, input or weight.
template <class Device>
Call<Device> call_of(const std::string& word, int batch) {
    std::istringstream parts(word);
    std::string kind, direction, number;
    std::getline(parts, kind, ',');
    int sizes[6];
    for (int& size : sizes) {
        std::getline(parts, number, ',');
        size = std::stoi(number);
    }
    std::getline(parts, direction);
    const auto [in, out, kernel, stride, padding, side] = sizes;
    if (kind == "convt") {
        const int large = (side - 1) * stride - 2 * padding + kernel;
        return {{out, in, kernel, stride, padding, large, large, side, side}, batch, direction, true};
    }
    const int small = (side + 2 * padding - kernel) / stride + 1;
    return {{in, out, kernel, stride, padding, side, side, small, small}, batch, direction, false};
}

/// A GPU whose next steps are those of another convolution.
struct Chooses : OnGpu {
    std::function<void(const std::string&)> change;

    void choose(const std::string& word) const { change(word); }
};

struct Same {
    GENOTYPE_BOTH float operator()(float x) const { return x; }
};

template <class Device>
int convolution(const GpuSetting& setting) {
    std::function<void()> step = [] {};
    const auto change = [&](const std::string& word) {
        const auto call = std::make_shared<Call<Device>>(call_of<Device>(word, setting.batch));
        call->prepare();
        call->run();
        const auto all = [call] {
            for (int i = 0; i < calls; ++i) call->run();
        };
        const auto recorded = std::make_shared<decltype(capture(Cuda{}, all))>(capture(Cuda{}, all));
        step = [call, recorded] { recorded->replay(); };
    };
    return serve(
        0, [&] { step(); }, Chooses{setting.gpu, change});
}

template <class Device>
int matmul(const GpuSetting& setting) {
    constexpr int side = 4096;
    Call<Device> call{{.large_channels = side, .small_channels = side}, side, "forward", false};
    call.prepare();
    return serve(
        0, [&] { call.run(); }, setting.gpu);
}

int copy(const GpuSetting& setting) {
    constexpr long count = 1L << 28;
    const Arena<Cuda> x = numbers_on_gpu(count);
    Arena<Cuda> y(count);
    return serve(
        0, [&] { map(Cuda{}, count, Same{}, y.data(), x.data()); }, setting.gpu);
}

}  // namespace
}  // namespace race

int main(int argc, char** argv) {
    return race::run_task(argc, argv,
                          {{"convolution", race::convolution<genotype::Cuda>},
                           {"convolution_tf32", race::convolution<genotype::CudaTf32>},
                           {"matmul", race::matmul<genotype::Cuda>},
                           {"matmul_tf32", race::matmul<genotype::CudaTf32>},
                           {"copy", race::copy}});
}
