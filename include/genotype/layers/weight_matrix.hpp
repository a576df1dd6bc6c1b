// A layer's weight as a matrix, for what is worked out from a whole weight: its largest singular value, norms of its
// rows.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/long_sum.hpp"
#include "genotype/kernels/math.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1::detail {

/// Floats one after the other, each range aligned.
struct Floats {
    long end = 0;

    constexpr long take(long count) {
        const long at = end;
        end += aligned(count);
        return at;
    }
};

/// The weight of `L`, its first parameter, as PyTorch's matrix of `rows`, which are axis `dim`, by `columns`, which are
/// all other axes. Columns have the order in memory here, in which rows either change fastest or in the middle:
/// (outer, rows, inner). Products run on the kernels of a `Linear`.
template <class L, int dim>
struct WeightMatrix {
    static_assert(std::string_view(L::parameters[0].name) == "weight" && L::parameters[0].dims.rank >= 2,
                  "it takes a layer whose first parameter is a weight: Linear, Conv, ConvT, Embedding");
    static constexpr Parameter weight = L::parameters[0];
    static_assert(dim >= 0 && dim < weight.dims.rank, "the weight has no such axis");

    static constexpr int place = [] {
        int at = 0;
        while (weight.order[at] != dim) ++at;
        return at;
    }();
    static constexpr int rows = weight.dims[dim];
    static constexpr int columns = static_cast<int>(weight.count() / (rows < 1 ? 1 : rows));
    static constexpr int inner = [] {
        int count = 1;
        for (int at = place + 1; at < weight.dims.rank; ++at) count *= weight.dims[weight.order[at]];
        return count;
    }();
    static constexpr int outer = columns / (inner < 1 ? 1 : inner);
    static constexpr bool rows_are_last = inner == 1;
    static constexpr kernels::ProductGeometry geometry{rows_are_last ? kernels::ConvGeometry{columns, rows}
                                                                     : kernels::ConvGeometry{rows, inner}};

    /// In PyTorch's order of columns, the first of the other axes changes slowest; in memory it changes fastest, or
    /// the order is PyTorch's.
    static constexpr int first_axis = dim == 0 ? 1 : 0;
    static constexpr int channels = [] {
        int last = weight.dims.rank - 1;
        if (weight.order[last] == dim) --last;
        const bool first_is_fastest = weight.order[last] == first_axis && weight.dims.rank > 2;
        return first_is_fastest ? weight.dims[first_axis] : 1;
    }();

    /// Of a convolution over videos the depth lies between the width and the channels.
    static constexpr int depth = weight.dims.rank == 5 ? weight.dims[2] : 1;

    /// The other axes are in PyTorch's order beside that.
    static_assert([] {
        int before = -1;
        for (int at = 0; at < weight.dims.rank; ++at) {
            const int axis = weight.order[at];
            if (axis == dim || weight.dims[axis] == 1 || (channels > 1 && axis == first_axis)) continue;
            if (weight.dims.rank == 5 && axis == 2) continue;
            if (axis < before) return false;
            before = axis;
        }
        return true;
    }());

    static constexpr int others = columns / (channels * depth);

    template <class Device>
    static constexpr MemoryExtent scratch = convolution_scratch(kernels::planned<Device>, geometry);
    /// Floats that `times` needs for itself.
    static constexpr long partial = rows_are_last ? 0 : aligned(long{outer} * rows);

    template <class Device>
    static MemoryRegion region(float* at) {
        return {at, at + scratch<Device>.per_sample, 1};
    }

    /// From PyTorch's order of columns to that in memory, and back: (channels, depth, others) and (others, depth,
    /// channels). `between` has room for `reordered` floats.
    static constexpr long reordered = depth > 1 ? columns : 0;
    template <class Device>
    static void to_memory(Device device, const float* x, float* y, [[maybe_unused]] float* between) {
        if constexpr (depth == 1) {
            transpose(device, 1, channels, columns / channels, x, y);
        } else {
            transpose(device, 1, channels * depth, others, x, between);
            transpose(device, others, channels, depth, static_cast<const float*>(between), y);
        }
    }
    template <class Device>
    static void from_memory(Device device, const float* x, float* y, [[maybe_unused]] float* between) {
        if constexpr (depth == 1) {
            transpose(device, 1, columns / channels, channels, x, y);
        } else {
            transpose(device, others, depth, channels, x, between);
            transpose(device, 1, others, channels * depth, static_cast<const float*>(between), y);
        }
    }

