// Names of the readers of images from before version 0.2, for one minor version.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "genotype/data/named.hpp"
#include "genotype/images/float_images.hpp"
#include "genotype/images/image_folder.hpp"
#include "genotype/images/images.hpp"
#include "genotype/images/images_report.hpp"
#include "genotype/images/range.hpp"
#include "genotype/images/split.hpp"

namespace genotype::inline v0_1 {

using Pictures [[deprecated("take ImageData")]] = ImageData;
using PictureSize [[deprecated("take ImageSize")]] = ImageSize;
using PicturesReport [[deprecated("take ImagesReport")]] = ImagesReport;

[[deprecated("take load_images")]] inline ImageData load_pictures(const std::string& name, Split split,
                                                                  std::optional<ImageSize> size = {},
                                                                  ImagesReport* report = nullptr) {
    return load_images(name, split, size, report);
}

[[deprecated("take read_image_folder")]] inline ImageData read_picture_folder(const std::filesystem::path& folder,
                                                                              std::optional<ImageSize> size = {},
                                                                              ImagesReport* report = nullptr) {
    return read_image_folder(folder, size, report);
}

[[deprecated("take blank_images")]] inline ImageData blank_pictures(int count, int height, int width, int channels) {
    return blank_images(count, height, width, channels);
}

template <ShapeType Image, SamplesOfShape Samples>
[[deprecated("take to_images")]] ImageData to_pictures(const Samples& samples, Range range) {
    return to_images<Image>(samples, range);
}

template <SamplesOfShape Samples>
requires(Samples::shape::rank == 3) [[deprecated("take to_images")]] ImageData
    to_pictures(const Samples& samples, Range range) {
    return to_images(samples, range);
}

}  // namespace genotype::inline v0_1
