// Images, charts and arrays of the examples.
#include "images.hpp"

#include <genotype/data/named.hpp>
#include <genotype/data/principal_components.hpp>
#include <genotype/images/grid.hpp>
#include <genotype/images/png.hpp>
#include <genotype/io/npy.hpp>
#include <genotype/io/plot.hpp>

namespace example {

genotype::ImageData load_images(const Flags& flags, genotype::Split split, int height, int width) {
    genotype::ImagesReport report;
    genotype::ImageData images = genotype::load_images(flags.data, split, genotype::ImageSize{height, width}, &report);
    if (const std::string text = report.text(); !text.empty())
        std::printf("%s: %s\n", flags.data.c_str(), text.c_str());
    return images;
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
