// Writer of animated PNG files.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>

#include "genotype/files/atomic_file.hpp"
#include "genotype/images/images.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// A PNG file's chunks, one after the other.
class PngChunks {
  public:
    const std::string& file() const { return file_; }

    [[gnu::cold]] void add(std::string_view type, const std::string& data) {
        number(file_, 4, data.size());
        std::string checked(type);
        checked += data;
        file_ += checked;
        number(file_, 4, crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size()));
    }

    /// Appends a whole number, its highest byte first.
    static void number(std::string& to, int bytes, std::size_t value) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) to += static_cast<char>(value >> shift & 255);
    }

  private:
    std::string file_ = "\x89PNG\r\n\x1a\n";
};

/// A frame's rows, each unfiltered, as PNG packs them.
[[gnu::cold]] inline std::string packed_frame(const ImageData& frames, int index) {
    const std::size_t row = static_cast<std::size_t>(frames.width) * static_cast<std::size_t>(frames.channels);
    std::string rows;
    rows.reserve(frames.stride() + static_cast<std::size_t>(frames.height));
    const char* from = reinterpret_cast<const char*>(frames[index].data());
    for (int at = 0; at < frames.height; ++at, from += row) {
        rows += '\0';
        rows.append(from, row);
    }
    uLongf size = compressBound(static_cast<uLong>(rows.size()));
    std::string packed(size, '\0');
    if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()),
                  static_cast<uLong>(rows.size()), Z_BEST_COMPRESSION) != Z_OK)
        throw Error("animated PNG: zlib cannot pack a frame");
    packed.resize(size);
    return packed;
}

}  // namespace detail

/// Writes images, grey or colour, as the frames of an animation that begins again without end, each shown for so many
/// milliseconds. Browsers show it where they show a PNG; what knows no animations shows the first frame. The file is
/// replaced whole or not at all. Python equivalent: Pillow's `save("a.png", save_all=True, append_images=...,
/// duration=milliseconds, loop=0)`. Source: "Portable Network Graphics (PNG) Specification, Third Edition", W3C, whose
/// chunks acTL, fcTL and fdAT these are.
inline void save_apng(const ImageData& frames, const std::filesystem::path& path, int milliseconds = 125) {
    if (frames.count < 1) fail(path.string(), "number of frames", frames.count, "at least 1");
    if (frames.channels != 1 && frames.channels != 3) fail(path.string(), "channels", frames.channels, "1 or 3");
    if (frames.height < 1 || frames.width < 1 || frames.stride() > std::numeric_limits<std::int32_t>::max() / 2)
        fail(path.string(), "frame", size_text(frames), "a size that PNG can hold");
    const std::size_t bytes = static_cast<std::size_t>(frames.count) * frames.stride();
    if (frames.bytes.size() != bytes)
        fail(path.string(), "pixels", detail::concat(frames.bytes.size(), " bytes"), detail::concat(bytes, " bytes"));
    if (milliseconds < 1 || milliseconds > 65535)
        fail(path.string(), "milliseconds of a frame", milliseconds, "1 to 65535");

    using Chunks = detail::PngChunks;
    const auto height = static_cast<std::size_t>(frames.height), width = static_cast<std::size_t>(frames.width);
    Chunks chunks;
    std::string header;
    Chunks::number(header, 4, width);
    Chunks::number(header, 4, height);
    header += {8, frames.channels == 3 ? '\2' : '\0', 0, 0, 0};  // bits; colour or grey; plain packing, filters, rows
    chunks.add("IHDR", header);
    std::string control;
    Chunks::number(control, 4, static_cast<std::size_t>(frames.count));
    Chunks::number(control, 4, 0);  // rounds: no end
    chunks.add("acTL", control);
    std::size_t sequence = 0;
    for (int frame = 0; frame < frames.count; ++frame) {
        std::string facts;
        Chunks::number(facts, 4, sequence++);
        Chunks::number(facts, 4, width);
        Chunks::number(facts, 4, height);
        Chunks::number(facts, 8, 0);  // at the left and the top
        Chunks::number(facts, 2, static_cast<std::size_t>(milliseconds));
        Chunks::number(facts, 2, 1000);
        Chunks::number(facts, 2, 0);  // stays, and what comes next is written over it
        chunks.add("fcTL", facts);
        const std::string packed = detail::packed_frame(frames, frame);
        if (frame == 0) {
            chunks.add("IDAT", packed);
        } else {
            std::string numbered;
            Chunks::number(numbered, 4, sequence++);
            chunks.add("fdAT", numbered + packed);
        }
    }
    chunks.add("IEND", {});
    write_file(path, chunks.file());
}

}  // namespace genotype::inline v0_1
