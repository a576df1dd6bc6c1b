// A device whose products and embeddings read their weights in the form in which a file has them.
#pragma once

#include "genotype/kernels/capture.hpp"
#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/stored_matrix.hpp"
#include "genotype/tensor/region.hpp"

#if !defined(__CUDACC__)  // nvcc does not know all that the processor's vectors are written with
#include "genotype/kernels/cpu/stored_product.hpp"
#endif

namespace genotype {

/// Another device for inference, on which the weights of a product (a `Linear`, a convolution of kernel 1) and of an
/// embedding are a `StoredMatrix`, whose description lies in the layer's prepared form. The plain weights are never
/// read, so nobody need hold them: a loader writes descriptions, of what may be a mapped file. All else is as on
/// `Device`. Weights count as what they are dequantised to, and activations are float32: other than that of the sum's
/// order there is no rounding.
///
///     Model<Net, Stored<Cpu>> model(Seed{0});
template <class Device>
struct Stored : Device {
    static constexpr bool stores_matrices = true;
};

}  // namespace genotype

namespace genotype::kernels {

/// As on `Device`.
template <class Device>
class Replayed<Stored<Device>> : public Replayed<Device> {};

template <class Device>
constexpr long packed_floats(Stored<Device>, const ProductGeometry&) {
    return stored_matrix_floats;
}
/// Does nothing: a loader writes the description.
template <class Device>
void pack(Stored<Device>, const ProductGeometry&, const float*, float*) {}

namespace detail {

/// The matrix (rows, columns) of `weights.packed`. Throws `Error` where it is not; on a device whose memory the host
/// does not read, its kernels find it, and whoever wrote the description has looked.
template <class Device>
StoredMatrix stored_matrix_of(Stored<Device>, ConvWeights weights, int rows, int columns) {
    if constexpr (Device::on_host) {
        const StoredMatrix matrix = read_stored_matrix(weights.packed);
        check_stored_matrix(matrix, rows, columns);
        return matrix;
    } else {
        return {.rows = rows, .columns = columns, .there = reinterpret_cast<const StoredMatrix*>(weights.packed)};
    }
}

}  // namespace detail

/// y = x W^T + bias with the matrix of `weights.packed`, for `batch` rows of x; the bias may be null. What a tied
/// output head calls with its embedding's weights.
template <class Device>
void stored_product(const Stored<Device>& device, int batch, const float* x, ConvWeights weights, const float* bias,
                    float* y) {
    stored_product(static_cast<const Device&>(device), read_stored_matrix(weights.packed), batch, x, bias, y);
}

/// The matrix is (small channels, large channels). Throws `Error` where it is not.
/// PyTorch equivalent: `F.linear(large, weight, bias)`.
template <class Device>
void convolve(const Stored<Device>& device, const ProductGeometry& g, int batch, const float* large,
              ConvWeights weights, const float* bias, float* small, MemoryRegion) {
    stored_product(static_cast<const Device&>(device),
                   detail::stored_matrix_of(device, weights, g.small_channels, g.large_channels),
                   batch * g.small_pixels(), large, bias, small);
}
/// The matrix is (large channels, small channels): what a tied output head asks for, whose large side is the
/// vocabulary. Throws `Error` where it is not. PyTorch equivalent: `F.linear(small, embedding, bias)`.
template <class Device>
void convolve_transposed(const Stored<Device>& device, const ProductGeometry& g, int batch, const float* small,
                         ConvWeights weights, const float* bias, float* large, MemoryRegion) {
    stored_product(static_cast<const Device&>(device),
                   detail::stored_matrix_of(device, weights, g.large_channels, g.small_channels),
                   batch * g.large_pixels(), small, bias, large);
}
/// There is no training on this device.
template <class Device, class... Rest>
void convolve_weight_gradient(Stored<Device>, const ProductGeometry&, Rest...) = delete;

/// Floats that an embedding of this size needs for its prepared form.
template <class Device>
constexpr long embedding_packed_floats(Stored<Device>, int /*vocabulary*/, int /*width*/) {
    return stored_matrix_floats;
}
/// Row i of y, `width` floats, is row ids[i] of the matrix (vocabulary, width), for `rows` ids, which are whole numbers
/// as floats. Where the host reads ids, throws `Error` where one is no row of the matrix. PyTorch equivalent:
/// `F.embedding(ids, weight)`.
template <class Device>
void embedding(const Stored<Device>& device, int rows, int width, const float* ids, ConvWeights weights, float* y) {
    int vocabulary = 0;
    if constexpr (Device::on_host) vocabulary = read_stored_matrix(weights.packed).rows;
    const StoredMatrix matrix = detail::stored_matrix_of(device, weights, vocabulary, width);
    if constexpr (Device::on_host) detail::check_ids(matrix, rows, ids);
    stored_rows(static_cast<const Device&>(device), matrix, rows, ids, y);
}

}  // namespace genotype::kernels
