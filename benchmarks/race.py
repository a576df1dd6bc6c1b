"""Races the library against PyTorch 2 and ONNX Runtime, and measures its kernels, layers, memory and compile time.

Called by benchmarks/run.sh, which builds what it needs. Needs nothing but Python's standard library; the others run
in the virtual environment of benchmarks/setup_peers.sh. Writes race.json, race.md and charts into the folder of --out.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import race_report
from contestant import AVX2_LIMITS, Contestant, Gone, find_peers, heat, write_json
from machine import describe

here = pathlib.Path(__file__).resolve().parent
root = here.parent
TRAINING = {"dcgan": ["eager", "channels_last", "compile", "compile+channels_last", "bf16", "bf16+channels_last"],
            "vae": ["eager", "compile", "bf16"],
            "flow": ["eager", "channels_last", "compile", "compile+channels_last"],
            "dcgan64": ["eager", "channels_last", "compile", "compile+channels_last"]}
INFERENCE = {"generator": ["eager", "channels_last", "compile", "onnx"], "decoder": ["eager", "compile", "onnx"]}


class Race:
    def __init__(self, options):
        self.options = options
        self.programs = pathlib.Path(options.programs)
        self.cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        self.peers = find_peers()
        self.results = {"machine": describe(root), "quick": options.quick, "seed": options.seed, "isa": options.isa,
                        "peers": [], "heats": [], "left_out": {}}
        if not self.peers:
            self.leave_out("PyTorch", "no virtual environment: benchmarks/setup_peers.sh makes one")

    def leave_out(self, name, reason):
        if name not in self.results["left_out"]:
            print(f"Without {name}: {reason}", flush=True)
        self.results["left_out"][name] = reason

    def contestant(self, task, variant, batch, threads):
        arguments = [str(batch), str(threads), str(self.options.seed)]
        if variant == "genotype":
            return Contestant(variant, [self.programs / "race", task, *arguments], threads)
        limits = AVX2_LIMITS if self.options.isa == "avx2" else {}
        if variant == "onnx":  # its threads are no OpenMP threads: they would inherit the one core of the first
            command = [self.peers, "-B", here / "onnx_contestant.py", task, *arguments]
            return Contestant(variant, command, threads, {**limits, "OMP_PROC_BIND": "false"})
        command = [self.peers, "-B", here / "torch_contestant.py", task, variant, *arguments]
        return Contestant(variant, command, threads, limits)

    def heat(self, task, batch, threads, variants, rounds=None, seconds=None):
        """One heat: ours and, where there is PyTorch, the variants."""
        quick = self.options.quick
        rounds, seconds = rounds or (5 if quick else 9), seconds or (0.25 if quick else 0.5)
        contestants = []
        started = time.perf_counter()
        for variant in ["genotype"] + (variants if self.peers else []):
            try:
                contestants.append(self.contestant(task, variant, batch, threads))
            except Gone as reason:
                self.leave_out(f"{variant} of {task}, batch {batch}, {threads} threads", str(reason))
        try:
            results, lost = heat(contestants, rounds, seconds)
        finally:
            for contestant in contestants:
                contestant.stop()
        for variant, reason in lost.items():
            self.leave_out(f"{variant} of {task}, batch {batch}, {threads} threads", reason)
        for contestant in contestants:
            if contestant.name != "genotype" and contestant.version not in self.results["peers"]:
                self.results["peers"].append(contestant.version)
        entry = {"task": task, "batch": batch, "threads": threads, "variants": results}
        self.results["heats"].append(entry)
        print(f"{race_report.heat_line(entry)}   [{time.perf_counter() - started:.0f} s]", flush=True)
        self.write()

    def training(self):
        quick, most = self.options.quick, min(2, self.cores)
        for task, variants in TRAINING.items():
            if self.options.heats not in (None, task):
                continue
            if quick:
                variants = [v for v in variants if "compile" not in v and v != "bf16" or task == "vae" and v == "bf16"]
            for threads in [most] if quick else sorted({1, most}):
                for batch in [64] if task == "dcgan64" else [64, 1] if quick else [64, 1, 16, 256]:
                    self.heat(task, batch, threads, variants)

    def inference(self):
        threads = min(2, self.cores)
        for task, variants in INFERENCE.items():
            if self.options.quick:
                variants = ["eager", "onnx"]
            for batch in (1, 64):
                self.heat(task, batch, threads, variants, seconds=0.4 if self.options.quick else 1)

    def growth(self):
        """Against batch, width and threads, beside what the heats above have measured already."""
        quick, most = self.options.quick, min(2, self.cores)
        peers = {"dcgan": [] if quick else ["channels_last"], "vae": [] if quick else ["eager"]}
        short = {"rounds": 3, "seconds": 0.1} if quick else {"rounds": 5, "seconds": 0.5}
        done = {(h["task"], h["batch"], h["threads"]) for h in self.results["heats"]}
        for task, variants in peers.items():
            wanted = [(task, batch, most) for batch in (1, 4, 16, 64, 256) + (() if quick else (1024,))]
            wanted += [(task + width, 64, most) for width in ("_half", "_double")]
            threads = 1
            while threads <= self.cores:
                wanted.append((task, 64, threads))
                threads *= 2
            for one in dict.fromkeys(wanted):
                if one not in done:
                    self.heat(*one, variants, **short)

    def kernels(self):
        threads = min(2, self.cores)
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "kernels.json"
            command = [self.programs / "kernels", f"--benchmark_out={out}", "--benchmark_out_format=json",
                       f"--benchmark_min_time={0.05 if self.options.quick else 0.5}"]
            environment = {"OMP_PROC_BIND": "true", **os.environ, "OMP_NUM_THREADS": str(threads)}
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
            measured = json.loads(out.read_text())["benchmarks"]
        rows = [b for b in measured if "percent_of_peak" in b and b.get("run_type") != "aggregate"]
        self.results["kernels"] = [
            {"name": b["name"].removesuffix("/real_time"), "threads": threads, "best_ms": b["best_ms"],
             "gflops": b["GFLOP/s"], "percent_of_peak": b["percent_of_peak"]} for b in rows]
        self.results["handover_ns"] = next((b["handover_ns"] for b in measured if "handover_ns" in b), 0)
        if rows:
            self.results["peak_gflops"] = max(100 * b["GFLOP/s"] / b["percent_of_peak"] for b in rows)
        self.write()

    def profile(self):
        threads = min(2, self.cores)
        self.results["profile"] = {}
        for task, steps in (("dcgan", 20 if self.options.quick else 100), ("vae", 500 if self.options.quick else 3000),
                            ("flow", 8 if self.options.quick else 40)):
            contestant = self.contestant(f"profile_{task}", "genotype", 64, threads)
            try:
                self.results["profile"][task] = contestant.run(steps)
            finally:
                contestant.stop()
        self.write()

    def compile_cost(self):
        budget = subprocess.run(["bash", root / "tests/structure/compile_budget.sh"], capture_output=True, text=True)
        rows = {}
        for line in budget.stdout.splitlines()[2:]:
            found = re.match(r"(.+?)\s{2,}(\S+)\s+(\S+)\s+(\S+)\s+(\S+)$", line)
            if found:
                rows[found[1]] = [found[2], found[4]]
        compiler = os.environ.get("CXX", "g++")
        probe = subprocess.run([compiler, "-E", "-x", "c++", "-", "-o", os.devnull], input=b"#include <dlib/dnn.h>\n",
                               stderr=subprocess.DEVNULL)
        if probe.returncode:
            self.leave_out("dlib", "its headers are not installed (Debian: libdlib-dev)")
        else:
            with tempfile.TemporaryDirectory() as folder:
                source = here / "peers" / "dlib_dcgan.cpp"
                process = subprocess.Popen([compiler, "-std=c++17", "-O2", "-c", source, "-o", f"{folder}/dlib.o"])
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                self.leave_out("dlib", "its DCGAN did not compile")
            else:
                rows["the same DCGAN in dlib"] = [f"{usage.ru_utime + usage.ru_stime:.1f}",
                                                  f"{usage.ru_maxrss / 1024:.0f}"]
        self.results["compile"] = rows
        self.write()

    def write(self):
        folder = pathlib.Path(self.options.out)
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "race.json", self.results)


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/run.sh", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="under five minutes: fewer variants, batches and rounds")
    parser.add_argument("--profile", action="store_true", help="only where the time of one step goes")
    parser.add_argument("--parts", default="training,inference,kernels,profile,growth,compile_cost",
                        help="which parts, by name and with commas between (default: all)")
    parser.add_argument("--heats", metavar="NAME", choices=[*TRAINING],
                        help="of the part training only this task's: " + ", ".join(TRAINING))
    parser.add_argument("--avx2", dest="isa", action="store_const", const="avx2", default="native",
                        help="build for AVX2 and hold the others to it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compare", metavar="OLD.json", help="then print what became slower by more than the noise")
    parser.add_argument("--with", dest="new", metavar="NEW.json", help="with --compare: measure nothing, read this")
    parser.add_argument("--programs", default=".", help=argparse.SUPPRESS)
    parser.add_argument("--out", default="out/benchmarks", help="folder of the results (default: out/benchmarks)")
    options = parser.parse_args()
    old = json.loads(pathlib.Path(options.compare).read_text()) if options.compare else None
    if options.new:
        if not old:
            parser.error("--with needs --compare")
        print(race_report.compare(old, json.loads(pathlib.Path(options.new).read_text())))
        return
    started = time.perf_counter()
    race = Race(options)
    for part in ["profile"] if options.profile else options.parts.split(","):
        if part not in ("training", "inference", "kernels", "profile", "growth", "compile_cost"):
            parser.error(f"no part {part}")
        print(f"-- {part.replace('_', ' ')} ({time.perf_counter() - started:.0f} s so far)", flush=True)
        getattr(race, part)()
    race.results["seconds"] = round(time.perf_counter() - started)
    race.write()
    folder = pathlib.Path(options.out)
    text = race_report.markdown(race.results)
    (folder / "race.md").write_text(text)
    race_report.charts(race.results, folder, race.programs / "chart")
    print(text)
    print("Written:", *sorted(str(file) for file in folder.iterdir()), sep="\n  ")
    if old:
        print(race_report.compare(old, race.results))


if __name__ == "__main__":
    sys.exit(main())
