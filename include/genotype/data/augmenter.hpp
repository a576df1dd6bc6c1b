// What a loader does to the bytes of one image.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "genotype/data/augmentation.hpp"
#include "genotype/images/images.hpp"
#include "genotype/images/resize.hpp"
#include "genotype/random/random_state.hpp"
#include "genotype/random/word_draws.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// Which image, and when: what its draws depend on beside the seed.
struct AugmentedPlace {
    std::uint64_t epoch, number;
};

/// Part of an image, in pixels.
struct ImagePart {
    int top, left, height, width;
};

/// Carries out an `ImageAugmentation` on images of one size.
class Augmenter {
  public:
    /// Throws `Error` where an option makes no sense for images like these.
    [[gnu::cold]] Augmenter(const ImageAugmentation& how, const ImageData& images, std::uint64_t seed)
        : how_(how), height_(images.height), width_(images.width), channels_(images.channels), seed_(seed) {
        check();
        if (!how.resized_crop) return;
        for (int size = 1; size <= height_; ++size) from_height_.emplace_back(size, height_);
        for (int size = 1; size <= width_; ++size) from_width_.emplace_back(size, width_);
    }

    /// Writes the image as this place has it to `to`; `between` is memory of an image's bytes. Allocates nothing.
    void operator()(std::span<const std::uint8_t> image, AugmentedPlace place, std::uint8_t* between,
                    std::uint8_t* to) const {
        if (how_.crop)
            move(image.data(), draws(place, Purpose::crop), to);
        else if (how_.resized_crop)
            resample_part(image.data(), part(draws(place, Purpose::resized_crop)), between, to);
        else
            std::copy(image.begin(), image.end(), to);
        if (how_.flip && unit(draws(place, Purpose::flip)) < static_cast<double>(how_.flip->p)) flip(to);
        if (how_.erasing) blacken(hole(draws(place, Purpose::erasing)), to);
        if (how_.cutout) blacken(square(draws(place, Purpose::cutout)), to);
    }

  private:
    enum class Purpose : std::uint64_t { crop, resized_crop, flip, erasing, cutout };

    [[gnu::cold]] void check() const {
        const auto expect = [](bool is_so, const char* name, const std::string& found, const std::string& expected) {
            if (!is_so) fail("loader", concat("augmentation.", name), found, expected);
        };
        const auto probability = [&](const char* name, float p) {
            expect(p >= 0 && p <= 1, name, std::to_string(p), "a probability, 0 to 1");
        };
        const auto bounds = [&](const char* name, const std::array<float, 2>& of, float most, const char* of_what) {
            expect(of[0] > 0 && of[0] <= of[1] && of[1] <= most, name,
                   concat(std::to_string(of[0]), " to ", std::to_string(of[1])), concat(of_what, ", the lower first"));
        };
        constexpr float any = 1e6f;
        constexpr const char* shares = "shares of the image above 0, up to 1";
        const int shorter = std::min(height_, width_), longer = std::max(height_, width_);
        const std::string size = concat("images of ", height_, " x ", width_, " pixels");
        expect(!(how_.crop && how_.resized_crop), "crop", "a resized_crop beside it", "one of the two");
        if (how_.crop)
            expect(how_.crop->padding >= 0 && how_.crop->padding < shorter, "crop.padding",
                   std::to_string(how_.crop->padding), concat("0 to ", shorter - 1, ", less than a side of ", size));
        if (how_.resized_crop) {
            bounds("resized_crop.scale", how_.resized_crop->scale, 1, shares);
            bounds("resized_crop.ratio", how_.resized_crop->ratio, any, "widths by heights above 0");
        }
        if (how_.flip) probability("flip.p", how_.flip->p);
        if (how_.erasing) {
            probability("erasing.p", how_.erasing->p);
            bounds("erasing.scale", how_.erasing->scale, 1, shares);
            bounds("erasing.ratio", how_.erasing->ratio, any, "heights by widths above 0");
        }
        if (how_.cutout)
            expect(how_.cutout->size >= 1 && how_.cutout->size <= longer, "cutout.size",
                   std::to_string(how_.cutout->size), concat("1 to ", longer, " for ", size));
    }

    /// 128 words at least for each purpose.
    WordDraws draws(AugmentedPlace place, Purpose purpose) const {
        return {seed_, place.epoch << 40 | place.number << 8 | static_cast<std::uint64_t>(purpose) << 5,
                streams::augmentation};
    }
    static int below(WordDraws& words, int bound) {
        return static_cast<int>(words.below(static_cast<std::uint32_t>(bound)));
    }
    /// In [0, 1).
    static double unit(WordDraws& words) { return words.next() * 0x1p-32; }
    static double unit(WordDraws&& words) { return unit(words); }
    static double between(WordDraws& words, double low, double high) { return low + (high - low) * unit(words); }

