// Bilinear resizing, byte for byte as Pillow does it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "genotype/images/images.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// For each output position: where its window of inputs begins, and one integer weight per input in it.
struct ResizeWeights {
    static constexpr int precision = 32 - 8 - 2;  // bits after the binary point; Pillow's choice
    int window = 0;                               // weights reserved for a position
    std::vector<int> first, size;                 // of each output position
    std::vector<std::int32_t> weights;

    /// A triangle over the inputs, as wide as the scale where it shrinks (antialiased), 1 where it grows.
    ResizeWeights(int from, int to) {
        const double scale = static_cast<double>(from) / to;
        const double widening = std::max(scale, 1.0);
        window = static_cast<int>(std::ceil(widening)) * 2 + 1;
        weights.resize(static_cast<std::size_t>(window) * static_cast<std::size_t>(to));
        std::vector<double> exact(static_cast<std::size_t>(window));
        for (int position = 0; position < to; ++position) {
            const double centre = (position + 0.5) * scale;
            const int begin = std::max(static_cast<int>(centre - widening + 0.5), 0);
            const int end = std::min(static_cast<int>(centre + widening + 0.5), from);
            double sum = 0.0;
            for (int input = begin; input < end; ++input) {
                const double distance = std::abs((input - centre + 0.5) * (1.0 / widening));
                exact[static_cast<std::size_t>(input - begin)] = std::max(1.0 - distance, 0.0);
                sum += exact[static_cast<std::size_t>(input - begin)];
            }
            first.push_back(begin);
            size.push_back(end - begin);
            for (int input = begin; input < end; ++input)
                weights[static_cast<std::size_t>(position) * static_cast<std::size_t>(window) +
                        static_cast<std::size_t>(input - begin)] =
                    static_cast<std::int32_t>(0.5 +
                                              exact[static_cast<std::size_t>(input - begin)] / sum * (1 << precision));
        }
    }
};

/// Resamples the first axis of bytes laid out as (axis, inner).
inline void resample(const ResizeWeights& plan, const std::uint8_t* from, std::size_t inner, std::uint8_t* to) {
    for (std::size_t position = 0; position < plan.first.size(); ++position) {
        const std::int32_t* weights = plan.weights.data() + position * static_cast<std::size_t>(plan.window);
        const std::uint8_t* window = from + static_cast<std::size_t>(plan.first[position]) * inner;
        for (std::size_t lane = 0; lane < inner; ++lane) {
            std::int32_t sum = 1 << (ResizeWeights::precision - 1);
            for (int input = 0; input < plan.size[position]; ++input)
                sum += window[static_cast<std::size_t>(input) * inner + lane] * weights[input];
            to[position * inner + lane] =
                static_cast<std::uint8_t>(std::clamp(sum >> ResizeWeights::precision, 0, 255));
        }
    }
}

/// Resamples the middle axis of bytes laid out as (outer, axis, inner).
inline std::vector<std::uint8_t> resize_axis(const std::vector<std::uint8_t>& from, std::size_t outer, int before,
                                             int after, std::size_t inner) {
    const ResizeWeights plan(before, after);
    std::vector<std::uint8_t> to(outer * static_cast<std::size_t>(after) * inner);
#pragma omp parallel for schedule(static)
    for (std::size_t block = 0; block < outer; ++block) {
        resample(plan, from.data() + block * static_cast<std::size_t>(before) * inner, inner,
                 to.data() + block * static_cast<std::size_t>(after) * inner);
    }
    return to;
}

}  // namespace detail

/// The images at another size; labels and class names are kept. Two passes, along rows then along columns, each
/// rounded to bytes. PyTorch equivalent: `torchvision.transforms.Resize((height, width))` on a Pillow image (bilinear,
/// antialiased), byte for byte. Pillow 13 takes the columns first where the height shrinks more than the width.
inline ImageData resize(ImageData images, int height, int width) {
    if (height < 1 || width < 1) fail("resize", "size", detail::concat(height, " x ", width), "at least 1 x 1");
    if (images.height < 1 || images.width < 1)
        fail("resize", "size of the images", size_text(images), "at least one pixel");
    const auto count = static_cast<std::size_t>(images.count);
    const auto channels = static_cast<std::size_t>(images.channels);
    if (width != images.width) {
        const std::size_t rows = count * static_cast<std::size_t>(images.height);
        images.bytes = detail::resize_axis(images.bytes, rows, images.width, width, channels);
        images.width = width;
    }
    if (height != images.height) {
        const std::size_t row = static_cast<std::size_t>(width) * channels;
        images.bytes = detail::resize_axis(images.bytes, count, images.height, height, row);
        images.height = height;
    }
    return images;
}

}  // namespace genotype::inline v0_1
