"""Races the library on an NVIDIA GPU against PyTorch: training steps, tokens of a text, convolutions; and their share
of what the GPU gives at most.

Called by `benchmarks/run.sh gpu`, which builds what it needs. PyTorch runs in the virtual environment of
benchmarks/setup_peers.sh; without it our half is measured. Writes gpu.json and gpu.md into the folder of --out, after
each heat. Ends with 1 where one of our contestants fell out, and with 3 where the time that --seconds gives was short.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

import race_report
from contestant import Contestant, Gone, find_peers, heat, write_json
from machine import describe, first_line

here = pathlib.Path(__file__).resolve().parent
root = here.parent

# The forms of PyTorch, in one precision and in lower ones. torch.compile's max-autotune and reduce-overhead make CUDA
# graphs of forward and backward; graph is one of the whole step.
FLOAT32 = ["eager", "graph", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs+graph"]
TF32 = ["graph+tf32", "max-autotune+tf32", "max-autotune-no-cudagraphs+graph+tf32"]
BF16 = ["max-autotune-no-cudagraphs+graph+bf16"]
IMAGES = ["channels_last+graph", "channels_last+graph+tf32"]
# All contestants of a heat are in the GPU's memory at the same time.
LARGE = ["eager", "graph", "max-autotune-no-cudagraphs+graph", "max-autotune-no-cudagraphs+graph+tf32"]
SLOW = "max-autotune"  # to compile: left out of a quick run

# As "KIND,IN,OUT,KERNEL,STRIDE,PADDING,SIDE of the input". Both networks of the DCGAN of 32 x 32 images.
DISCRIMINATOR = ["conv,3,64,4,2,1,32", "conv,64,128,4,2,1,16", "conv,128,256,4,2,1,8", "conv,256,1,4,1,0,4"]
GENERATOR = ["convt,100,256,4,1,0,1", "convt,256,128,4,2,1,4", "convt,128,64,4,2,1,8", "convt,64,3,4,2,1,16"]
DIRECTIONS = ["forward", "input", "weight"]
CALLS = 20  # of a convolution in one step, on both sides

PARAMETERS = 124_439_808  # of GPT-2 small
MATMUL, COPIED = 2 * 4096**3, 2 * 4 * 2**28  # FLOPs; bytes, read and written


def flops_of(layer, batch):
    """Of one direction of a convolution, as they are counted without what borders save."""
    kind, inputs, outputs, kernel, stride, padding, side = layer.split(",")
    inputs, outputs, kernel, stride, padding, side = map(int, (inputs, outputs, kernel, stride, padding, side))
    small = side if kind == "convt" else (side + 2 * padding - kernel) // stride + 1
    return 2 * batch * inputs * outputs * kernel**2 * small**2


def dcgan_flops(batch):
    """Of a step: the discriminator on real and on generated images, with its weights' gradients; the generator; and
    the way of the generator's gradient through both. The gradient of a network's own input is needed only there."""
    d, g = ([flops_of(layer, batch) for layer in layers] for layers in (DISCRIMINATOR, GENERATOR))
    return 2 * (3 * sum(d) - d[0]) + 2 * sum(d) + 3 * sum(g) - g[0]


def vae_flops(batch):
    products = [784 * 256, 256 * 256, 256 * 40, 20 * 256, 256 * 256, 256 * 784]
    return 2 * batch * (3 * sum(products) - products[0])


def gpt_flops(batch, vocabulary, context, width, layers):
    """Products with weights three times, the causal half of attention's two products as often."""
    weights = layers * 12 * width**2 + vocabulary * width
    return 3 * 2 * batch * context * (weights + layers * width * context)