    std::size_t pixel(int row, int column) const {
        return (static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(column)) *
               static_cast<std::size_t>(channels_);
    }

    void move(const std::uint8_t* from, WordDraws words, std::uint8_t* to) const {
        const int most = how_.crop->padding;
        const int down = below(words, 2 * most + 1) - most, right = below(words, 2 * most + 1) - most;
        const int first = std::max(0, -right), last = std::min(width_, width_ - right);  // columns that show the image
        for (int row = 0; row < height_; ++row) {
            std::uint8_t *const begin = to + pixel(row, 0), *const end = to + pixel(row + 1, 0);
            if (row + down < 0 || row + down >= height_) {
                std::fill(begin, end, std::uint8_t{0});
                continue;
            }
            std::fill(begin, to + pixel(row, first), std::uint8_t{0});
            std::copy(from + pixel(row + down, first + right), from + pixel(row + down, last + right),
                      to + pixel(row, first));
            std::fill(to + pixel(row, last), end, std::uint8_t{0});
        }
    }

    /// Two sides of a rectangle of a random area whose quotient, the first by the second, is random too.
    std::array<int, 2> sides(WordDraws& words, const std::array<float, 2>& scale,
                             const std::array<float, 2>& ratio) const {
        const double area = between(words, scale[0], scale[1]) * height_ * width_;
        const double quotient = std::exp(between(words, std::log(ratio[0]), std::log(ratio[1])));
        return {static_cast<int>(std::lround(std::sqrt(area * quotient))),
                static_cast<int>(std::lround(std::sqrt(area / quotient)))};
    }

    ImagePart part(WordDraws words) const {
        const auto& [scale, ratio] = *how_.resized_crop;
        for (int tries = 0; tries < 10; ++tries) {
            const auto [width, height] = sides(words, scale, ratio);
            if (width < 1 || width > width_ || height < 1 || height > height_) continue;
            const int top = below(words, height_ - height + 1);
            return {top, below(words, width_ - width + 1), height, width};
        }
        const double own = static_cast<double>(width_) / height_;
        const double quotient = std::clamp(own, static_cast<double>(ratio[0]), static_cast<double>(ratio[1]));
        const auto rounded = [](double side, int most) {
            return std::clamp(static_cast<int>(std::lround(side)), 1, most);
        };
        const int height = own < quotient ? rounded(width_ / quotient, height_) : height_;
        const int width = own > quotient ? rounded(height_ * quotient, width_) : width_;
        return {(height_ - height) / 2, (width_ - width) / 2, height, width};
    }

    void resample_part(const std::uint8_t* from, ImagePart part, std::uint8_t* rows, std::uint8_t* to) const {
        const auto depth = static_cast<std::size_t>(channels_);
        const ResizeWeights& across = from_width_[static_cast<std::size_t>(part.width - 1)];
        for (int row = 0; row < part.height; ++row)
            resample(across, from + pixel(part.top + row, part.left), depth, rows + pixel(row, 0));
        resample(from_height_[static_cast<std::size_t>(part.height - 1)], rows,
                 depth * static_cast<std::size_t>(width_), to);
    }

    void flip(std::uint8_t* image) const {
        for (int row = 0; row < height_; ++row)
            for (int left = 0, right = width_ - 1; left < right; ++left, --right)
                std::swap_ranges(image + pixel(row, left), image + pixel(row, left + 1), image + pixel(row, right));
    }

    ImagePart hole(WordDraws words) const {
        const auto& [p, scale, ratio] = *how_.erasing;
        const ImagePart nothing{0, 0, 0, 0};
        if (unit(words) >= static_cast<double>(p)) return nothing;
        for (int tries = 0; tries < 10; ++tries) {
            const auto [height, width] = sides(words, scale, ratio);
            if (height >= height_ || width >= width_) continue;
            const int top = below(words, height_ - height + 1);
            return {top, below(words, width_ - width + 1), height, width};
        }
        return nothing;
    }

    ImagePart square(WordDraws words) const {
        const int size = how_.cutout->size, row = below(words, height_), column = below(words, width_);
        const int top = std::max(0, row - size / 2), left = std::max(0, column - size / 2);
        return {top, left, std::min(height_, row - size / 2 + size) - top,
                std::min(width_, column - size / 2 + size) - left};
    }

    void blacken(ImagePart part, std::uint8_t* image) const {
        for (int row = part.top; row < part.top + part.height; ++row)
            std::fill(image + pixel(row, part.left), image + pixel(row, part.left + part.width), std::uint8_t{0});
    }

    ImageAugmentation how_;
    int height_, width_, channels_;
    std::uint64_t seed_;
    std::vector<ResizeWeights> from_height_, from_width_;  // for each size of a part, from 1
};

}  // namespace genotype::inline v0_1::detail
