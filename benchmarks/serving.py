"""The side of a contestant that listens, as benchmarks/race/serve.hpp: "run N", "memory", "quit"."""
import json
import os
import resource
import sys
import time

UNMEASURED = 2  # steps before each turn's: the other contestant has just had the caches


def answers():
    """Where answers go. What libraries print from now on goes to standard error, not between them."""
    stream = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return stream


def peak_mb():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def serve(stream, version, step, wait=None, memory=None, choose=None):
    """With `wait`, of a device that runs ahead of its caller, a tenth of the steps is timed at once, between waits, and
    each stands for its share. `memory` adds to what "memory" is answered with; `choose` gives the steps of a word."""
    def answer(value):
        print(json.dumps(value), file=stream, flush=True)

    ahead, wait = wait is not None, wait or (lambda: None)
    for _ in range(3):
        step()
    wait()
    answer({"ready": version})
    for line in sys.stdin:
        words = line.split()
        if words[0] == "quit":
            break
        if words[0] == "memory":
            answer({"peak_mb": round(peak_mb(), 1), **(memory() if memory else {})})
            continue
        if words[0] == "choose":
            step = choose(words[1])
            answer(True)
            continue
        steps, times = int(words[1]), []
        together = max(1, steps // 10) if ahead else 1
        for _ in range(UNMEASURED):
            step()
        wait()
        for _ in range(0, steps, together):
            start = time.perf_counter()
            for _ in range(together):
                step()
            wait()
            times.append((time.perf_counter() - start) * 1e3 / together)
        answer(times)
