// A file read from front to back in bounded pieces, plain or gzip.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "genotype/files/byte_source.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// Bytes of a file in order; a gzip file (one or several members) is unpacked on the way, whatever its name.
/// A missing, unreadable, cut or damaged file is an `Error`.
class InputFile : public ByteSource<InputFile> {
  public:
    [[gnu::cold]] explicit InputFile(const std::filesystem::path& path)
        : name_(path.string()), file_(path, std::ios::binary) {
        std::error_code ignored;
        if (std::filesystem::is_directory(path, ignored)) fail(name_, "file", "a folder", "a file");
        if (!file_) fail(name_, "file", "nothing that can be opened", "a readable file");
        refill();
        packed_ = available() >= 2 && input_[0] == 0x1f && input_[1] == 0x8b;
        constexpr int gzip_only = 15 + 16;
        if (packed_ && inflateInit2(&stream_, gzip_only) != Z_OK) throw Error(name_ + ": zlib cannot start");
    }
    ~InputFile() {
        if (packed_) inflateEnd(&stream_);
    }
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;

    const std::string& name() const { return name_; }

    /// Fills `to` and returns its size; a smaller number means that the file ended there.
    [[gnu::cold]] std::size_t read(std::span<std::uint8_t> to) {
        std::size_t done = 0;
        while (done < to.size()) {
            const std::size_t got = packed_ ? unpack(to.subspan(done)) : copy(to.subspan(done));
            if (got == 0) break;
            done += got;
        }
        return done;
    }

  private:
    std::size_t available() const { return end_ - begin_; }

    [[gnu::cold]] void refill() {
        file_.read(reinterpret_cast<char*>(input_.data()), static_cast<std::streamsize>(input_.size()));
        if (file_.bad()) fail(name_, "file", "a read error", "readable bytes");
        begin_ = 0;
        end_ = static_cast<std::size_t>(file_.gcount());
    }

    [[gnu::cold]] std::size_t copy(std::span<std::uint8_t> to) {
        if (available() == 0) refill();
        const std::size_t size = std::min(available(), to.size());
        std::copy_n(input_.begin() + static_cast<std::ptrdiff_t>(begin_), size, to.begin());
        begin_ += size;
        return size;
    }

    [[gnu::cold]] std::size_t unpack(std::span<std::uint8_t> to) {
        const std::size_t wanted = std::min<std::size_t>(to.size(), 1 << 30);
        stream_.next_out = to.data();
        stream_.avail_out = static_cast<uInt>(wanted);
        while (stream_.avail_out == wanted) {
            if (available() == 0) refill();
            if (available() == 0) {
                if (member_ended_) return 0;
                fail(name_, "gzip data", "the end of the file", "more compressed bytes");
            }
            if (member_ended_) {
                // Zeros that fill a block of a tape are passed over, as gzip and Python do.
                while (begin_ < end_ && input_[begin_] == 0) ++begin_;
                if (begin_ == end_) continue;
                if (inflateReset(&stream_) != Z_OK) throw Error(name_ + ": zlib cannot restart");
                member_ended_ = false;
            }
            stream_.next_in = input_.data() + begin_;
            stream_.avail_in = static_cast<uInt>(available());
            const int status = inflate(&stream_, Z_NO_FLUSH);
            begin_ = end_ - stream_.avail_in;
            if (status == Z_STREAM_END)
                member_ended_ = true;
            else if (status != Z_OK)
                fail(name_, "gzip data", stream_.msg ? stream_.msg : "damaged bytes", "a valid gzip stream");
        }
        return wanted - stream_.avail_out;
    }

    std::string name_;
    std::ifstream file_;
    std::array<std::uint8_t, 1 << 16> input_;
    std::size_t begin_ = 0, end_ = 0;
    z_stream stream_{};
    bool packed_ = false;
    bool member_ended_ = false;
};

}  // namespace genotype::inline v0_1::detail
