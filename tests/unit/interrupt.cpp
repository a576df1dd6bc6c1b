// The first Ctrl-C (or SIGTERM, or a closed terminal's SIGHUP) is noted, the second ends the program, and afterwards
// everything is as before.
#include "genotype/training/interrupt.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>

using genotype::Interrupt;

namespace {

/// The signal that ends a process which gets these; where it lives the one that was noted, below 0.
int end_after(std::initializer_list<int> signals, int ignored = 0) {
    const pid_t child = ::fork();
    if (child == 0) {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2, SIGXCPU})
            std::signal(signal, signal == ignored ? SIG_IGN : SIG_DFL);
        const Interrupt interrupt;
        for (const int signal : signals) ::raise(signal);
        ::_exit(interrupt.asked() ? interrupt.signal() : 100);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("once, twice") {
    CHECK(end_after({}) == -100);
    CHECK(end_after({SIGINT}) == -SIGINT);
    CHECK(end_after({SIGINT, SIGINT}) == SIGINT);
}

TEST_CASE("issue 17.12: what ends a job or a container, and a closed terminal or pipe, are as Ctrl-C") {
    for (const int signal : {SIGTERM, SIGHUP, SIGPIPE}) {
        INFO(signal);
        CHECK(end_after({signal}) == -signal);
        CHECK(end_after({signal, SIGINT}) == SIGINT);
        CHECK(end_after({signal, SIGTERM}) == SIGTERM);
    }
    CHECK(end_after({SIGTERM, SIGTERM}) == SIGTERM);
    CHECK(end_after({SIGINT, SIGTERM}) == SIGTERM);
    // A shell whose terminal closes passes SIGHUP on to who has had the terminal's own already; and each line that a
    // closed pipe does not take is a SIGPIPE.
    CHECK(end_after({SIGHUP, SIGHUP, SIGHUP}) == -SIGHUP);
    CHECK(end_after({SIGTERM, SIGHUP, SIGPIPE}) == -SIGTERM);
    CHECK(end_after({SIGPIPE, SIGPIPE}) == -SIGPIPE);
}

TEST_CASE("issue 18: what batch systems send ahead of a kill is as SIGTERM, and what comes after it does nothing") {
    for (const int signal : {SIGUSR1, SIGUSR2, SIGXCPU}) {
        INFO(signal);
        CHECK(end_after({signal}) == -signal);
        CHECK(end_after({signal, signal, signal}) == -signal);
        CHECK(end_after({signal, SIGTERM}) == SIGTERM);
        CHECK(end_after({SIGTERM, signal}) == -SIGTERM);
        CHECK(end_after({signal}, signal) == -100);
    }
    // A program's own use of one stays what it is.
    static volatile std::sig_atomic_t heard = 0;
    for (const int signal : {SIGUSR1, SIGUSR2, SIGXCPU}) {
        heard = 0;
        const auto before = std::signal(signal, [](int) { heard = 1; });
        {
            const Interrupt interrupt;
            ::raise(signal);
            CHECK(heard == 1);
            CHECK_FALSE(interrupt.asked());
        }
        std::signal(signal, before);
    }
}

TEST_CASE("issue 17.12: what nohup has a program ignore stays ignored") {
    CHECK(end_after({SIGHUP, SIGHUP}, SIGHUP) == -100);
    CHECK(end_after({SIGTERM}, SIGTERM) == -100);
    CHECK(end_after({SIGPIPE}, SIGPIPE) == -100);
    CHECK(end_after({SIGHUP, SIGTERM}, SIGHUP) == -SIGTERM);
    // A shell's `program &` ignores Ctrl-C, which no terminal sends it; `kill -INT` does.
    CHECK(end_after({SIGINT}, SIGINT) == -SIGINT);
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

    for (const int signal : {SIGTERM, SIGHUP, SIGPIPE}) {
        heard = 0;
        const auto other = std::signal(signal, [](int) { heard = 1; });
        { const Interrupt interrupt; }
        ::raise(signal);
        CHECK(heard == 1);
        std::signal(signal, other);
    }
}

TEST_CASE("within another's life, one knows what was asked of the other, and ends without it") {
    const auto before = std::signal(SIGUSR1, SIG_DFL);
    {
        const Interrupt outer;
        ::raise(SIGUSR1);
        {
            const Interrupt inner;
            CHECK(inner.asked());
            CHECK(inner.signal() == SIGUSR1);
        }
        CHECK(outer.asked());
        ::raise(SIGUSR1);  // the outer one's still
    }
    CHECK_FALSE(Interrupt().asked());
    std::signal(SIGUSR1, before);
}
