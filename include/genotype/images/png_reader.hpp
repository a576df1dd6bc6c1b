// Reader of PNG files.
#pragma once

#include <png.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "genotype/files/file_kind.hpp"
#include "genotype/images/images.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {
namespace detail {

inline std::vector<std::uint8_t> read_whole_file(const std::filesystem::path& path) {
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code)) fail(path.string(), "file", "no plain file", "a readable file");
    const std::uintmax_t size = std::filesystem::file_size(path, code);
    std::ifstream file(path, std::ios::binary);
    if (code || !file) fail(path.string(), "file", "nothing that can be opened", "a readable file");
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (static_cast<std::uintmax_t>(file.gcount()) != size)
        fail(path.string(), "file", "a read error", "readable bytes");
    return bytes;
}

inline std::uint32_t big_endian(const std::uint8_t* from) {
    return std::uint32_t{from[0]} << 24 | std::uint32_t{from[1]} << 16 | std::uint32_t{from[2]} << 8 | from[3];
}

/// The signature and the chunks that a decoder needs, up to IEND, without those that say how to show the image
/// (colour profile, gamma, transparency, text): the bytes are data here. A file that ends before IEND is an `Error`,
/// which libpng's short interface would not notice after the last row.
inline std::vector<std::uint8_t> needed_png_chunks(std::span<const std::uint8_t> file, const std::string& name) {
    constexpr std::array<std::uint8_t, 8> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    if (file.size() < signature.size() || !std::equal(signature.begin(), signature.end(), file.begin())) {
        expect_no_other_kind(name, "signature", std::as_bytes(file.first(std::min<std::size_t>(file.size(), 512))),
                             "a PNG image");
        fail(name, "signature", file.empty() ? "an empty file" : "other bytes", "a PNG file");
    }
    std::vector<std::uint8_t> needed(signature.begin(), signature.end());
    std::size_t at = signature.size();
    for (bool ended = false; !ended;) {
        constexpr std::size_t frame = 12;  // length, type, checksum
        if (file.size() - at < frame || file.size() - at - frame < big_endian(file.data() + at))
            fail(name, concat("PNG chunk at byte ", at), "the end of the file", "a complete chunk");
        const auto chunk = file.subspan(at, frame + big_endian(file.data() + at));
        constexpr std::uint8_t optional = 0x20;  // the bit that makes a type's first letter a small one
        if ((chunk[4] & optional) == 0) needed.insert(needed.end(), chunk.begin(), chunk.end());
        ended = std::memcmp(chunk.data() + 4, "IEND", 4) == 0;
        at += chunk.size();
    }
    return needed;
}

/// A PNG file's bytes as one image; messages begin with `name`.
inline ImageData decode_png(std::span<const std::uint8_t> whole, const std::string& name) {
    const std::vector<std::uint8_t> file = needed_png_chunks(whole, name);
    struct Decoder : png_image {
        ~Decoder() { png_image_free(this); }
    } png{};
    png.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&png, file.data(), file.size()))
        fail(name, "PNG header", png.message, "a valid header");
    // Deflate packs at most 1032 to 1 and a pixel takes a bit at least: a header that claims more lies.
    const std::uint64_t pixels = std::uint64_t{png.width} * png.height;
    if (pixels / 8 > file.size() * std::uint64_t{1032} || pixels > std::numeric_limits<std::int32_t>::max() / 4)
        fail(name, "size", concat(png.height, " x ", png.width),
             concat("a size that a file of ", file.size(), " bytes can hold"));
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // otherwise 16-bit values are taken as linear light, and changed
    const bool colour = (png.format & PNG_FORMAT_FLAG_COLOR) != 0;
    const bool alpha = (png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
    png.format = (colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY) | (alpha ? PNG_FORMAT_FLAG_ALPHA : 0u);
    ImageData image =
        blank_images(1, static_cast<int>(png.height), static_cast<int>(png.width), (colour ? 3 : 1) + (alpha ? 1 : 0));
    if (!png_image_finish_read(&png, nullptr, image.bytes.data(), 0, nullptr))
        fail(name, "pixels", png.message, "a valid image");
    if (alpha) {
        const int kept = image.channels - 1;
        std::size_t to = 0;
        for (std::size_t from = 0; from < image.bytes.size(); ++from)
            if (static_cast<int>(from % static_cast<std::size_t>(kept + 1)) != kept)
                image.bytes[to++] = image.bytes[from];
        image.bytes.resize(to);
        image.channels = kept;
    }
    return image;
}

}  // namespace detail

/// One image: grey files give 1 channel, all others 3; 16 bits are rounded to 8. Transparency, gamma and colour
/// profiles are dropped, as Pillow's `convert("RGB")` does.
inline ImageData load_png(const std::filesystem::path& path) {
    return detail::decode_png(detail::read_whole_file(path), path.string());
}

}  // namespace genotype::inline v0_1
