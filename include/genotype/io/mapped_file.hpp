// A file's bytes in memory without reading them: the system brings in what is touched.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "genotype/shape/error.hpp"

namespace genotype {

/// A whole file, mapped read-only. What is missing, not a plain file or empty is an `Error`. The file must not be cut
/// while it is mapped: the system ends a program that touches what is gone. (Files of this library are replaced, never
/// written over, so an old mapping keeps its bytes.)
class MappedFile {
  public:
    explicit MappedFile(const std::filesystem::path& path) : name_(path.string()) {
        const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (handle < 0) fail(name_, "file", std::strerror(errno), "a readable file");
        struct stat facts {};
        const int known = ::fstat(handle, &facts);
        const bool plain = known == 0 && S_ISREG(facts.st_mode);
        void* at = MAP_FAILED;
        int reason = 0;
        if (plain && facts.st_size > 0) {
            size_ = static_cast<std::size_t>(facts.st_size);
            at = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, handle, 0);
            reason = errno;
        }
        ::close(handle);
        if (!plain) fail(name_, "file", S_ISDIR(facts.st_mode) ? "a folder" : "no plain file", "a plain file");
        if (size_ == 0) fail(name_, "file", "0 bytes", "at least 1");
        if (at == MAP_FAILED) fail(name_, "file", std::strerror(reason), "a file that can be mapped");
        data_ = static_cast<const std::byte*>(at);
    }
    MappedFile(MappedFile&& other) noexcept
        : name_(std::move(other.name_)),
          data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)) {}
    MappedFile& operator=(MappedFile&& other) noexcept {
        std::swap(name_, other.name_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~MappedFile() {
        if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
    }

    /// The path as it was given, for messages.
    const std::string& name() const { return name_; }
    std::span<const std::byte> bytes() const { return {data_, size_}; }

  private:
    std::string name_;
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace genotype
