"""One contestant of the race: a process that gets ready once and then runs steps whenever it is asked."""
import json
import os
import pathlib
import selectors
import statistics
import subprocess
import tempfile
import time


# What holds the others to AVX2 as well.
AVX2_LIMITS = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}


def find_peers():
    """The Python of the others' virtual environment, or None."""
    beside = pathlib.Path(__file__).resolve().parent.parent / "build-bench" / "peers"
    for folder in (os.environ.get("GENOTYPE_PEERS"), beside):
        python = pathlib.Path(folder) / "bin" / "python" if folder else None
        if python and os.access(python, os.X_OK):
            return python
    return None


def write_json(path, results):
    """Replaces the file whole."""
    path.with_suffix(".tmp").write_text(json.dumps(results, indent=1))
    path.with_suffix(".tmp").replace(path)


class Gone(Exception):
    """A contestant that did not get ready, or stopped answering; the text says why."""


class Contestant:
    """`command` answers lines as benchmarks/race/serve.hpp does."""

    def __init__(self, name, command, threads, environment=None, patience=420):
        self.name = name
        self.errors = tempfile.TemporaryFile()
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), **(environment or {}))
        environment.setdefault("OMP_PROC_BIND", "true")  # a core for each thread
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=self.errors, env=environment)
        except OSError as error:
            raise Gone(str(error)) from error
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        start = time.perf_counter()
        self.version = self._answer(patience)["ready"]
        self.seconds_to_get_ready = time.perf_counter() - start

    def _answer(self, patience):
        if not self.selector.select(patience):
            self.process.kill()
            self.stop()
            raise Gone(f"no answer in {patience} s")
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            self.errors.seek(0)
            lines = self.errors.read().decode(errors="replace").strip().splitlines()
            raise Gone(lines[-1] if lines else "ended without a word")
        return json.loads(line)

    def ask(self, question, patience=300):
        """One line there, one JSON value back."""
        try:
            self.process.stdin.write((question + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        return self._answer(patience)

    def run(self, steps):
        """Milliseconds of each step."""
        return self.ask(f"run {steps}")

    def stop(self):
        """Lets it end by itself, so that it can end what it has started, such as PyTorch's compilers."""
        try:
            self.process.stdin.write(b"quit\n")
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def quantile(sorted_values, share):
    return sorted_values[min(int(share * len(sorted_values)), len(sorted_values) - 1)]


def figures(rounds):
    """What is kept of one contestant's rounds, each a list of milliseconds. `low` and `high` are the extremes of the
    rounds' medians: the noise between turns."""
    medians = [statistics.median(times) for times in rounds]
    every = sorted(time for times in rounds for time in times)
    return {"ms": statistics.median(medians), "low": min(medians), "high": max(medians), "min": every[0],
            "p50": quantile(every, 0.5), "p99": quantile(every, 0.99), "steps": len(every), "rounds": medians}


def heat(contestants, rounds, seconds):
    """Lets the contestants take turns, in an order that moves on from round to round; each turn lasts about `seconds`.
    Returns the figures of each by name; contestants that fall silent are named in the second result."""
    steps, times, lost = {}, {c.name: [] for c in contestants}, {}
    running = list(contestants)
    for number in range(rounds):
        first = number % max(len(running), 1)
        order = running[first:] + running[:first]
        for contestant in order:
            try:
                if contestant.name not in steps:
                    once = min(contestant.run(2))
                    steps[contestant.name] = max(3, min(5000, int(seconds * 1e3 / max(once, 1e-4))))
                times[contestant.name].append(contestant.run(steps[contestant.name]))
            except Gone as reason:
                lost[contestant.name] = str(reason)
                running.remove(contestant)
    results = {}
    for contestant in running:
        try:
            memory = contestant.ask("memory")
        except Gone as reason:
            lost[contestant.name] = str(reason)
            continue
        results[contestant.name] = {**figures(times[contestant.name]), "memory": memory,
                                    "seconds_to_get_ready": round(contestant.seconds_to_get_ready, 1)}
    return results, lost