# Name, task, batch, the program, PyTorch's forms, what is counted (FLOPs or bytes) of a step.
HEATS = [
    ("product of 4096 x 4096", "matmul", 1, "kernels", ["eager", "eager+tf32"], ("flops", MATMUL)),
    ("copy of 1 GiB", "copy", 1, "kernels", ["eager"], ("bytes", COPIED)),
    ("DCGAN step", "dcgan", 64, "images", FLOAT32 + IMAGES + TF32 + BF16, ("flops", dcgan_flops(64))),
    ("VAE step", "vae", 64, "images", FLOAT32 + TF32, ("flops", vae_flops(64))),
    ("GPT-2 step, 4 layers of 128", "gpt2_nano", 12, "text", FLOAT32 + TF32, ("flops", gpt_flops(12, 65, 64, 128, 4))),
    ("GPT-2 small step", "gpt2_small", 1, "text", FLOAT32 + TF32, ("flops", gpt_flops(1, 50257, 1024, 768, 12))),
    ("GPT-2 small step", "gpt2_small", 4, "text", LARGE, ("flops", gpt_flops(4, 50257, 1024, 768, 12))),
    ("GPT-2 small, a token", "decode", 1, "text", FLOAT32, ("bytes", 4 * (PARAMETERS - 1024 * 768))),
]
CONVOLUTIONS = ["graph", "graph+channels_last", "graph+tf32", "graph+tf32+channels_last"]


OURS_TF32 = "genotype+tf32"
NO_TIME = "no time left"


def is_float32(variant):
    return not {"tf32", "bf16"} & set(variant.split("+"))


class Race:
    def __init__(self, options):
        self.options = options
        self.out = pathlib.Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.programs = pathlib.Path(options.programs)
        self.python = None if options.alone else options.python or find_peers()
        self.deadline = time.monotonic() + options.seconds if options.seconds is not None else None
        self.device = "cpu" if options.rehearse else "cuda"
        stand_in = (self.programs / "libcuda_stand_in.so").resolve()
        self.environment = {"LD_PRELOAD": str(stand_in)} if options.rehearse else {}
        gpu = "none: a rehearsal" if options.rehearse else first_line(self.programs / "gpu_kernels", "gpu")
        fields = "--query-gpu=driver_version,clocks.max.sm,power.limit"
        driver = first_line("nvidia-smi", fields, "--format=csv,noheader", "--id=0")
        self.results = {"machine": describe(root), "gpu": gpu, "driver": driver, "rehearsal": options.rehearse,
                        "quick": options.quick, "peers": [], "heats": [], "left_out": {}}
        self.failed = self.short_of_time = False
        if not self.python:
            self.leave_out("PyTorch", "measured alone" if options.alone else
                           "no virtual environment: benchmarks/setup_peers.sh makes one")

    def left(self):
        """Seconds."""
        return self.deadline - time.monotonic() if self.deadline is not None else float("inf")

    def lose(self, variant, name, batch, reason):
        """A contestant that fell out, by itself or because the time is up."""
        if self.left() <= 1:
            self.short_of_time, reason = True, NO_TIME
        elif variant.startswith("genotype"):
            self.failed = True
        self.leave_out(f"{variant}, {name}, batch {batch}", reason)

    def begin(self, name, batch):
        """Whether there is time for another heat."""
        if self.left() > 5:
            return True
        self.short_of_time = True
        self.leave_out(f"{name}, batch {batch}", NO_TIME)
        return False

    def write(self):
        write_json(self.out / "gpu.json", self.results)
        (self.out / "gpu.md").write_text(markdown(self.results))

    def tell(self, name, batch, figures, seconds):
        """A line of JSON for the file of --lines."""
        if not self.options.lines:
            return
        ours = any(variant.startswith("genotype") for variant in figures)
        state = "passed" if ours else "cut" if self.short_of_time else "failed"
        line = {"part": "race", "step": f"{name}, batch {batch}", "state": state, "seconds": round(seconds, 3),
                "ms": {v: round(f["ms"], 5) for v, f in figures.items()},
                "fastest_ms": {v: round(f["min"], 5) for v, f in figures.items()}}
        with open(self.options.lines, "a") as lines:
            lines.write(json.dumps(line) + "\n")

    def leave_out(self, name, reason):
        print(f"Without {name}: {reason}", flush=True)
        self.results["left_out"][name] = reason

    def variants(self, task, variants):
        if not self.python:
            return []
        if self.options.rehearse:  # one form of each, and once what compiles
            return variants[:1] + (["reduce-overhead"] if task == "vae" else [])
        return [v for v in variants if SLOW not in v] if self.options.quick else variants

    def contestants(self, name, task, batch, program, variants):
        """Ours, the same by tensor cores and with batches from the host where there are such tasks, and PyTorch's forms;
        one at a time gets ready, because some try out what is fastest then."""
        seed, threads = str(self.options.seed), os.cpu_count()
        ours = {"genotype": task}
        if task not in ("decode", "copy"):
            ours[OURS_TF32] = f"{task}_tf32"
        if task in ("dcgan", "vae"):
            ours["genotype, from the host"] = f"{task}_host"
        made = []
        for variant in [*ours, *variants]:
            if self.left() <= 1:
                self.lose(variant, name, batch, NO_TIME)
                continue
            if variant in ours:
                command = [self.programs / f"gpu_{program}", ours[variant], str(batch), seed]
                environment = self.environment
            else:
                command = [self.python, "-B", here / "gpu_contestant.py", task, variant, str(batch), seed, self.device]
                environment = {}
            try:
                environment = {"OMP_PROC_BIND": "false", **environment}
                made.append(Contestant(variant, command, threads, environment,
                                        patience=min(900, self.left())))
            except Gone as reason:
                self.lose(variant, name, batch, str(reason))
        return made

    def measure(self, name, batch, contestants, counted, calls=1):
        begun = time.perf_counter()
        rounds, seconds = (3, 0.05) if self.options.rehearse else (5, 0.25) if self.options.quick else (9, 0.5)
        figures, lost = heat(contestants, rounds, seconds)
        for variant, reason in lost.items():
            self.lose(variant, name, batch, reason)
        for f in figures.values():
            for key in ("ms", "low", "high", "min", "p50", "p99"):
                f[key] /= calls
            f["rounds"] = [ms / calls for ms in f["rounds"]]
        peers = [c.version for c in contestants if c.version not in ["genotype", *self.results["peers"]]]
        self.results["peers"] += dict.fromkeys(peers)
        self.results["heats"].append({"name": name, "batch": batch, "counted": counted, "variants": figures})
        said = [f"{variant} {race_report.ms(f['ms'])} ms " for variant, f in figures.items()]
        print(f"{name}, batch {batch}:", *said, flush=True)
        self.write()
        self.tell(name, batch, figures, time.perf_counter() - begun)

    def heat(self, name, task, batch, program, variants, counted):
        if not self.begin(name, batch):
            return
        contestants = self.contestants(name, task, batch, program, self.variants(task, variants))
        try:
            self.measure(name, batch, contestants, counted)
        finally:
            for contestant in contestants:
                contestant.stop()

    def convolutions(self, batch):
        if not self.begin("convolutions", batch):
            return
        layers = [(layer, f"discriminator {i}") for i, layer in enumerate(DISCRIMINATOR, 1)] + [
            (layer, f"generator {i}") for i, layer in enumerate(GENERATOR, 1)]
        variants = self.variants("convolution", CONVOLUTIONS)
        contestants = self.contestants("convolutions", "convolution", batch, "kernels", variants)
        running = list(contestants)
        try:
            for layer, title in layers[::5] if self.options.rehearse else layers:
                for direction in DIRECTIONS:
                    if not self.begin(f"convolution, {title}, {direction}", batch):
                        return
                    for contestant in list(running):
                        try:
                            contestant.ask(f"choose {layer},{direction}")
                        except Gone as reason:
                            running.remove(contestant)
                            self.lose(contestant.name, f"convolution, {title}, {direction}", batch, str(reason))
                    counted = ("flops", flops_of(layer, batch))
                    self.measure(f"convolution, {title}, {direction}", batch, running, counted, CALLS)
        finally:
            for contestant in contestants:
                contestant.stop()


