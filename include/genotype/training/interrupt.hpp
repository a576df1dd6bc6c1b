// Ctrl-C, and what else asks a program to end, as a question that a training's loop can ask.
#pragma once

#include <array>
#include <csignal>
#include <cstddef>

namespace genotype::inline v0_1 {

/// While it lives, what asks the program to end is noted for `asked`: Ctrl-C (SIGINT), SIGTERM (kill, Slurm,
/// Kubernetes, `docker stop`), SIGHUP (a closed terminal), SIGPIPE: whoever read the output has gone; and what batch
/// systems send ahead of SIGKILL: SIGUSR1 and SIGUSR2 (Slurm's `--signal`, Grid Engine's `-notify`) and SIGXCPU (a
/// limit of time). A second Ctrl-C or SIGTERM ends the program at once; further ones of the others do nothing, because
/// a closed terminal sends several, and a limit of time one a second. All but Ctrl-C that the program ignores (as under
/// nohup) stay ignored, and a handler of its own for SIGUSR1, SIGUSR2 or SIGXCPU stays in its place.
///
/// Within another's life a second one knows what the first does.
///
///     Interrupt interrupt;
///     while (!interrupt.asked()) trainer.step(loader.next());
class Interrupt {
  public:
    Interrupt() {
        if (living_++ == 0) noted_ = 0;
        for (std::size_t at = 0; at < signals.size(); ++at) {
            ::sigaction(signals[at], nullptr, &before_[at]);
            // A shell lets what it runs beside itself ignore SIGINT: who sends it one all the same means it.
            if (signals[at] != SIGINT && before_[at].sa_handler == SIG_IGN) continue;
            if (at >= first_of_batch_systems && before_[at].sa_handler != SIG_DFL) continue;
            struct sigaction action {};
            action.sa_handler = note;
            action.sa_flags = SA_RESTART;
            ::sigaction(signals[at], &action, nullptr);
        }
    }
    ~Interrupt() {
        for (std::size_t at = 0; at < signals.size(); ++at) ::sigaction(signals[at], &before_[at], nullptr);
        --living_;
    }
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    bool asked() const { return noted_ != 0; }
    /// The signal that asked first, such as SIGINT; 0 before.
    int signal() const { return noted_; }

  private:
    static constexpr std::array<int, 7> signals{SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2, SIGXCPU};
    static constexpr std::size_t first_of_batch_systems = 4;

    static void note(int signal) {
        if (noted_ == 0) {
            noted_ = signal;
        } else if (signal == SIGINT || signal == SIGTERM) {
            ::signal(signal, SIG_DFL);
            ::raise(signal);  // which comes when this handler returns
        }
    }

    // A signal is the process's, and its handler is given nothing else to write to.
    inline static volatile std::sig_atomic_t noted_ = 0;
    inline static int living_ = 0;  // the inner one of two must not forget what was asked of the outer
    std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace genotype::inline v0_1
