// Squared norms of the gradients that single images give a convolution.
#pragma once

#include "genotype/layers/row_norms.hpp"
#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// The values that a window's tap reads: `channels` of them, 0 beyond the border.
struct WriteWindow {
    kernels::ConvGeometry sizes;
    const float* large;
    float* windows;

    GENOTYPE_BOTH void operator()(long at) const {
        const long pixel = at / sizes.taps(), tap = at % sizes.taps();
        const long row = pixel / sizes.small_width * sizes.stride - sizes.padding + tap / sizes.kernel;
        const long column = pixel % sizes.small_width * sizes.stride - sizes.padding + tap % sizes.kernel;
        const bool inside = row >= 0 && row < sizes.large_height && column >= 0 && column < sizes.large_width;
        const float* const from = large + (row * sizes.large_width + column) * sizes.large_channels;
        float* const to = windows + at * sizes.large_channels;
        for (int channel = 0; channel < sizes.large_channels; ++channel) to[channel] = inside ? from[channel] : 0.f;
    }
};

}  // namespace detail

/// A convolution is a product of its windows, which are an image's rows: its norm is had from the products of those
/// where that is cheaper than its gradient.
struct WindowNorms {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        const MemoryExtent single = SingleGradients::scratch<L, Device>(in);
        if (!has_rows<L>(in)) return single;
        const kernels::ConvGeometry sizes = L::geometry(in, L::output(in).dims);
        const MemoryExtent tiles = detail::GramTiles<Device>::scratch(width(sizes), sizes.small_channels);
        return larger(single, MemoryExtent{tiles.per_sample * sizes.small_pixels(), windows(sizes) + tiles.fixed});
    }
    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, const SampleRows& samples, float* norms) {
        if (!has_rows<L>(pass.in) || !samples.are_single())
            return SingleGradients::add_squared_norms<L>(device, pass, samples, norms);
        const kernels::ConvGeometry sizes = L::geometry(pass.in, pass.out);
        const int pixels = sizes.small_pixels();
        float* const rows = pass.scratch.fixed;
        const MemoryRegion tiles{pass.scratch.per_sample, rows + windows(sizes), pass.scratch.capacity * pixels};
        for (int sample = 0; sample < samples.count(); ++sample) {
            for_each_index(device, static_cast<long>(pixels) * sizes.taps(),
                           detail::WriteWindow{sizes, pass.x + sample * sizes.large_floats(), rows});
            detail::add_gram_norm(device, pixels, width(sizes), static_cast<const float*>(rows), sizes.small_channels,
                                  pass.dy + sample * sizes.small_floats(), L::has_bias, norms + sample, tiles);
        }
    }

  private:
    static constexpr int width(const kernels::ConvGeometry& sizes) { return sizes.taps() * sizes.large_channels; }
    static constexpr long windows(const kernels::ConvGeometry& sizes) {
        return aligned(static_cast<long>(sizes.small_pixels()) * width(sizes));
    }
    template <class L>
    static constexpr bool has_rows(Dims in) {
        const kernels::ConvGeometry sizes = L::geometry(in, L::output(in).dims);
        return detail::gram_is_cheaper(sizes.small_pixels(), width(sizes), sizes.small_channels);
    }
};

}  // namespace genotype::inline v0_1
