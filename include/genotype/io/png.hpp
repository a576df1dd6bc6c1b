// Writer of PNG files.
#pragma once

#include <png.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include "genotype/data/pictures.hpp"
#include "genotype/data/png_reader.hpp"
#include "genotype/io/atomic_file.hpp"
#include "genotype/shape/error.hpp"

namespace genotype {

/// Writes one picture, grey or colour; several go through `grid` first. The file is replaced whole or not at all.
inline void save_png(const Pictures& picture, const std::filesystem::path& path) {
    if (picture.count != 1) fail(path.string(), "number of pictures", picture.count, "1 (put several into a grid)");
    if (picture.channels != 1 && picture.channels != 3) fail(path.string(), "channels", picture.channels, "1 or 3");
    if (picture.bytes.size() != picture.stride())
        fail(path.string(), "pixels", detail::concat(picture.bytes.size(), " bytes"),
             detail::concat(picture.stride(), " bytes"));
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(picture.width);
    image.height = static_cast<png_uint_32>(picture.height);
    image.format = picture.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    // Stored rows plus what deflate and the chunks can add at worst; a file is hardly ever that large.
    std::string encoded(picture.stride() + picture.stride() / 64 + static_cast<std::size_t>(picture.height) + 4096,
                        '\0');
    png_alloc_size_t size = encoded.size();
    if (picture.width < 1 || picture.height < 1 || picture.stride() > std::numeric_limits<std::int32_t>::max() ||
        !png_image_write_to_memory(&image, encoded.data(), &size, 0, picture.bytes.data(), 0, nullptr))
        fail(path.string(), "picture", image.message[0] ? image.message : size_text(picture),
             "a size that PNG can hold");
    encoded.resize(size);
    write_file(path, encoded);
}

}  // namespace genotype