def fastest(variants, wanted):
    """Of PyTorch's forms: (name, figures), or None."""
    others = [(name, f) for name, f in variants.items() if not name.startswith("genotype") and wanted(name)]
    return min(others, key=lambda other: other[1]["ms"], default=None)


def limits(results):
    """What the GPU gave at most: FLOPs a second in float32 and in TF32, bytes a second; whoever measured them."""
    most = {}
    for h in results["heats"]:
        if h["name"].startswith(("product", "copy")):
            for variant, f in h["variants"].items():
                kind = h["counted"][0] if is_float32(variant) else "tf32"
                most[kind] = max(most.get(kind, 0), h["counted"][1] / f["min"] * 1e3)
    return most


def share(counted, f, most):
    """How much of float32's peak, or of the copy's bandwidth."""
    kind, amount = counted
    return f"{amount / f['ms'] * 1e3 / most[kind]:.0%}" if kind in most else ""


def rows(results, heats):
    most = limits(results)
    for h in heats:
        variants = h["variants"]
        ours = variants.get("genotype")
        plain, lower = fastest(variants, is_float32), fastest(variants, lambda v: not is_float32(v))
        cells = [h["name"], h["batch"]]
        for mine, other in ((ours, plain), (variants.get(OURS_TF32), lower)):
            cells += [race_report.spread(mine) if mine else "",
                      race_report.ratio_text(other[1], mine) if other and mine else "",
                      f"{other[0]} {race_report.ms(other[1]['ms'])}" if other else ""]
        cells += [share(h["counted"], f, most) if f else "" for f in (ours, plain and plain[1])]
        yield cells


