"""Hugging Face's half of tokenizer_folders.sh: folders of all combinations of a tokenizer's files, read by transformers
and by us. The same ids, or an error of ours, or one of theirs.

usage: tokenizer_folders.py PROGRAM SCRATCH [COUNT] [-v] (COUNT: draws of several fields; -v: why folders are refused)
"""

import collections
import itertools
import json
import logging
import os
import pathlib
import random
import subprocess
import sys

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "critical"
import transformers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import AutoTokenizer, GPT2Tokenizer, PreTrainedTokenizerFast

logging.disable(logging.CRITICAL)
program, scratch = sys.argv[1], pathlib.Path(sys.argv[2])
count = next((int(each) for each in sys.argv[3:] if each.isdigit()), 1000)
draw = random.Random(17)

TEXTS = ["Hello world", " Hello", "<|user|>Hi<|bot|>", "a<|endoftext|>b", "<s> a </s>", "<pad>x<|pad|>[PAD]", "",
         "\n12 ab", "<|user|> <new>the<image>", "x<mask> y", "theabhe", "  two  spaces 2023", "e\u0301a\u0323\u0301 It's IT'S (a) 5 67\n\n"]

LETTERS = sorted(pre_tokenizers.ByteLevel.alphabet())
MERGES = [("h", "e"), ("l", "l"), ("he", "ll"), ("hell", "o"), ("Ġ", "w"), ("a", "b"), ("t", "he"), ("Ġ", "he")]
END = "<|endoftext|>"


def vocabulary(kind):
    tokens = LETTERS + ["".join(pair) for pair in MERGES]
    tokens += {"end": [END], "none": [], "two": [END, "<s>"], "gap": [END, "<s>", "zz"]}[kind]
    found = {token: id for id, token in enumerate(tokens)}
    if kind == "gap":
        del found["<s>"]
    return found


