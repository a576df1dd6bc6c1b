// How far a long training is, on one line.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace genotype::inline v0_1 {

/// Prints epoch, step, losses, images or tokens a second and the time left: over and over on one line of a terminal,
/// a plain line now and then where the output goes to a file or a pipe.
class Progress {
  public:
    using Clock = std::chrono::steady_clock;

    /// `before` is how many steps an earlier process has made, of all. A step sees `batch` of `what`.
    Progress(long epochs, long steps_an_epoch, long batch, long before = 0, const char* what = "images",
             std::FILE* to = stdout)
        : epochs_(epochs), steps_(steps_an_epoch), before_(before), batch_(batch), what_(what), to_(to) {
#if defined(__unix__) || defined(__APPLE__)
        terminal_ = isatty(fileno(to)) != 0;
#endif
    }

    /// Since the start.
    double seconds() const {
        return std::chrono::duration<double>(Clock::now() - start_).count();
    }

    /// To be called after every step, numbered from 0 within its epoch. `share` is how much of the whole work is done,
    /// where another measure than steps ends it (a limit of time); below 0, steps tell.
    void step(long epoch, long step, const std::string& losses, double share = -1) {
        ++done_;
        const auto now = Clock::now();
        const bool last = step + 1 == steps_;
        const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(5);
        if (!last && now - printed_ < pause) return;
        printed_ = now;
        if (share < 0) share = static_cast<double>(done_) / static_cast<double>(epochs_ * steps_ - before_);
        const double passed = seconds();
        const double left = share > 0 && share < 1 ? passed / share - passed : 0;
        if (terminal_) std::fprintf(to_, "\r\x1b[K");
        if (epochs_ > 1) std::fprintf(to_, "epoch %ld/%ld  ", epoch + 1, epochs_);
        std::fprintf(to_, "step %ld/%ld  %s  %.0f %s/s  %s left%s", step + 1, steps_, losses.c_str(),
                    static_cast<double>(done_ * batch_) / passed, what_, clock(left).c_str(),
                    terminal_ && !last ? "" : "\n");
        std::fflush(to_);
    }

    /// Ends the line of a terminal where the training stops within an epoch.
    void finish() const {
        if (terminal_) std::fprintf(to_, "\n");
    }

  private:
    static std::string clock(double seconds) {
        char text[32];
        const long whole = static_cast<long>(seconds + 0.5);
        std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
        return text;
    }

    long epochs_, steps_, before_, done_ = 0;
    long batch_;
    const char* what_;
    std::FILE* to_;
    bool terminal_ = false;
    Clock::time_point start_ = Clock::now(), printed_{};
};

}  // namespace genotype::inline v0_1
