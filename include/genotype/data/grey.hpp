// Colour pictures as grey ones.
#pragma once

#include <cstdint>
#include <utility>

#include "genotype/data/pictures.hpp"
#include "genotype/shape/error.hpp"

namespace genotype {

/// The luma of each pixel, in 16-bit fixed point: Pillow's convert("L"), which is torchvision's Grayscale.
/// Grey pictures come back as they are. Source of the weights: ITU-R BT.601.
inline Pictures to_grey(Pictures pictures) {
    if (pictures.channels == 1) return pictures;
    if (pictures.channels != 3) fail("pictures", "channels", pictures.channels, "1 or 3");
    Pictures grey = blank_pictures(pictures.count, pictures.height, pictures.width, 1);
    for (std::size_t pixel = 0; pixel < grey.bytes.size(); ++pixel) {
        const std::uint8_t* rgb = &pictures.bytes[3 * pixel];
        const unsigned luma = rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u;
        grey.bytes[pixel] = static_cast<std::uint8_t>(luma >> 16);
    }
    grey.labels = std::move(pictures.labels);
    grey.class_names = std::move(pictures.class_names);
    return grey;
}

}  // namespace genotype
