// Data sets by name, wherever they lie on this machine.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "genotype/data/cifar10.hpp"
#include "genotype/data/idx.hpp"
#include "genotype/data/picture_folder.hpp"
#include "genotype/data/pictures.hpp"
#include "genotype/data/split.hpp"
#include "genotype/shape/error.hpp"

namespace genotype {
namespace detail {

/// Where a named data set may lie: $GENOTYPE_DATA/NAME, ./data/NAME, then a place of the system's.
inline std::vector<std::filesystem::path> data_places(const std::string& name) {
    std::vector<std::filesystem::path> places;
    if (const char* folder = std::getenv("GENOTYPE_DATA")) places.push_back(std::filesystem::path(folder) / name);
    places.push_back(std::filesystem::path("data") / name);
    if (name == "fashion-mnist") places.push_back("/usr/share/datasets/fashion-mnist");
    return places;
}

/// The first place that has one of the files; `hint` tells how to get them.
inline std::filesystem::path find_data(const std::string& name, const std::vector<std::string>& files,
                                       const std::string& hint) {
    std::string tried;
    for (const std::filesystem::path& place : data_places(name)) {
        for (const std::string& file : files) {
            std::error_code ignored;
            if (std::filesystem::exists(place / file, ignored)) return place / file;
        }
        tried += (tried.empty() ? "" : ", ") + place.string();
    }
    const char* variable = std::getenv("GENOTYPE_DATA");
    fail(concat("data set ", name), files.front(),
         concat("nothing in ", tried, variable ? "" : " (GENOTYPE_DATA is not set)"), hint);
}

inline Pictures load_idx_set(const std::string& name, Split split, const std::string& hint,
                             std::vector<std::string> class_names) {
    const std::string part = split == Split::train ? "train" : "t10k";
    const std::string images = part + "-images-idx3-ubyte", labels = part + "-labels-idx1-ubyte";
    const std::filesystem::path images_path = find_data(name, {images + ".gz", images}, hint);
    Pictures pictures = read_idx(images_path, find_data(name, {labels + ".gz", labels}, hint));
    pictures.class_names = std::move(class_names);
    const int most = *std::max_element(pictures.labels.begin(), pictures.labels.end());
    if (most >= static_cast<int>(pictures.class_names.size())) fail(concat("data set ", name), "label", most, "0 to 9");
    return pictures;
}

}  // namespace detail

/// A data set by name, or a folder of one's own PNG files (then `split` picks its subfolder `train` or `test`, if both
/// are there, and `size` is what they are resized to). Names: "fashion-mnist" (from Debian's package
/// dataset-fashion-mnist), "mnist" and "cifar10" (looked for in $GENOTYPE_DATA/NAME and ./data/NAME).
inline Pictures load_pictures(const std::string& name, Split split, std::optional<PictureSize> size = {}) {
    Pictures pictures;
    if (name == "fashion-mnist") {
        pictures = detail::load_idx_set(
            name, split, "its IDX files (Debian's package dataset-fashion-mnist has them)",
            {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"});
    } else if (name == "mnist") {
        pictures = detail::load_idx_set(name, split, "its IDX files, plain or gzip",
                                        {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
    } else if (name == "cifar10") {
        const std::string file = split == Split::train ? "data_batch_1.bin" : "test_batch.bin";
        pictures = read_cifar10(
            detail::find_data(name, {file, "cifar-10-batches-bin/" + file}, "its binary version").parent_path(), split);
    } else {
        const std::filesystem::path folder = name;
        std::error_code ignored;
        if (!std::filesystem::is_directory(folder, ignored))
            fail("data", "name", name, "fashion-mnist, mnist, cifar10, or a folder of PNG files");
        const bool parted = std::filesystem::is_directory(folder / "train", ignored) &&
                            std::filesystem::is_directory(folder / "test", ignored);
        return read_picture_folder(!parted ? folder : folder / (split == Split::train ? "train" : "test"), size);
    }
    return size ? resize(std::move(pictures), size->height, size->width) : pictures;
}

}  // namespace genotype
