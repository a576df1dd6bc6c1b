// Files that are replaced whole or not at all.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// Writes to a temporary file beside the target; `commit` puts it in the target's place in one step.
/// Without `commit`, or after an `Error`, the target is as it was and the temporary file is gone.
class AtomicFile {
  public:
    [[gnu::cold]] explicit AtomicFile(const std::filesystem::path& path) : target_(path.string()) {
        struct stat facts {};
        if (::lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode)) {
            std::error_code code;
            target_ = std::filesystem::weakly_canonical(path, code).string();
            if (code) fail(path.native(), "file", code.message(), "a link that leads somewhere");
        }
        if (::stat(target_.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode))
            fail(path.native(), "file", "something that is not a plain file", "a plain file, or nothing yet");
        if (::stat(folder().c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode))
            fail(path.native(), "folder", "no such folder", "a folder to write in");
        const std::string stem =
            detail::concat(folder(), "/.", target_.substr(target_.rfind('/') + 1), ".", ::getpid());
        for (int attempt = 0; handle_ < 0; ++attempt) {
            temporary_ = detail::concat(stem, ".", attempt, ".tmp");
            handle_ = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
            if (handle_ < 0 && errno != EEXIST)
                fail(path.native(), "folder", std::strerror(errno), "a writable folder");
            if (handle_ >= 0 && !lock()) {
                ::close(handle_);
                handle_ = -1;
            }
        }
    }
    ~AtomicFile() { discard(); }
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(const void* data, std::size_t size) {
        const char* from = static_cast<const char*>(data);
        while (size > 0) {
            const ssize_t written = ::write(handle_, from, size);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) give_up("content");
            from += written;
            size -= static_cast<std::size_t>(written);
        }
    }
    void write(std::string_view text) { write(text.data(), text.size()); }

    /// Brings everything to the disk, then renames.
    void commit() {
        if (::fsync(handle_) != 0) give_up("content");
        const int closed = ::close(handle_);
        handle_ = -1;
        if (closed != 0) give_up("content");
        if (::rename(temporary_.c_str(), target_.c_str()) != 0) give_up("name");
        temporary_.clear();
        sync_folder();
    }

  private:
    /// Tells `remove_left_overs` that somebody is at work here. False where that came first and took the file away.
    bool lock() const {
        struct stat facts {};
        ::flock(handle_, LOCK_EX | LOCK_NB);
        return ::fstat(handle_, &facts) == 0 && facts.st_nlink > 0;
    }

    [[noreturn]] void give_up(std::string_view field) {
        const std::string reason = std::strerror(errno);
        discard();
        fail(target_, field, reason, "a complete write (the old file, if any, is unchanged)");
    }

    void discard() {
        if (handle_ >= 0) ::close(handle_);
        handle_ = -1;
        if (!temporary_.empty()) ::unlink(temporary_.c_str());
        temporary_.clear();
    }

    /// Makes the new name itself survive a power cut; some file systems cannot, and the file is whole without it.
    void sync_folder() const {
        const int handle = ::open(folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (handle < 0) return;
        ::fsync(handle);
        ::close(handle);
    }

    std::string folder() const {
        const auto slash = target_.rfind('/');
        return slash == std::string::npos ? "." : detail::concat(target_.substr(0, slash), slash == 0 ? "/" : "");
    }

    std::string target_;
    std::string temporary_;
    int handle_ = -1;
};

namespace detail {

/// The target's name in ".target.123.0.tmp", or nothing where a name is not of this form.
[[gnu::cold]] inline std::string_view target_of_temporary(std::string_view name) {
    constexpr std::string_view decimal_digits = "0123456789", ending = ".tmp";
    if (!name.starts_with('.') || !name.ends_with(ending)) return {};
    name = name.substr(1, name.size() - 1 - ending.size());
    for (int number = 0; number < 2; ++number) {
        const auto last = name.find_last_not_of(decimal_digits);
        if (last == std::string_view::npos || name[last] != '.' || last + 1 == name.size()) return {};
        name = name.substr(0, last);
    }
    return name;
}

}  // namespace detail

/// Removes what killed processes left of files whose names begin with `beginning`: temporary files that no process
/// holds.
[[gnu::cold]] inline void remove_left_overs(const std::filesystem::path& folder, const std::string& beginning) {
    std::error_code code;
    const std::filesystem::directory_iterator files(folder.empty() ? "." : folder, code);
    if (code) return;  // a folder that cannot be read is reported by whoever writes in it
    for (const auto& entry : files) {
        const std::string name = entry.path().filename().string();
        const std::string_view target = detail::target_of_temporary(name);
        if (target.empty() || !target.starts_with(beginning)) continue;
        const int handle = ::open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (handle < 0) continue;
        if (::flock(handle, LOCK_EX | LOCK_NB) == 0) ::unlink(entry.path().c_str());
        ::close(handle);
    }
}

/// Puts `content` in the place of the file at `path`, whole or not at all.
inline void write_file(const std::filesystem::path& path, std::string_view content) {
    AtomicFile file(path);
    file.write(content);
    file.commit();
}

}  // namespace genotype::inline v0_1
