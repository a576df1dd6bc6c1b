// Ctrl-C as a question that a training's loop can ask.
#pragma once

#include <csignal>

namespace genotype {

/// While it lives, the first Ctrl-C (SIGINT) is noted for `asked`, and a second one ends the program at once.
///
///     Interrupt interrupt;
///     while (!interrupt.asked()) trainer.step(loader.next());
class Interrupt {
  public:
    Interrupt() {
        noted_ = 0;
        struct sigaction action {};
        action.sa_handler = note;
        action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
        ::sigaction(SIGINT, &action, &before_);
    }
    ~Interrupt() { ::sigaction(SIGINT, &before_, nullptr); }
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    bool asked() const { return noted_ != 0; }

  private:
    static void note(int) { noted_ = 1; }

    // A signal is the process's, and its handler is given nothing else to write to.
    inline static volatile std::sig_atomic_t noted_ = 0;
    struct sigaction before_ {};
};

}  // namespace genotype
