// Convolution and its transpose on the processor: direct or in Winograd's form, from packed weights.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/conv/convolution_columns.hpp"
#include "genotype/kernels/cpu/conv/convolution_dots.hpp"
#include "genotype/kernels/cpu/conv/convolution_few.hpp"
#include "genotype/kernels/cpu/conv/convolution_gather.hpp"
#include "genotype/kernels/cpu/conv/convolution_pack.hpp"
#include "genotype/kernels/cpu/conv/convolution_padded.hpp"
#include "genotype/kernels/cpu/conv/convolution_phase.hpp"
#include "genotype/kernels/cpu/conv/convolution_weight.hpp"
#include "genotype/kernels/cpu/conv/winograd.hpp"
#include "genotype/kernels/cpu/conv/winograd_weights.hpp"
#include "genotype/kernels/cpu/matmul/matmul.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Floats of one direction's packed weights.
constexpr long packed_floats(const ConvDirection& direction) {
    return direction.geometry.taps() * direction.source_channels() *
           packed_width(direction.source_channels(), direction.channels());
}

/// One direction of a convolution, by all threads.
template <class = void>
inline void gather(const Gather& g, const ConvDirection& direction, const float* packed) {
    const ConvGeometry& geometry = direction.geometry;
    const bool along_source = lanes_along_source(direction.source_channels(), direction.channels());
    // With few pixels the weights are read from memory for each product: then a weight costs as much as some products.
    const double work =
        std::max(static_cast<double>(g.batch) * geometry.small_pixels(), 8.0) * static_cast<double>(geometry.weights());
#pragma omp parallel if (work > worth_threads)
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        if (along_source)
            dot_share(g, direction, packed, thread, threads);
        else
            gather_share(g, direction, packed, thread, threads);
    }
}

}  // namespace detail

/// A form by name, with Winograd's size of a tile and taps: "Winograd F(4x4,2x2)".
constexpr const char* form_name(ConvForm form, const ConvGeometry& g) {
    if (form == ConvForm::direct) return "direct";
    if (detail::winograd_taps(g) == 2) return "Winograd F(4x4,2x2)";
    return detail::winograd_tile(g) == 5 ? "Winograd F(5x5,3x3)" : "Winograd F(4x4,3x3)";
}

/// Packed weights: to the small image, then to the large one. Winograd's form makes its own of them as it goes; a
/// product takes the plain ones, and so does the way to few large channels.
constexpr PackedForm<float> packed_form(Cpu, const ConvGeometry& g) {
    if (detail::is_product(g)) return {};
    return {detail::packed_floats(detail::ConvDirection{g, false}) +
            (detail::has_few_columns(g) ? 0 : detail::packed_floats(detail::ConvDirection{g, true}))};
}

template <class = void>
inline void pack(Cpu, const ConvGeometry& g, const float* plain, float* packed) {
    if (detail::is_product(g)) return;
    const detail::ConvDirection to_small{g, false}, to_large{g, true};
    detail::pack(to_small, plain, packed);
    if (!detail::has_few_columns(g)) detail::pack(to_large, plain, packed + detail::packed_floats(to_small));
}

/// Compiles to nothing: a product takes plain weights.
template <class = void>
inline void pack(Cpu, const ProductGeometry&, const float*, float*) {}

/// PyTorch equivalent: `F.conv2d(large, weight, bias, stride, padding)`. Scratch: see `convolution_scratch`.
template <class Geometry>
void convolve(Cpu, const Geometry& g, int batch, const float* large, ConvWeights weights, const float* bias,
              float* small, MemoryRegion scratch) {
    if constexpr (possible<Geometry>(detail::is_product))
        if (detail::is_product(g)) return detail::product_to_small(g, batch, large, weights.plain, bias, small);
    if (detail::with_winograd(g, batch, [&](auto form) {
            detail::winograd_to_small<decltype(form)>(g, batch, large, weights.packed, bias, small, scratch.per_sample);
        }))
        return;
    if (detail::is_padded(g)) return detail::padded_to_small(g, batch, large, weights.packed, bias, small);
    if constexpr (possible<Geometry>(detail::steps_by_one))
        if (detail::gathers_few(g)) return detail::few_to_small(g, batch, large, weights.plain, bias, small);
    detail::gather({batch,
                    {g.large_height, g.large_width, g.large_channels},
                    {g.small_height, g.small_width, g.small_channels},
                    large,
                    bias,
                    small},
                   {g, false}, weights.packed);
}

/// PyTorch equivalent: `F.conv_transpose2d(small, weight, bias, stride, padding)`.
template <class Geometry>
void convolve_transposed(Cpu, const Geometry& g, int batch, const float* small, ConvWeights weights, const float* bias,
                         float* large, MemoryRegion scratch) {
    if constexpr (possible<Geometry>(detail::is_product))
        if (detail::is_product(g)) return detail::product_to_large(g, batch, small, weights.plain, bias, large);
    if (detail::has_few_columns(g)) return detail::columns_to_large(g, batch, small, weights.plain, bias, large);
    const detail::ConvDirection to_small{g, false}, to_large{g, true};
    const float* packed = weights.packed + detail::packed_floats(to_small);
    if (detail::with_winograd(g, batch, [&](auto form) {
            detail::winograd_to_large<decltype(form)>(g, batch, small, packed, bias, large, scratch.per_sample);
        }))
        return;
    if constexpr (possible<Geometry>(detail::steps_by_one))
        if (detail::is_padded_turned(g))
            return detail::padded_to_small(detail::turned(g), batch, small, packed, bias, large);
    detail::gather({batch,
                    {g.small_height, g.small_width, g.small_channels},
                    {g.large_height, g.large_width, g.large_channels},
                    small,
                    bias,
                    large},
                   to_large, packed);
}

// A convolution of one tap is a product, and compiles nothing else.
template <class = void>
inline void convolve(Cpu device, const ProductGeometry& g, int batch, const float* large, ConvWeights weights,
                     const float* bias, float* small, MemoryRegion scratch) {
    matmul(device, g, batch, large, weights, bias, small, scratch);
}
template <class = void>
inline void convolve_transposed(Cpu device, const ProductGeometry& g, int batch, const float* small,
                                ConvWeights weights, const float* bias, float* large, MemoryRegion scratch) {
    matmul_transposed(device, g, batch, small, weights, bias, large, scratch);
}

}  // namespace genotype::inline v0_1::kernels
