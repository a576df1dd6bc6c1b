// The sizes of a convolution, for all devices and directions.
#pragma once

#include "genotype/kernels/packed_form.hpp"

namespace genotype::inline v0_1::kernels {

/// A convolution joins a large image and a small one. `Conv` goes from the large to the small image, `ConvT` from
/// the small to the large; each is the other's input gradient. A `Linear` is the case of kernel 1 and images of one
/// pixel (large: its input).
///
/// Images lie channels-last: (batch, height, width, channels). Weights lie as
/// [kernel_row][kernel_column][large_channels][small_channels]: PyTorch's `Conv2d.weight` and `ConvTranspose2d.weight`
/// with axes in the order 2, 3, 1, 0, its `Linear.weight` with 1, 0.
///
/// Large pixel (row, column) meets small pixel (r, c) through the tap (kernel_row, kernel_column) where
/// row = r * stride - padding + kernel_row, and so for columns; what falls outside an image counts as zero.
struct ConvGeometry {
    int large_channels = 1, small_channels = 1;
    int kernel = 1, stride = 1, padding = 0;
    int large_height = 1, large_width = 1;
    int small_height = 1, small_width = 1;
    bool exact = false;  // only the direct form, which multiplies what the definition multiplies

    constexpr int taps() const { return kernel * kernel; }
    constexpr long weights() const { return static_cast<long>(taps()) * large_channels * small_channels; }
    constexpr int large_pixels() const { return large_height * large_width; }
    constexpr int small_pixels() const { return small_height * small_width; }
    constexpr long large_floats() const { return static_cast<long>(large_pixels()) * large_channels; }
    constexpr long small_floats() const { return static_cast<long>(small_pixels()) * small_channels; }
};

/// The same with kernel, stride and padding in the type: a device need not compile the forms that these rule out.
template <int kernel_size, int step, int border>
struct TypedConvGeometry : ConvGeometry {
    static constexpr ConvGeometry typed{.kernel = kernel_size, .stride = step, .padding = border};

    constexpr explicit TypedConvGeometry(ConvGeometry sizes) : ConvGeometry(sizes) {
        kernel = kernel_size;
        stride = step;
        padding = border;
    }
};

/// A matrix product: what a `Linear` is.
using ProductGeometry = TypedConvGeometry<1, 1, 0>;

/// Whether a layer of this geometry is a product.
template <class Geometry>
inline constexpr bool is_product_geometry = false;
template <>
inline constexpr bool is_product_geometry<ProductGeometry> = true;

/// Whether products and embeddings read their weights as a `StoredMatrix` there: on `Stored<Device>`.
template <class Device>
inline constexpr bool stores_matrices = requires {
    Device::stores_matrices;
};

/// Whether convolutions of type `Geometry` may meet a condition on kernel, stride and padding alone.
template <class Geometry>
constexpr bool possible(bool (*condition)(const ConvGeometry&)) {
    if constexpr (requires { Geometry::typed; })
        return condition(Geometry::typed);
    else
        return true;
}

/// The image whose transform is in a convolution's scratch, after a call that read it as its source.
enum class Transformed { none, large, small };

/// Whether a convolution's weight gradient goes before the gradient by its input: on a device that says of which
/// convolutions it `keeps_transformed` images, where it does not. What is shared out by samples and written last is
/// then still in the cache of the core that reads it next; for a weight gradient each core reads what all have written.
template <class Device, class Geometry>
constexpr bool weights_go_first([[maybe_unused]] Device device, [[maybe_unused]] const Geometry& g) {
    if constexpr (requires { keeps_transformed(device, g); })
        return !keeps_transformed(device, g);
    else
        return false;
}

}  // namespace genotype::inline v0_1::kernels
