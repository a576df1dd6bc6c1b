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

namespace genotype::inline v0_1 {

/// A whole file, mapped read-only. What is missing, not a plain file or empty is an `Error`. The file must not be cut
/// while its mapped bytes are used: the system ends a program that touches what is gone. (Files of this library are
/// replaced, never written over, so an old mapping keeps its bytes.) `read` has no such danger.
class MappedFile {
  public:
    [[gnu::cold]] explicit MappedFile(const std::filesystem::path& path) : name_(path.string()) {
        handle_.number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (handle_.number < 0) fail(name_, "file", std::strerror(errno), "a readable file");
        struct stat facts {};
        const bool plain = ::fstat(handle_.number, &facts) == 0 && S_ISREG(facts.st_mode);
        if (!plain) fail(name_, "file", S_ISDIR(facts.st_mode) ? "a folder" : "no plain file", "a plain file");
        if (facts.st_size == 0) fail(name_, "file", "0 bytes", "at least 1");
        const auto size = static_cast<std::size_t>(facts.st_size);
        void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, handle_.number, 0);
        if (at == MAP_FAILED) fail(name_, "file", std::strerror(errno), "a file that can be mapped");
        data_ = static_cast<const std::byte*>(at);
        size_ = size;
    }
    MappedFile(MappedFile&& other) noexcept
        : name_(std::move(other.name_)),
          handle_(std::move(other.handle_)),
          data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)) {}
    MappedFile& operator=(MappedFile&& other) noexcept {
        std::swap(name_, other.name_);
        std::swap(handle_.number, other.handle_.number);
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

    /// Copies the bytes from `begin` on without the mapping, which for many of them is faster: no page need be mapped.
    /// A file that is shorter now, and a disk that fails, is an `Error`.
    void read(std::uint64_t begin, std::span<std::byte> to) const {
        while (!to.empty()) {
            const ssize_t got = ::pread(handle_.number, to.data(), to.size(), static_cast<off_t>(begin));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail(name_, "file", std::strerror(errno), "readable bytes");
            if (got == 0)
                fail(name_, "file", detail::concat("no byte ", begin, " any more"), detail::concat(size_, " bytes"));
            begin += static_cast<std::uint64_t>(got);
            to = to.subspan(static_cast<std::size_t>(got));
        }
    }

  private:
    struct Handle {
        int number = -1;
        Handle() = default;
        Handle(Handle&& other) noexcept : number(std::exchange(other.number, -1)) {}
        ~Handle() {
            if (number >= 0) ::close(number);
        }
    };

    std::string name_;
    Handle handle_;
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace genotype::inline v0_1
