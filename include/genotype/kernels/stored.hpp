// A device whose products and embeddings read their weights in the form in which a file has them.
#pragma once

#include <concepts>

#include "genotype/kernels/capture.hpp"
#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/packed_form.hpp"
#include "genotype/kernels/stored_matrix.hpp"
#include "genotype/memory/region.hpp"

#if !defined(__CUDACC__)  // nvcc does not know all that the processor's vectors are written with
#include "genotype/kernels/cpu/quantized/stored_product.hpp"
#endif

namespace genotype::inline v0_1 {

/// Another device for inference, on which the weights of a product (a `Linear`, a convolution of kernel 1) and of an
/// embedding are a `StoredMatrix`, which is the layer's packed form. The plain weights are never
/// read, so they need not be held: a loader writes descriptions, of what may be a mapped file. All else is as on
/// `Device`. Weights count as what they are dequantised to, and activations are float32: other than that of the sum's
/// order there is no rounding.
///
///     Model<Net, Stored<Cpu>> model(Seed{0});
template <class Device>
struct Stored : Device {
    static constexpr bool stores_matrices = true;
};

}  // namespace genotype::inline v0_1

namespace genotype::inline v0_1::kernels {

/// As on `Device`.
template <class Device>
class GraphCache<Stored<Device>> : public GraphCache<Device> {};

template <class Device>
constexpr PackedForm<StoredMatrix> packed_form(Stored<Device>, const ProductGeometry&) {
    return {1};
}
/// Does nothing: a loader writes the description.
template <class Device>
void pack(Stored<Device>, const ProductGeometry&, const float*, StoredMatrix*) {}

/// Whether a layer's packed form is a matrix that a loader brings.
template <class Form>
inline constexpr bool is_stored_matrix = std::same_as<Form, PackedForm<StoredMatrix>>;

namespace detail {

/// The matrix (rows, columns) of `weights.packed`. Throws `Error` where it is not; on a device whose memory the host
/// does not read, its kernels find it, and whoever wrote the description has looked.
template <class Device>
StoredMatrix stored_matrix_of(Stored<Device>, WeightsIn<StoredMatrix> weights, int rows, int columns) {
    if constexpr (Device::on_host) {
        check_stored_matrix(*weights.packed, rows, columns);
        return *weights.packed;
    } else {
        return {.rows = rows, .columns = columns, .there = weights.packed};
    }
}

}  // namespace detail

/// y = x W^T + bias with the matrix of `weights.packed`, for `batch` rows of x; the bias may be null. What a tied
/// output head calls with its embedding's weights.
template <class Device>
void stored_product(const Stored<Device>& device, int batch, const float* x, WeightsIn<StoredMatrix> weights,
                    const float* bias, float* y) {
    stored_product(static_cast<const Device&>(device), *weights.packed, batch, x, bias, y);
}

/// The matrix is (small channels, large channels). Throws `Error` where it is not.
/// PyTorch equivalent: `F.linear(large, weight, bias)`.
template <class Device>
void matmul(const Stored<Device>& device, const ProductGeometry& g, int batch, const float* large,
            WeightsIn<StoredMatrix> weights, const float* bias, float* small, MemoryRegion) {
    stored_product(static_cast<const Device&>(device),
                   detail::stored_matrix_of(device, weights, g.small_channels, g.large_channels),
                   batch * g.small_pixels(), large, bias, small);
}
/// The matrix is (large channels, small channels): what a tied output head asks for, whose large side is the
/// vocabulary. Throws `Error` where it is not. PyTorch equivalent: `F.linear(small, embedding, bias)`.
template <class Device>
void matmul_transposed(const Stored<Device>& device, const ProductGeometry& g, int batch, const float* small,
                       WeightsIn<StoredMatrix> weights, const float* bias, float* large, MemoryRegion) {
    stored_product(static_cast<const Device&>(device),
                   detail::stored_matrix_of(device, weights, g.large_channels, g.small_channels),
                   batch * g.large_pixels(), small, bias, large);
}
/// There is no training on this device.
template <class Device, class... Rest>
void matmul_weight_gradient(Stored<Device>, const ProductGeometry&, Rest...) = delete;

// A convolution of one tap is a product.
template <class Device>
void convolve(const Stored<Device>& device, const ProductGeometry& g, int batch, const float* large,
              WeightsIn<StoredMatrix> weights, const float* bias, float* small, MemoryRegion scratch) {
    matmul(device, g, batch, large, weights, bias, small, scratch);
}
template <class Device>
void convolve_transposed(const Stored<Device>& device, const ProductGeometry& g, int batch, const float* small,
                         WeightsIn<StoredMatrix> weights, const float* bias, float* large, MemoryRegion scratch) {
    matmul_transposed(device, g, batch, small, weights, bias, large, scratch);
}
template <class Device, class... Rest>
void convolve_weight_gradient(Stored<Device>, const ProductGeometry&, Rest...) = delete;

/// An embedding's table is such a matrix too.
template <class Device>
constexpr PackedForm<StoredMatrix> embedding_form(Stored<Device>, int /*vocabulary*/, int /*width*/) {
    return {1};
}
template <class Device>
void embedding_pack(Stored<Device>, int, int, const float*, StoredMatrix*) {}

/// Row i of y, `width` floats, is row ids[i] of the matrix (vocabulary, width), for `rows` ids, which are whole numbers
/// as floats. Where the host reads ids, throws `Error` where one is no row of the matrix. PyTorch equivalent:
/// `F.embedding(ids, weight)`.
template <class Device>
void embedding(const Stored<Device>& device, int rows, int width, const float* ids, WeightsIn<StoredMatrix> weights,
               float* y) {
    int vocabulary = 0;
    if constexpr (Device::on_host) vocabulary = weights.packed->rows;
    const StoredMatrix matrix = detail::stored_matrix_of(device, weights, vocabulary, width);
    if constexpr (Device::on_host) detail::check_ids(matrix, rows, ids);
    stored_rows(static_cast<const Device&>(device), matrix, rows, ids, y);
}

}  // namespace genotype::inline v0_1::kernels