def token(content, typed=False, **changes):
    fields = {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
    return ({"__type": "AddedToken"} if typed else {}) | fields | changes


LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def tokenizer_json(vocab, **choices):
    tokenizer = Tokenizer(models.BPE(dict(vocab), MERGES))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=choices.get("prefix", False))
    tokenizer.pre_tokenizer, tokenizer.decoder = byte_level, decoders.ByteLevel()
    rules = choices.get("rules")
    if rules == "digits":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    if rules == "llama3":
        whole = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), whole])
    if rules == "qwen2":
        whole = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        split = pre_tokenizers.Split(Regex(LLAMA3.replace("{1,3}", "")), "isolated")
        tokenizer.pre_tokenizer, tokenizer.normalizer = pre_tokenizers.Sequence([split, whole]), normalizers.NFC()
    file = json.loads(tokenizer.to_str())
    size = len(vocab)
    for content, changes in choices.get("added", []):
        id = vocab.get(content, size)
        size += id == size
        file["added_tokens"].append(token(content, **{"special": True} | changes, id=id))
    if choices.get("wrong") and file["added_tokens"]:
        file["added_tokens"][-1]["id"] += 3
    if "padding" in choices:
        file["padding"] = {"strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": None,
                           "pad_id": 3, "pad_type_id": 0, "pad_token": choices["padding"]}
    if choices.get("truncation"):
        file["truncation"] = {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}
    if choices.get("template"):
        ids = {each["content"]: each["id"] for each in file["added_tokens"]} | vocab
        content = next(name for name in ("<s>", END, "a") if name in ids)
        special = {"SpecialToken": {"id": content, "type_id": 0}}
        file["post_processor"] = {
            "type": "TemplateProcessing", "single": [special, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [special, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {content: {"id": content, "ids": [ids[content]], "tokens": [content]}}}
    file["model"]["ignore_merges"] = choices.get("ignore_merges", False)
    return file


def decoder(vocab, *contents, first=0, **changes):
    """An added_tokens_decoder: ids of the vocabulary, or behind it."""
    found, next_id = {}, len(vocab) + first
    for content in contents:
        id = vocab.get(content, next_id)
        next_id += id == next_id
        found[str(id)] = token(content, **{"special": True} | changes)
    return found


NONE = object()
ADDED = [[], [], [(END, {})], [(END, {}), ("<s>", {}), ("</s>", {})], [("<|user|>", {"special": False})],
         [("<|user|>", {"special": False, "normalized": True}), ("<|bot|>", {})], [("the", {"special": False})]]


def settings(vocab):
    """The axes of the table: the fields of tokenizer_config.json, each with its values, the other files, and the model."""
    size = len(vocab)
    role = [NONE] * 5 + ["é x", "a:b", "$A", "Ġw", END, "<s>", "<new>", "the", None, token("<s>", True), token("<|user|>", True, special=True),
                         token(END, True, normalized=True), token("<s>")]
    return {
        "config": {
            "tokenizer_class": [NONE, "GPT2Tokenizer", "GPT2Tokenizer", "GPT2TokenizerFast", "PreTrainedTokenizerFast",
                                "PreTrainedTokenizerFast", "LlamaTokenizer", "LlamaTokenizerFast", "TokenizersBackend",
                                "Qwen2Tokenizer", "Qwen2Tokenizer", "Qwen2TokenizerFast", "OtherTokenizer"],
            "add_bos_token": [NONE, NONE, True, True, False, None],
            "add_eos_token": [NONE, NONE, NONE, True, False],
            "add_prefix_space": [NONE, NONE, NONE, True, True, False],
            "bos_token": role, "eos_token": role, "unk_token": role,
            "pad_token": role + ["<pad>", "<|pad|>"], "mask_token": [NONE] * 9 + ["<mask>", token("<mask>", True, lstrip=True)],
            "image_token": [NONE] * 9 + ["<image>", token("<image>", True), token("<image>"), None, 7],
            "cls_token": [NONE] * 9 + ["<image>", "<s>"], "video_token": [NONE] * 9 + ["<new>", "the"],
            "init_inputs": [NONE] * 30 + [[], ["x"]], "max_len": [NONE] * 9 + [5], "model_input_names": [NONE] * 9 + [["input_ids"]],
            "fast_tokenizer_files": [NONE] * 30 + [["tokenizer.json"], ["tokenizer.4.0.0.json", "tokenizer.json"]],
            "auto_map": [NONE] * 30 + [{"AutoTokenizer": ["a.B", None]}], "added_tokens": [NONE, [1]], "tokenizer_file": [NONE, "/x", None],
            "model_specific_special_tokens": [NONE] * 20 + [{"audio_token": "<bot>"}],
            "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output": [NONE] * 20 + [True],
            "additional_special_tokens": [NONE] * 5 + [[], ["<|user|>", "<|bot|>"], [token("<|user|>", True)], [token("<new>")]],
            "extra_special_tokens": [NONE] * 7 + [[], ["<|bot|>"], {"audio_token": "<new>"}, [token("<|bot|>", True, special=True)]],
            "added_tokens_decoder": [NONE] * 6 + [{}, decoder(vocab, END), decoder(vocab, END, "<|user|>", "<|bot|>"),
                                                  decoder(vocab, "<|user|>", special=False),
                                                  decoder(vocab, "<s>", "</s>", normalized=True),
                                                  decoder(vocab, "<|user|>", first=3), decoder(vocab, "the", special=False),
                                                  decoder(vocab, END, "<mask>", lstrip=True)],
            "model_max_length": [NONE, 3, 10**30], "clean_up_tokenization_spaces": [NONE, True, False],
            "errors": [NONE, "strict"], "legacy": [NONE, True], "padding_side": [NONE, "left"],
            "chat_template": [NONE, "{{ messages }}"], "split_special_tokens": [NONE] * 19 + [True, False],
            "add_special_tokens_": [NONE, True], "use_fast": [NONE, False], "name_or_path": [NONE, "x"],
        },
        "special_tokens_map.json": {
            "bos_token": role[:-1] + [token("<s>")], "eos_token": [NONE, END, token("</s>"), token("</s>", normalized=True)],
            "pad_token": [NONE, NONE, "<pad>", token("<|pad|>", single_word=True)],
            "additional_special_tokens": [NONE, NONE, ["<|user|>", "<|bot|>"], [token("<|user|>")], ["<|bot|>"]],
            "extra_special_tokens": [NONE] * 6 + [["<|bot|>"], [token("<new>")], {"audio_token": "<bot>"}],
            "unk_token": [NONE, NONE, END, None], "image_token": [NONE] * 9 + ["<image>", token("<image>")],
            "add_prefix_space": [NONE] * 30 + [True],
        },
        "added_tokens.json": [NONE, NONE, NONE, {"<|user|>": size, "<|bot|>": size + 1}, {"<|bot|>": size + 1, "<|user|>": size},
                              {"<|user|>": size + 9}, {END: vocab.get(END, size)}, {"the": vocab["the"]}, {"<|user|>": 5},
                              {"<|user|>": size + 1, "<|bot|>": size}],
        "model": [NONE, {"model_type": "gpt2"}, {"model_type": "gpt2"}, {"model_type": "llama"}, {"model_type": "qwen2"},
                  {"model_type": "gpt2", "tokenizer_class": "PreTrainedTokenizerFast"}],
        "tokenizer": {"prefix": [False] * 4 + [True], "rules": [None] * 4 + ["digits", "llama3", "qwen2", "qwen2"], "added": ADDED,
                      "wrong": [False] * 12 + [True], "padding": [NONE] * 3 + [END, "[PAD]", "<s>"],
                      "truncation": [False, False, True], "template": [False, False, True],
                      "ignore_merges": [False] * 8 + [True]},
    }


def drawn(axes, share):
    return {key: value for key, values in axes.items() if draw.random() < share and (value := draw.choice(values)) is not NONE}


def folders():
    """All single fields with each value, then draws of several."""
    for kind, is_json in itertools.product(("end", "none", "two", "gap"), (False, True)):
        vocab = vocabulary(kind)
        axes = settings(vocab)
        base = {"vocab": vocab, "json": {} if is_json else None, "model": {"model_type": "gpt2"}}
        for part in ("config", "special_tokens_map.json"):
            for key, values in axes[part].items():
                for value in values:
                    if value is not NONE:
                        yield base | {part: {key: value}}
                        if part == "config" and key != "tokenizer_class":
                            for name in ("GPT2Tokenizer", "PreTrainedTokenizerFast", "LlamaTokenizer", "Qwen2Tokenizer"):
                                yield base | {part: {key: value, "tokenizer_class": name}, "model": {"model_type": "llama"}}
        for part in ("added_tokens.json", "model"):
            for value in axes[part]:
                yield base | {part: value}
        if is_json:
            for key, values in axes["tokenizer"].items():
                for value, model in itertools.product(values, axes["model"]):
                    if value is not NONE:
                        yield base | {"json": {"added": ADDED[3], key: value}, "model": model}
    for _ in range(count):
        vocab = vocabulary(draw.choice(["end", "end", "end", "none", "two", "gap"]))
        axes = settings(vocab)
        share = draw.choice([0.15, 0.4, 0.8])
        yield {"vocab": vocab, "json": drawn(axes["tokenizer"], share) if draw.random() < 0.5 else None,
               "model": draw.choice(axes["model"]), "config": drawn(axes["config"], share) if draw.random() < 0.8 else NONE,
               "special_tokens_map.json": drawn(axes["special_tokens_map.json"], share) if draw.random() < 0.5 else NONE,
               "added_tokens.json": draw.choice(axes["added_tokens.json"])}


def write(folder, case):
    folder.mkdir()

    def put(name, content):
        if content is not NONE:
            (folder / name).write_text(json.dumps(content, ensure_ascii=False))

    if case["json"] is None:
        put("vocab.json", case["vocab"])
        (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in MERGES))
    else:
        put("tokenizer.json", tokenizer_json(case["vocab"], **case["json"]))
    put("config.json", case["model"])
    put("tokenizer_config.json", case.get("config", NONE))
    for name in ("special_tokens_map.json", "added_tokens.json"):
        put(name, case.get(name, NONE))


def theirs(folder, case):
    """What transformers makes of the folder. Where nothing says which class, that which can be made of the files."""
    named = case["model"] is not NONE or case.get("config", NONE) is not NONE and "tokenizer_class" in case["config"]
    kind = AutoTokenizer if named else PreTrainedTokenizerFast if case["json"] is not None else GPT2Tokenizer
    # Beside vocab.json and merges.txt a model's type does not matter to us, but for Qwen2's.
    config = case.get("config", NONE)
    if case["json"] is None and (config is NONE or "tokenizer_class" not in config) and kind is AutoTokenizer:
        if case["model"].get("tokenizer_class") is None and case["model"]["model_type"] != "qwen2":
            kind = GPT2Tokenizer
    try:
        tokenizer = kind.from_pretrained(folder)
        return [[ids := tokenizer(text)["input_ids"], tokenizer.decode(ids), tokenizer.decode(ids, skip_special_tokens=True)]
                for text in TEXTS], type(tokenizer).__name__
    except Exception as error:
        return f"{type(error).__name__}: {error}", kind.__name__


cases, wanted = list(folders()), []
for at, case in enumerate(cases):
    write(scratch / str(at), case)
    wanted.append(theirs(scratch / str(at), case))
(scratch / "texts").write_text(json.dumps(TEXTS))
given = "".join(f"{scratch / str(at)}\n" for at in range(len(cases)))
answer = subprocess.run([program, "folders", scratch / "texts"], input=given, capture_output=True, text=True, check=True)
found = [json.loads(row) for row in answer.stdout.split("\n")[:-1]]
assert len(found) == len(cases), len(found)

kinds, reasons, faults = collections.Counter(), collections.Counter(), 0
for at, ((right, name), ours) in enumerate(zip(wanted, found)):
    they_read, we_read = not isinstance(right, str), not isinstance(ours, str)
    # SmolLM2's tokenizer.json: transformers' GPT2Tokenizer cuts by GPT-2's rules whatever the file says; we by the file's.
    rules = (cases[at]["json"] or {}).get("rules")
    other_rules = we_read and (name == "GPT2Tokenizer" and rules or
                               name == "Qwen2Tokenizer" and cases[at]["json"] is not None and rules != "qwen2")
    if they_read and other_rules:
        kinds["cut by the file's rules, where the class has its own"] += 1
    elif they_read and we_read:
        kinds["read alike" if right == ours else "DIFFERENT"] += 1
        if right != ours:
            faults += 1
            if faults <= 10:
                case = {key: value for key, value in cases[at].items() if key != "vocab" and value is not NONE}
                print(f"FAULT {scratch / str(at)} ({name}): {case}")
                for text, row, our in zip(TEXTS, right, ours):
                    if row != our:
                        print(f"  {text!r}\n    wanted {row}\n    found  {our}")
    elif they_read:
        kinds["refused by us alone"] += 1
        reasons["ours: " + ours[ours.rindex("/", 0, ours.find(": ")) + 1 :][:150]] += 1
    elif we_read:
        kinds["read by us alone"] += 1
        reasons[f"theirs ({name}): " + right.split("\n")[0][:130]] += 1
    else:
        kinds["refused by both"] += 1
print(f"transformers {transformers.__version__}: {len(cases)} folders, {len(TEXTS)} texts each: "
      + ", ".join(f"{number} {kind}" for kind, number in kinds.most_common()))
if "-v" in sys.argv:
    for reason, number in sorted(reasons.items(), key=lambda each: (each[0][:4] == "ours", -each[1]))[:60]:
        print(f"{number:5} {reason}")
sys.exit(faults > 0)
