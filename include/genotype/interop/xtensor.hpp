// xtensor's face of a batch, without a copy, with PyTorch's order of axes.
#pragma once

#include <array>
#if __has_include(<xtensor/containers/xadapt.hpp>)  // 0.26 and newer
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/views/xstrided_view.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xstrided_view.hpp>
#endif

#include "genotype/memory/tensor.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// An xtensor expression over `data` whose axes are (batch, channels, height, width) for an image, with the depth
/// before the height for a video, (batch, ...) else.
template <ShapeType S, class Value>
auto adapt_batch(Value* data, int batch) {
    constexpr std::size_t axes = S::rank + 1;
    std::array<std::size_t, axes> shape{static_cast<std::size_t>(batch)};
    std::array<std::ptrdiff_t, axes> strides{S::count};
    long step = 1;
    for (int axis = S::rank - 1; axis >= 0; --axis) {
        const auto place = static_cast<std::size_t>(axis) + 1;
        shape[place] = static_cast<std::size_t>(S::dims[axis]);
        strides[place] = step;
        step *= S::dims[axis];
    }
    if constexpr (S::rank == 3)
        strides = {S::count, 1, static_cast<long>(S::dims.width()) * S::dims.channels(), S::dims.channels()};
    else if constexpr (S::rank == 4)
        strides = {S::count, 1, static_cast<long>(S::dims.height()) * S::dims.width() * S::dims.channels(),
                   static_cast<long>(S::dims.width()) * S::dims.channels(), S::dims.channels()};
    return xt::adapt(data, static_cast<std::size_t>(batch * S::count), xt::no_ownership(), shape, strides);
}

}  // namespace detail

/// x(n, c, h, w) as in PyTorch, over the batch's own memory.
template <ShapeType S>
auto as_xtensor(View<S> view) {
    return detail::adapt_batch<S>(view.data, view.batch);
}
template <ShapeType S>
auto as_xtensor(const Tensor<S>& tensor) {
    return as_xtensor(tensor.view());
}
template <ShapeType S>
auto as_xtensor(Tensor<S>& tensor) {
    return detail::adapt_batch<S>(tensor.data(), tensor.batch());
}

}  // namespace genotype::inline v0_1
