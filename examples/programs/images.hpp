// Images, charts and arrays of the examples. Apart from the programs, because none of it depends on their models and
// all of it takes long to compile.
#pragma once

#include <cstddef>
#include <filesystem>
#include <genotype/images/images.hpp>
#include <genotype/images/split.hpp>
#include <span>
#include <string>
#include <vector>

#include "common.hpp"

namespace example {

/// Calls `genotype::load_images` for --data, which brings all images to one size, and prints what was left out.
genotype::ImageData load_images(const Flags& flags, genotype::Split split, int height, int width);

/// Images in a frame of black, as networks of one size take them, and how they were without it.
struct FramedImages {
    genotype::ImageData images;
    int height, width, channels;

    /// Others of the frame's size as these were: cut out of the frame, and grey where these are.
    genotype::ImageData without_frame(const genotype::ImageData& framed) const;
};

/// The images of --data in the middle of `height` x `width` pixels of which the others are black. Those of folders, and
/// larger ones, are resized instead.
FramedImages load_framed(const Flags& flags, genotype::Split split, int height, int width);

/// Calls `genotype::has_split` for --data: whether there are images to measure with, apart from those to learn from.
bool has_tests(const Flags& flags);

/// Many images as one PNG file: `genotype::save_png` of `genotype::grid`.
void save_grid(const genotype::ImageData& images, const std::filesystem::path& path, int columns = 8);

/// Of so many classes one after the other, again and again, from number `first` on.
inline std::vector<int> classes_in_turns(int first, int count, int of) {
    std::vector<int> labels(static_cast<std::size_t>(count));
    for (int& label : labels) label = first++ % of;
    return labels;
}
/// Of so many ten times each: the rows of a grid.
inline std::vector<int> rows_of_classes(int of) {
    std::vector<int> rows(static_cast<std::size_t>(10 * of));
    for (std::size_t at = 0; at < rows.size(); ++at) rows[at] = static_cast<int>(at / 10);
    return rows;
}

/// Calls `genotype::save_npy` for --samples-file.
void save_samples(const genotype::ImageData& samples, const Flags& flags);

/// Calls `genotype::save_npy` for the classes of those samples: --labels-file.
void save_labels(const std::vector<int>& labels, const std::filesystem::path& path);

/// A curve of one column of a table over the steps.
struct Curve {
    std::string name;
    std::vector<double> values;
};

/// Calls `genotype::save_png` of `genotype::line_chart`.
void draw_curves(const std::vector<Curve>& curves, const std::string& title, const std::string& y_label, int smooth,
                 const std::filesystem::path& path);

/// The two principal components of latents, a row an image, in colours of the images' classes:
/// `genotype::principal_components` and `genotype::scatter_chart`.
void draw_latents(std::span<const float> latents, const genotype::ImageData& images, const std::string& title,
                  const std::filesystem::path& path);

/// Prints where files are.
void name_files(const std::filesystem::path& folder, const std::vector<std::string>& names);

}  // namespace example