    /// y = M x: `columns` floats to `rows`.
    template <class Device>
    static void times(Device device, const float* matrix, const float* x, float* y, float* partial_sums,
                      float* scratch_at) {
        const MemoryRegion own = region<Device>(scratch_at);
        if constexpr (rows_are_last) {
            matmul(device, geometry, 1, x, {matrix, nullptr}, nullptr, y, own);
        } else {
            for (long at = 0; at < outer; ++at)
                matmul_transposed(device, geometry, 1, x + at * inner, {matrix + at * rows * inner, nullptr}, nullptr,
                                  partial_sums + at * rows, own);
            column_sums(device, outer, rows, static_cast<const float*>(partial_sums), y, false);
        }
    }
    /// y = M^T x: `rows` floats to `columns`.
    template <class Device>
    static void transposed_times(Device device, const float* matrix, const float* x, float* y, float* scratch_at) {
        const MemoryRegion own = region<Device>(scratch_at);
        if constexpr (rows_are_last) {
            matmul_transposed(device, geometry, 1, x, {matrix, nullptr}, nullptr, y, own);
        } else {
            for (long at = 0; at < outer; ++at)
                matmul(device, geometry, 1, x, {matrix + at * rows * inner, nullptr}, nullptr, y + at * inner, own);
        }
    }
    /// M = u v^T, or with `accumulate` M + u v^T, for `rows` floats u and `columns` floats v.
    template <class Device>
    static void outer_product(Device device, const float* u, const float* v, float* matrix, bool accumulate,
                              float* scratch_at) {
        const MemoryRegion own = region<Device>(scratch_at);
        if constexpr (rows_are_last) {
            matmul_weight_gradient(device, geometry, 1, v, u, matrix, accumulate, own);
        } else {
            for (long at = 0; at < outer; ++at)
                matmul_weight_gradient(device, geometry, 1, u, v + at * inner, matrix + at * rows * inner, accumulate,
                                       own);
        }
    }
};

/// Whether a layer's forward takes a `Epilogue`.
template <class L>
constexpr bool is_product_layer() {
    if constexpr (requires { L::is_product; })
        return L::is_product;
    else
        return false;
}

/// Copies what of `L`'s parameters is not the weight, or adds it. Both begin behind the weight; gaps stay as they are.
template <class L, class Device>
void copy_others(Device device, const float* from, float* to, bool accumulate) {
    const long begin = offset_in(L::parameters, 1);
    for (std::size_t other = 1; other < L::parameters.size(); ++other) {
        const long at = offset_in(L::parameters, static_cast<int>(other)) - begin, count = L::parameters[other].count();
        if (accumulate)
            update(device, count, kernels::AddTo{}, from + at, to + at);
        else
            map(device, count, kernels::Identity{}, to + at, from + at);
    }
}

struct SetOne {
    template <class V>
    constexpr void operator()(V& to) const {
        to = V(1.f);
    }
};
struct ProductOf {
    template <class V>
    constexpr V operator()(V left, V right) const {
        return left * right;
    }
};

/// A wrapper's parameters: the layer's, with others in place of its weight.
template <std::size_t N, std::size_t Count>
constexpr auto parameters_with(const std::array<Parameter, N>& instead, const std::array<Parameter, Count>& list) {
    std::array<Parameter, N + Count - 1> all{};
    std::size_t at = 0;
    for (const Parameter& one : instead) all[at++] = one;
    for (std::size_t other = 1; other < Count; ++other) all[at++] = list[other];
    return all;
}

constexpr Parameter renamed(Parameter parameter, const char* name) {
    parameter.name = name;
    return parameter;
}

}  // namespace genotype::inline v0_1::detail
