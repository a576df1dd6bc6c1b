// A folder that one process at a time looks around in and then writes to.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace genotype::inline v0_1::detail {

/// Held while it lives. On a file system without such locks, and where another process holds one for a minute, it
/// continues without: the lock keeps two processes from choosing one name, and no training is to wait for one that is
/// stopped.
class FolderLock {
  public:
    [[gnu::cold]] explicit FolderLock(const std::filesystem::path& folder)
        : handle_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        constexpr int pause = 10'000, most = 60'000'000;  // microseconds
        for (int waited = pause; handle_ >= 0 && ::flock(handle_, LOCK_EX | LOCK_NB) != 0; waited += pause) {
            if ((errno != EWOULDBLOCK && errno != EINTR) || waited > most) return;
            ::usleep(pause);
        }
    }
    ~FolderLock() {
        if (handle_ >= 0) ::close(handle_);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    int handle_;
};

}  // namespace genotype::inline v0_1::detail
