// Arrays as .npy files, for numpy and whoever reads its format.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "genotype/files/atomic_file.hpp"
#include "genotype/files/input_file.hpp"
#include "genotype/images/images.hpp"
#include "genotype/io/npy_array.hpp"
#include "genotype/memory/tensor.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1 {

/// Saves a `FloatArray`, samples (a `Tensor`, `View` or `LabelledBatch`; N x H x W x C or N x features, as they lie in
/// memory), `ImageData` (uint8, N x H x W x C) or labels (a span of int: int32, N). The file is replaced whole or not
/// at all. numpy equivalent: `np.save`.
inline void save_npy(const NpyArray& array, const std::filesystem::path& path) {
    const std::string header = array.header(path.string());
    AtomicFile file(path);
    file.write(header);
    file.write(array.bytes());
    file.commit();
}

/// Floats in C order. Their number must be the product of the sizes.
inline void save_npy(std::span<const float> values, const std::vector<std::size_t>& sizes,
                     const std::filesystem::path& path) {
    save_npy(NpyArray(values, sizes), path);
}

/// Little-endian float32 in C order. Any other type or order is an `Error` unless `options` say to convert it: float64,
/// float16, whole numbers and bool, big-endian or not, in either order. A cut file or one with more bytes is an
/// `Error`, as it is for all of these. numpy equivalent: `np.load`.
inline FloatArray load_npy(const std::filesystem::path& path, NpyOptions options = {}) {
    detail::InputFile file(path);
    return detail::read_npy_floats(file, options);
}

/// Float samples as `save_npy` writes them: N x H x W x C for `Shape<C, H, W>` (or N x H x W for `Shape<1, H, W>`), N x
/// features for `Shape<features>`. An array of other sizes is an `Error`.
template <ShapeType S>
Tensor<S> load_npy(const std::filesystem::path& path, NpyOptions options = {}) {
    detail::InputFile file(path);
    return detail::read_npy_tensor<S>(file, options);
}

/// Images without labels from uint8 of N x H x W x C, with 1 or 3 channels, or of N x H x W, which are grey. Other
/// whole numbers are converted where `options` say so; one that is not from 0 to 255 is an `Error`.
inline ImageData load_npy_images(const std::filesystem::path& path, NpyOptions options = {}) {
    detail::InputFile file(path);
    return detail::read_npy_images(file, options);
}

[[deprecated("take load_npy_images")]] inline ImageData load_npy_pictures(const std::filesystem::path& path,
                                                                          NpyOptions options = {}) {
    return load_npy_images(path, options);
}

/// The classes of images (`ImageData::labels`): whole numbers of any size, N or N x 1, as `int`. A negative one or one
/// beyond 2^31 - 1 is an `Error`.
inline std::vector<int> load_npy_labels(const std::filesystem::path& path) {
    detail::InputFile file(path);
    return detail::read_npy_labels(file);
}

}  // namespace genotype::inline v0_1
