// Writer of PNG files.
#pragma once

#include <png.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include "genotype/files/atomic_file.hpp"
#include "genotype/images/images.hpp"
#include "genotype/images/png_reader.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// Writes one image, grey or colour; several go through `grid` first. The file is replaced whole or not at all.
inline void save_png(const ImageData& image, const std::filesystem::path& path) {
    if (image.count != 1) fail(path.string(), "number of images", image.count, "1 (put several into a grid)");
    if (image.channels != 1 && image.channels != 3) fail(path.string(), "channels", image.channels, "1 or 3");
    if (image.bytes.size() != image.stride())
        fail(path.string(), "pixels", detail::concat(image.bytes.size(), " bytes"),
             detail::concat(image.stride(), " bytes"));
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    png.width = static_cast<png_uint_32>(image.width);
    png.height = static_cast<png_uint_32>(image.height);
    png.format = image.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    // Stored rows plus what deflate and the chunks can add at worst; a file is hardly ever that large.
    std::string encoded(image.stride() + image.stride() / 64 + static_cast<std::size_t>(image.height) + 4096, '\0');
    png_alloc_size_t size = encoded.size();
    if (image.width < 1 || image.height < 1 || image.stride() > std::numeric_limits<std::int32_t>::max() ||
        !png_image_write_to_memory(&png, encoded.data(), &size, 0, image.bytes.data(), 0, nullptr))
        fail(path.string(), "image", png.message[0] ? png.message : size_text(image), "a size that PNG can hold");
    encoded.resize(size);
    write_file(path, encoded);
}

}  // namespace genotype::inline v0_1
