// A matrix that every row of a layer's input is multiplied with, for layers that have several.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/planned.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::detail {

/// y = x W^T + b for rows of `in` values, where W lies as PyTorch has it, (out, in).
template <int in, int out>
struct RowProduct {
    static constexpr kernels::ProductGeometry geometry{kernels::ConvGeometry{out, in}};
    static constexpr long weights = static_cast<long>(out) * in;

    const float* weight;
    PackedWeights packed;
    const float* bias;  // none: null

    template <class Device>
    static constexpr auto form() {
        return packed_form(kernels::planned<Device>, geometry);
    }
    template <class Device>
    static void prepare(Device device, const float* weight, PackedMemory to) {
        pack(device, geometry, weight, form<Device>().in(to));
    }
    /// Scratch of all of the following, for samples of so many rows.
    template <class Device>
    static constexpr MemoryExtent scratch(long rows) {
        const MemoryExtent each = convolution_scratch(kernels::planned<Device>, geometry);
        return {rows * each.per_sample, each.fixed};
    }

    template <class Device>
    void forward(Device device, int rows, const float* x, float* y, const MemoryRegion& scratch) const {
        matmul_transposed(device, geometry, rows, x, form<Device>().weights(weight, packed), bias, y, scratch);
    }
    template <class Device>
    void input_gradient(Device device, int rows, const float* dy, float* dx, const MemoryRegion& scratch) const {
        matmul(device, geometry, rows, dy, form<Device>().weights(weight, packed), nullptr, dx, scratch);
    }
    /// By the weight, and by the bias where that is not null.
    template <class Device>
    static void gradients(Device device, int rows, const float* x, const float* dy, float* weight_gradient,
                          float* bias_gradient, bool accumulate, const MemoryRegion& scratch) {
        matmul_weight_gradient(device, geometry, rows, dy, x, weight_gradient, accumulate, scratch);
        if (bias_gradient) column_sums(device, rows, out, dy, bias_gradient, accumulate);
    }
};

/// A region of samples as one of their rows.
constexpr MemoryRegion of_rows(const MemoryRegion& region, long rows) {
    return {region.per_sample, region.fixed, rows * region.capacity};
}

}  // namespace genotype::inline v0_1::detail
