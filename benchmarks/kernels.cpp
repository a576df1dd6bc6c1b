// The convolutions and matrix products of a DCGAN and a VAE in all three directions, against the f32 peak of this
// machine measured in the same run. Threads: OMP_NUM_THREADS (with OMP_PROC_BIND=true, so that each has a core of its
// own).
#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "genotype/kernels/cpu/conv/convolution.hpp"
#include "handover.hpp"
#include "peak.hpp"

using namespace genotype;

namespace {

constexpr int batch = 64;

/// 64-byte aligned, as a model's arenas are.
class Numbers {
  public:
    explicit Numbers(long count)
        : values_(static_cast<float*>(
              ::operator new (static_cast<std::size_t>(std::max(count, 1L)) * sizeof(float), std::align_val_t{64}))) {
        std::mt19937 generator(1);
        for (long i = 0; i < count; ++i) values_.get()[i] = static_cast<float>(generator() >> 8) * 0x1p-23f - 1.0f;
    }
    float* data() const { return values_.get(); }

  private:
    struct Free {
        void operator()(float* values) const { ::operator delete (values, std::align_val_t{64}); }
    };
    std::unique_ptr<float, Free> values_;
};

/// FLOPs are those of the direct convolution, whatever the kernel leaves out at borders.
template <class F>
void repeat(benchmark::State& state, const kernels::ConvGeometry& g, F f) {
    const double limit = benchmarks::peak();
    f();
    double best = 1e30;
    for (auto _ : state) {
        const auto before = std::chrono::steady_clock::now();
        f();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
    }
    const double operations = 2.0 * static_cast<double>(g.weights()) * g.small_pixels() * batch;
    state.counters["threads"] = omp_get_max_threads();
    state.counters["best_ms"] = best * 1e3;
    state.counters["GFLOP/s"] = operations / best * 1e-9;
    state.counters["percent_of_peak"] = 100 * operations / best / limit;
}

void add(const std::string& name, const kernels::ConvGeometry& g) {
    struct Arrays {
        Numbers large, small, weights, gradient, packed, scratch;
        MemoryRegion region() const { return {scratch.data(), nullptr, batch}; }
    };
    auto make = [g] {
        Arrays arrays{Numbers(batch * g.large_floats()),
                      Numbers(batch * g.small_floats()),
                      Numbers(g.weights()),
                      Numbers(g.weights()),
                      Numbers(packed_form(Cpu{}, g).count),
                      Numbers(convolution_scratch(Cpu{}, g).floats(batch))};
        pack(Cpu{}, g, arrays.weights.data(), arrays.packed.data());
        return arrays;
    };
    auto setup = [](const std::string& title, auto f) {
        benchmark::RegisterBenchmark(title.c_str(), f)->UseRealTime()->Unit(benchmark::kMicrosecond);
    };
    setup(name + "/to_small", [=](benchmark::State& state) {
        const Arrays a = make();
        repeat(state, g, [&] {
            convolve(Cpu{}, g, batch, a.large.data(), {a.weights.data(), a.packed.data()}, nullptr, a.small.data(),
                     a.region());
        });
    });
    setup(name + "/to_large", [=](benchmark::State& state) {
        const Arrays a = make();
        repeat(state, g, [&] {
            convolve_transposed(Cpu{}, g, batch, a.small.data(), {a.weights.data(), a.packed.data()}, nullptr,
                                a.large.data(), a.region());
        });
    });
    setup(name + "/weight_gradient", [=](benchmark::State& state) {
        const Arrays a = make();
        repeat(state, g, [&] {
            convolve_weight_gradient(Cpu{}, g, batch, a.large.data(), a.small.data(), a.gradient.data(), false,
                                     a.region());
        });
    });
    setup(name + "/pack", [=](benchmark::State& state) {
        const Arrays a = make();
        for (auto _ : state) pack(Cpu{}, g, a.weights.data(), a.packed.data());
    });
}

kernels::ConvGeometry conv(int large, int small, int stride, int padding, int size) {
    const int out = (size + 2 * padding - 4) / stride + 1;
    return {large, small, 4, stride, padding, size, size, out, out};
}

void handover(benchmark::State& state) {
    double seconds = 0;
    for (auto _ : state) seconds = benchmarks::measure_handover();
    state.counters["handover_ns"] = seconds * 1e9;
}

const bool registered = [] {
    benchmark::RegisterBenchmark("handover", handover)->UseRealTime()->Iterations(1);
    add("dcgan/3x32x32_64x16x16", conv(3, 64, 2, 1, 32));
    add("dcgan/64x16x16_128x8x8", conv(64, 128, 2, 1, 16));
    add("dcgan/128x8x8_256x4x4", conv(128, 256, 2, 1, 8));
    add("dcgan/256x4x4_1x1x1", conv(256, 1, 1, 0, 4));
    add("dcgan/256x4x4_100x1x1", conv(256, 100, 1, 0, 4));
    add("vae/784_256", {784, 256});
    add("vae/256_256", {256, 256});
    add("vae/256_40", {256, 40});
    add("vae/20_256", {20, 256});
    add("vae/256_784", {256, 784});
    return true;
}();

}  // namespace
