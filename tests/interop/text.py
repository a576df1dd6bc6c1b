"""transformers' half of text.sh: what it says of a language model, and the comparison with what our programs say.

usage: text.py reference MODEL FOLDER              writes reference.json and logits.f32 into FOLDER
       text.py words FOLDER MODEL PROGRAM          compares ids and texts of the example `text`
       text.py logits FOLDER MODEL PROGRAM WAY     compares logits of interop_text
MODEL is a folder of Hugging Face's or a GGUF file. The ids come from generate() in float32. The logits are those of one
pass over prompt and answer in float64, so that they are exact to the last digits of a float32. Where the two largest
are within TOLERANCE of each other, either may be the next token: there an answer may differ, and is compared no further.
"""
import array
import json
import pathlib
import subprocess
import sys

from text_prompts import PROMPTS

NEW_TOKENS = 100
TOLERANCE = 1e-4  # of logits: a share of the largest


def load(model):
    import torch
    from tokenizers import pre_tokenizers
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    path = pathlib.Path(model)
    where = {"gguf_file": path.name} if path.suffix == ".gguf" else {}
    folder = path.parent if where else path
    tokenizer = AutoTokenizer.from_pretrained(folder, **where)
    if where and rule(path) == "smollm":  # transformers takes GPT-2's rule for every such file
        digits = pre_tokenizers.Digits(individual_digits=True)
        bytes_of_words = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, bytes_of_words])
    return tokenizer, AutoModelForCausalLM.from_pretrained(folder, **where, dtype=torch.float32).eval()


def rule(path):
    """How the words of a GGUF file's tokenizer are cut, by name."""
    import gguf

    return gguf.GGUFReader(path).get_field("tokenizer.ggml.pre").contents()


def reference(model, folder):
    import torch
    import transformers

    tokenizer, network = load(model)
    ends = network.generation_config.eos_token_id
    answers = []
    with torch.inference_mode():
        for name, prompt in PROMPTS.items():
            ids = tokenizer(prompt, return_tensors="pt").input_ids
            all_ids = network.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=NEW_TOKENS,
                                       do_sample=False)[0]
            new = all_ids[ids.shape[1]:].tolist()
            answers.append({"name": name, "prompt": prompt, "prompt_ids": ids[0].tolist(), "new_ids": new,
                            "text": tokenizer.decode(new, skip_special_tokens=True)})
            print(f"{name}: {ids.shape[1]} tokens and {len(new)} new ones", flush=True)
        network = network.double()
        rows = array.array("f")
        for answer in answers:
            before = len(answer["prompt_ids"])
            logits = network(torch.tensor([answer["prompt_ids"] + answer["new_ids"]])).logits[0]
            answer["ties"] = ties(answer, logits[before - 1 : -1])
            # Of the prompt's start, middle and end, and of the answer's last token.
            answer["positions"] = sorted({0, before // 2, before - 1, len(logits) - 1})
            for position in answer["positions"]:
                rows.extend(logits[position].tolist())
        vocabulary = logits.shape[1]
    if sys.byteorder == "big":
        rows.byteswap()
    (folder / "logits.f32").write_bytes(rows.tobytes())
    (folder / "reference.json").write_text(json.dumps(
        {"transformers": transformers.__version__, "vocabulary": vocabulary, "ends": ends, "tolerance": TOLERANCE,
         "answers": answers}, ensure_ascii=False, indent=1))


def ties(answer, logits):
    """The places of the answer where the two largest logits are near."""
    found = []
    for place, row in enumerate(logits):
        values, ids = row.topk(2)
        near = (values[0] - values[1]) <= TOLERANCE * row.abs().max()
        if near:
            found.append({"place": place, "ids": ids.tolist(), "logits": values.tolist()})
        elif ids[0] != answer["new_ids"][place]:
            sys.exit(f"{answer['name']}: float32 and float64 differ at {place} without a tie")
    return found


def compare_words(known, model, program):
    faults = apart = compared = 0
    for answer in known["answers"]:
        name = answer["name"]
        command = [program, "--model", model, "--prompt", answer["prompt"], "--max-new-tokens", str(NEW_TOKENS),
                   "--json"]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            print(f"FAULT {name}: {run.stderr.strip()}")
            faults += 1
            continue
        found = json.loads(run.stdout)
        if found["prompt_ids"] != answer["prompt_ids"]:
            print(f"FAULT {name}: prompt\n  wanted {answer['prompt_ids']}\n  found  {found['prompt_ids']}")
            faults += 1
            continue
        wanted, said = answer["new_ids"], found["new_ids"]
        either = {tie["place"]: tie["ids"] for tie in answer["ties"]}
        place = next((i for i, pair in enumerate(zip(wanted, said)) if pair[0] != pair[1]), None)
        if place is None and len(wanted) == len(said):
            compared += len(wanted)
            if found["text"] != answer["text"]:
                print(f"FAULT {name}: text\n  wanted {answer['text']!r}\n  found  {found['text']!r}")
                faults += 1
        elif place in either and said[place] in either[place]:
            compared += place
            apart += 1
            print(f"{name}: another of two equal tokens at {place}, and so another text from there on")
        else:
            place = min(len(wanted), len(said)) if place is None else place
            print(f"FAULT {name}: token {place}\n  wanted {wanted[place:place + 8]}\n  found  {said[place:place + 8]}")
            faults += 1
    print(f"{len(known['answers'])} prompts, {compared} equal tokens, {apart} apart at a tie, {faults} faults")
    return faults


def compare_logits(known, folder, model, program, way):
    """The program reads a line of JSON for each prompt, and writes rows of float32 to its output."""
    lines = "".join(json.dumps({"ids": answer["prompt_ids"] + answer["new_ids"], "positions": answer["positions"]}) +
                    "\n" for answer in known["answers"])
    run = subprocess.run([program, model, way], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    theirs, ours = array.array("f"), array.array("f")
    theirs.frombytes((folder / "logits.f32").read_bytes())
    ours.frombytes(run.stdout)
    if sys.byteorder == "big":
        theirs.byteswap()
    if len(theirs) != len(ours):
        print(f"FAULT: {len(ours)} logits, expected {len(theirs)}")
        return 1
    faults, worst, width, row = 0, 0.0, known["vocabulary"], 0
    for answer in known["answers"]:
        for position in answer["positions"]:
            wanted, found = (values[row * width : (row + 1) * width] for values in (theirs, ours))
            row += 1
            largest = max(map(abs, wanted))
            error = max(abs(a - b) for a, b in zip(wanted, found)) / largest
            if not error <= TOLERANCE or any(b != b for b in found):
                print(f"FAULT {answer['name']}: logits of position {position} differ by {error:.2g} of the largest")
                faults += 1
            worst = max(worst, error)
    print(f"{way}: {row} rows of {width} logits, the largest difference {worst:.2g} of the largest logit, {faults} faults")
    return faults


def main():
    what, first, second = sys.argv[1:4]
    if what == "reference":
        folder = pathlib.Path(second)
        folder.mkdir(parents=True, exist_ok=True)
        reference(first, folder)
        return 0
    folder = pathlib.Path(first)
    known = json.loads((folder / "reference.json").read_text())
    if what == "words":
        return compare_words(known, second, sys.argv[4]) > 0
    return compare_logits(known, folder, second, *sys.argv[4:]) > 0


sys.exit(main())
