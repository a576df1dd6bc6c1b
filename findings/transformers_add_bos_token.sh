#!/usr/bin/env bash
# transformers 5.24.0 with tokenizers 0.23.3: "add_bos_token" in a tokenizer_config.json counts beside vocab.json and
# merges.txt, and is passed over without a word beside the tokenizer.json that transformers itself saves from them.
#
# The same class, GPT2Tokenizer, the same tokens and the same setting give other ids, by which of the two forms of the
# tokenizer lies in the folder: whoever saves a GPT-2 tokenizer and turns the setting on in what was saved trains and
# generates without the token. "add_eos_token" is alike.
#
# Seen:
#   vocab.json and merges.txt, add_bos_token = true: [0, 1]
#   tokenizer.json as saved, add_bos_token = true: [1]
#   vocab.json and merges.txt, add_eos_token = true: [1, 0]
#   tokenizer.json as saved, add_eos_token = true: [1]
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.24.0 tokenizers==0.23.3
HF_HUB_OFFLINE=1 "$scratch/venv/bin/python" - "$scratch" 2>/dev/null <<'PYTHON'
import json
import os
import sys

from transformers import AutoTokenizer

files, saved = sys.argv[1] + "/files", sys.argv[1] + "/saved"
os.mkdir(files)


def write(name, text):
    with open(name, "w") as file:
        file.write(text)


def ids(folder, setting):
    with open(folder + "/tokenizer_config.json") as file:
        config = json.load(file)
    write(folder + "/tokenizer_config.json", json.dumps({**config, "add_bos_token": False, "add_eos_token": False,
                                                         setting: True}))
    return AutoTokenizer.from_pretrained(folder)("a")["input_ids"]


write(files + "/vocab.json", json.dumps({"<|endoftext|>": 0, "a": 1}))
write(files + "/merges.txt", "#version: 0.2\n")
write(files + "/config.json", json.dumps({"model_type": "gpt2"}))
write(files + "/tokenizer_config.json", json.dumps({"tokenizer_class": "GPT2Tokenizer"}))
AutoTokenizer.from_pretrained(files).save_pretrained(saved)
write(saved + "/config.json", json.dumps({"model_type": "gpt2"}))
changed = False
for setting, expected in (("add_bos_token", [0, 1]), ("add_eos_token", [1, 0])):
    found, dropped = ids(files, setting), ids(saved, setting)
    print(f"vocab.json and merges.txt, {setting} = true: {found}")
    print(f"tokenizer.json as saved, {setting} = true: {dropped}")
    changed |= found != expected or dropped != [1]
sys.exit("changed" if changed else 0)
PYTHON
