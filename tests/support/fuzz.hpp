// What fuzz targets share: the input as a file or as a source of bytes, and what a reader may do with it.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

#include "genotype/files/byte_source.hpp"
#include "genotype/images/images.hpp"
#include "genotype/shape/error.hpp"

namespace fuzz {

/// A file that no disk has, with a path for readers that take one.
class MemoryFile {
  public:
    MemoryFile() : handle_(memfd_create("fuzz", MFD_CLOEXEC)) {
        if (handle_ < 0) std::abort();
    }
    ~MemoryFile() { close(handle_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(handle_); }

    /// Makes these its content, on the pages that it has: emptied first it would give them back.
    void set(std::span<const std::uint8_t> bytes) const {
        const auto size = static_cast<ssize_t>(bytes.size());
        if (pwrite(handle_, bytes.data(), bytes.size(), 0) != size || ftruncate(handle_, size) != 0) std::abort();
    }

  private:
    int handle_;
};

/// Bytes in memory for readers that take any source.
class Bytes : public genotype::detail::ByteSource<Bytes> {
  public:
    explicit Bytes(std::span<const std::uint8_t> left) : left_(left) {}
    const std::string& name() const { return name_; }
    std::size_t read(std::span<std::uint8_t> to) {
        const std::size_t size = std::min(to.size(), left_.size());
        std::copy_n(left_.begin(), size, to.begin());
        left_ = left_.subspan(size);
        return size;
    }

  private:
    std::string name_ = "bytes";
    std::span<const std::uint8_t> left_;
};

/// Runs a reader. An `Error` is a right answer; anything else that it throws, and a failed `expect`, is a find.
template <class Read>
void attempt(Read read) {
    try {
        read();
    } catch (const genotype::Error&) {
    }
}

inline void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

inline void expect_whole(const genotype::ImageData& images) {
    expect(images.count >= 0 && images.height > 0 && images.width > 0, "sizes above 0");
    expect(images.channels == 1 || images.channels == 3, "1 or 3 channels");
    const std::size_t count = std::max<std::size_t>(1, static_cast<std::size_t>(images.count));
    expect(images.bytes.size() % count == 0 &&  // a quotient, because a product may overflow
               (images.count == 0 ? images.bytes.empty() : images.bytes.size() / count == images.stride()),
           "as many bytes as the sizes say");
    expect(images.labels.empty() || images.labels.size() == static_cast<std::size_t>(images.count),
           "a label for each image, or none");
    const auto names = static_cast<int>(images.class_names.size());
    for (const int label : images.labels) expect(label >= 0 && (names == 0 || label < names), "labels with a name");
}

}  // namespace fuzz
