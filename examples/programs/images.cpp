// Images, charts and arrays of the examples.
#include "images.hpp"

#include <algorithm>
#include <genotype/data/named.hpp>
#include <genotype/data/principal_components.hpp>
#include <genotype/images/grey.hpp>
#include <genotype/images/grid.hpp>
#include <genotype/images/png.hpp>
#include <genotype/images/resize.hpp>
#include <genotype/io/npy.hpp>
#include <genotype/io/plot.hpp>
#include <optional>

namespace example {
namespace {

/// The middle of images, or black around them.
genotype::ImageData in_the_middle(const genotype::ImageData& images, int height, int width) {
    genotype::ImageData result = genotype::blank_images(images.count, height, width, images.channels);
    const int rows = std::min(height, images.height), columns = std::min(width, images.width);
    const auto place = [&](const genotype::ImageData& of, int row) {
        const int first = ((of.height - rows) / 2 + row) * of.width + (of.width - columns) / 2;
        return first * of.channels;
    };
    for (int image = 0; image < images.count; ++image)
        for (int row = 0; row < rows; ++row)
            std::copy_n(images[image].data() + place(images, row), columns * images.channels,
                        result[image].data() + place(result, row));
    result.labels = images.labels;
    result.class_names = images.class_names;
    return result;
}

/// Prints what was left out.
genotype::ImageData load_images(const Flags& flags, genotype::Split split,
                                std::optional<genotype::ImageSize> size = {}) {
    genotype::ImagesReport report;
    genotype::ImageData images = genotype::load_images(flags.data, split, size, &report);
    if (const std::string text = report.text(); !text.empty())
        std::printf("%s: %s\n", flags.data.c_str(), text.c_str());
    return images;
}

}  // namespace

FramedImages load_framed(const Flags& flags, genotype::Split split, int height, int width) {
    std::error_code ignored;
    if (std::filesystem::is_directory(flags.data, ignored)) {
        genotype::ImageData images = load_images(flags, split, height, width);
        const int channels = images.channels;
        return {std::move(images), height, width, channels};
    }
    genotype::ImageData images = load_images(flags, split);
    if (images.height > height || images.width > width) images = genotype::resize(std::move(images), height, width);
    return {in_the_middle(images, height, width), images.height, images.width, images.channels};
}

genotype::ImageData FramedImages::without_frame(const genotype::ImageData& framed) const {
    genotype::ImageData inside = in_the_middle(framed, height, width);
    return channels == 1 ? genotype::to_grey(std::move(inside)) : inside;
}

genotype::ImageData load_images(const Flags& flags, genotype::Split split, int height, int width) {
    return load_images(flags, split, genotype::ImageSize{height, width});
}

bool has_tests(const Flags& flags) {
    return genotype::has_split(flags.data, genotype::Split::test);
}

void save_grid(const genotype::ImageData& images, const std::filesystem::path& path, int columns) {
    genotype::save_png(genotype::grid(images, columns), path);
}

void save_samples(const genotype::ImageData& samples, const Flags& flags) {
    genotype::save_npy(samples, flags.samples_file);
}

void save_labels(const std::vector<int>& labels, const std::filesystem::path& path) {
    genotype::save_npy(std::span<const int>(labels), path);
}

void draw_curves(const std::vector<Curve>& curves, const std::string& title, const std::string& y_label, int smooth,
                 const std::filesystem::path& path) {
    std::vector<genotype::Series> series;
    for (const Curve& curve : curves) {
        series.push_back({curve.name, {}, curve.values});
        for (std::size_t step = 1; step <= curve.values.size(); ++step)
            series.back().x.push_back(static_cast<double>(step));
    }
    genotype::save_png(
        genotype::line_chart(series, {.title = title, .x_label = "step", .y_label = y_label, .smooth = smooth}), path);
}

void draw_latents(std::span<const float> latents, const genotype::ImageData& images, const std::string& title,
                  const std::filesystem::path& path) {
    const Eigen::Map<const genotype::RowMajorMatrix> rows(latents.data(), images.count,
                                                          static_cast<long>(latents.size()) / images.count);
    const Eigen::MatrixXd plane = genotype::principal_components(rows.cast<double>(), 2);
    const auto count = static_cast<std::size_t>(images.count);
    const std::span across(plane.col(0).data(), count), up(plane.col(1).data(), count);
    const std::vector<int> one_class(count, 0);
    const auto& labels = images.labels.empty() ? one_class : images.labels;
    genotype::save_png(
        genotype::scatter_chart(
            genotype::series_by_class(across, up, labels, images.class_names),
            {.title = title, .x_label = "first principal component", .y_label = "second principal component"}),
        path);
}

void name_files(const std::filesystem::path& folder, const std::vector<std::string>& names) {
    for (const std::string& name : names) std::printf("%s\n", (folder / name).c_str());
}

}  // namespace example
