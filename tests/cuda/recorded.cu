// Records a step of every kind of kernel, or one that may not be recorded. With the stand-in for CUDA's library
// (stand_in.cpp) it needs no GPU; nothing is computed then.
// usage: recorded step|allocates|waits|reads, or recorded refused, with a stand-in that refuses all kernels
#include <cstdio>
#include <string_view>
#include <vector>

#include "genotype/kernels/cuda/cuda.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/portable/convolution.hpp"
#include "genotype/kernels/portable/elementwise.hpp"
#include "genotype/memory/arena.hpp"

using namespace genotype;

namespace {

struct Double {
    template <class V>
    constexpr void operator()(V& value) const {
        value = value + value;
    }
};

/// Ten groups of ten values.
void sum(float* a, const float* b) {
    kernels::detail::sum_groups(
        Cuda{}, 10, 10, kernels::detail::Sums<1>{},
        [=] GENOTYPE_BOTH(long group, long i) {
            return kernels::detail::Sums<1>{{static_cast<double>(b[group * 10 + i])}};
        },
        [=] GENOTYPE_BOTH(long group, const kernels::detail::Sums<1>& sum) {
            a[group] = static_cast<float>(sum.values[0]);
        });
}

/// Every kind of kernel once.
void step(float* a, const float* b) {
    constexpr kernels::ConvGeometry g{.large_channels = 3,
                                      .small_channels = 5,
                                      .kernel = 4,
                                      .stride = 2,
                                      .padding = 1,
                                      .large_height = 8,
                                      .large_width = 8,
                                      .small_height = 4,
                                      .small_width = 4};
    Cuda::clear(a, 100);
    Cuda::copy(b, 100, a);
    map(Cuda{}, 100, kernels::Add{}, a, b, b);
    update(Cuda{}, 100, Double{}, a);
    sum(a, b);
    convolve(Cuda{}, g, 2, b, {.plain = b}, b, a, {});
    convolve_transposed(Cuda{}, g, 2, b, {.plain = b}, b, a, {});
    convolve_weight_gradient(Cuda{}, g, 2, b, b, a, true, {});
}

/// Prints the error of run().
template <class Run>
void refused(Run run) {
    try {
        run();
        std::puts("no error");
    } catch (const Error& error) {
        std::puts(error.what());
    }
}

/// One kernel of each way in which kernels run.
void refused_kernels(float* a) {
    refused([=] { update(Cuda{}, 10, Double{}, a); });
    refused([=] { sum(a, a); });
    refused([=] { convolve(Cuda{}, kernels::ConvGeometry{}, 1, a, {.plain = a}, nullptr, a, {}); });
}

}  // namespace

int main(int count, char** arguments) try {
    const std::string_view what = count == 2 ? arguments[1] : "";
    Arena<Cuda> to(1000), from(1000);
    std::vector<float> host(1000);
    Cuda::upload(host.data(), 1000, from.data());
    if (what == "refused") {
        refused_kernels(to.data());
        return 0;
    }
    step(to.data(), from.data());
    const auto run = [&] {
        step(to.data(), from.data());
        if (what == "allocates") const Arena<Cuda> more(10);
        if (what == "waits") Cuda::synchronize();
        if (what == "reads") Cuda::download(to.data(), 10, host.data());
    };
    kernels::CudaGraph recorded = capture(Cuda{}, run);
    for (int i = 0; i < 3; ++i) recorded.replay();
    Cuda::download(to.data(), 1000, host.data());
    std::puts("recorded and replayed");
    return 0;
} catch (const Error& error) {
    std::puts(error.what());
    return 1;
}
