// The first Ctrl-C is noted, the second ends the program, and afterwards everything is as before.
#include "genotype/training/interrupt.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using genotype::Interrupt;

namespace {

/// The signal that ends a process which gets `count` of them; 0 where it lives.
int end_after(int count) {
    const pid_t child = ::fork();
    if (child == 0) {
        const Interrupt interrupt;
        for (int signal = 0; signal < count; ++signal) ::raise(SIGINT);
        ::_exit(interrupt.asked() ? 3 : 4);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("once, twice") {
    CHECK(end_after(0) == -4);
    CHECK(end_after(1) == -3);
    CHECK(end_after(2) == SIGINT);
}

TEST_CASE("afterwards the handler is the one before, and the next one starts afresh") {
    static volatile std::sig_atomic_t heard = 0;
    const auto before = std::signal(SIGINT, [](int) { heard = 1; });
    {
        const Interrupt interrupt;
        ::raise(SIGINT);
        CHECK(interrupt.asked());
        CHECK(heard == 0);
    }
    ::raise(SIGINT);
    CHECK(heard == 1);
    CHECK_FALSE(Interrupt().asked());
    std::signal(SIGINT, before);
}