HEAD = ["what", "batch", "ours, ms (spread of the rounds)", "times faster than the best float32", "which is, ms",
        "ours in TF32, ms", "times faster than the best TF32 or bf16", "which is, ms",
        "share of the peak or bandwidth, float32: ours", "the best"]


def markdown(results):
    text = "# The race on a GPU\n\n"
    if results["rehearsal"]:
        text += ("**A rehearsal without a GPU: PyTorch ran on the processor, and ours ran no kernel at all. The times "
                 "mean nothing.**\n\n")
    text += f"GPU: {results['gpu']}. {results['driver']}\n\n" + race_report.machine_line(results["machine"])
    text += f" Against {' and '.join(results['peers']) or 'nobody'}.\n\n"
    for kind, what in (("flops", "float32 products: {:.1f} TFLOP/s"), ("tf32", "TF32 products: {:.1f} TFLOP/s"),
                       ("bytes", "copying memory: {:.2f} TB/s")):
        if kind in limits(results):
            text += f"- The most that was measured of {what.format(limits(results)[kind] / 1e12)}.\n"
    text += ("- PyTorch's batches and losses stay on the GPU, and so do our batches where nothing else is said.\n"
             "- A step is timed with others between two waits for the GPU.\n")
    for name, reason in results["left_out"].items():
        text += f"- Without {name}: {reason}\n"
    layers = [h for h in results["heats"] if h["name"].startswith("convolution")]
    whole = [h for h in results["heats"] if h not in layers]
    for title, heats in (("Steps", whole), ("The DCGAN's convolutions, against cuDNN", layers)):
        if heats:
            text += f"\n## {title}\n\n" + race_report.table(HEAD, list(rows(results, heats)))
    every = []
    for h in results["heats"]:
        for variant, f in h["variants"].items():
            ours = h["variants"].get("genotype")
            ratio = race_report.ratio_text(f, ours) if ours and variant != "genotype" else ""
            every.append([h["name"], h["batch"], variant, race_report.spread(f), ratio,
                          f"{f['memory'].get('gpu_mb', 0):.0f}", f["seconds_to_get_ready"]])
    return text + "\n## All contestants\n\n" + race_report.table(
        ["what", "batch", "contestant", "ms (spread of the rounds)", "ours is faster, times", "GPU MB",
         "s to get ready"], every)


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/run.sh gpu", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="without max-autotune, which compiles for minutes")
    parser.add_argument("--rehearse", action="store_true",
                        help="without a GPU: few steps, PyTorch on the processor, ours without a kernel")
    parser.add_argument("--heats", default="", help="only those whose names have this in them")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, help="ends within so many; what others' shares refer to comes last")
    parser.add_argument("--python", help="the Python that has PyTorch (default: that of benchmarks/setup_peers.sh)")
    parser.add_argument("--alone", action="store_true", help="without PyTorch")
    parser.add_argument("--lines", help="file that gets a line of JSON for each heat, as it ends")
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--out", default="out/benchmarks", help="folder of the results (default: out/benchmarks)")
    options = parser.parse_args()
    started = time.perf_counter()
    race = Race(options)
    # What is short of time begins with the steps.
    heats = HEATS if options.seconds is None else sorted(HEATS, key=lambda one: one[1] in ("matmul", "copy"))
    for one in heats:
        if options.heats in one[0] or one[1] in ("matmul", "copy"):  # the others' shares refer to those
            race.heat(*one)
    if "convolution".startswith(options.heats) or options.heats.startswith("convolution"):
        race.convolutions(64)
    race.results["seconds"] = round(time.perf_counter() - started)
    race.write()
    print(markdown(race.results))
    return 1 if race.failed else 3 if race.short_of_time else 0


if __name__ == "__main__":
    sys.exit(main())
