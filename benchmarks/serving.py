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


def serve(stream, version, step):
    def answer(value):
        print(json.dumps(value), file=stream, flush=True)

    for _ in range(3):
        step()
    answer({"ready": version})
    for line in sys.stdin:
        words = line.split()
        if words[0] == "quit":
            break
        if words[0] == "memory":
            answer({"peak_mb": round(peak_mb(), 1)})
            continue
        times = []
        for i in range(int(words[1]) + UNMEASURED):
            start = time.perf_counter()
            step()
            if i >= UNMEASURED:
                times.append((time.perf_counter() - start) * 1e3)
        answer(times)
