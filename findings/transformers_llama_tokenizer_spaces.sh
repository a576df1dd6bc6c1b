#!/usr/bin/env bash
# transformers 5.24.0 with tokenizers 0.23.3: a LlamaTokenizer takes the vocabulary and the merges out of a tokenizer.json,
# and neither its normalizer nor its pre_tokenizer, without a word. One file then has up to three sets of ids.
#
# A tokenizer.json whose normalizer is Prepend and Replace, as converters wrote it for Llama 2 and what was made of it, puts
# a space before every piece of text between special tokens, and before one that has a space already. `tokenizers` does so,
# and AutoTokenizer does where the folder names PreTrainedTokenizerFast. Where it names LlamaTokenizer, texts are cut by
# Metaspace instead: without "legacy" in tokenizer_config.json a space comes before the first piece alone, with "legacy": true
# before each that has none. Prompts of a conversation, which are full of special tokens, so change their ids with the
# class's name; and save_pretrained writes the other rules into the tokenizer.json that it saves.
#
# Seen:
#   tokenizers: <s> _a </s> _ _a
#   PreTrainedTokenizerFast: <s> _a </s> _ _a
#   LlamaTokenizer: <s> a </s> _a
#   LlamaTokenizer, legacy: <s> _a </s> _a
#   saved by LlamaTokenizer, read by tokenizers: <s> a </s> _a
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.24.0 tokenizers==0.23.3
HF_HUB_OFFLINE=1 "$scratch/venv/bin/python" - "$scratch" 2>/dev/null <<'PYTHON'
import json
import pathlib
import sys

from tokenizers import Tokenizer, decoders, models, normalizers
from transformers import AutoTokenizer

folder, saved = pathlib.Path(sys.argv[1]) / "folder", pathlib.Path(sys.argv[1]) / "saved"
folder.mkdir()
SPACE = "\u2581"
vocabulary = ["<unk>", "<s>", "</s>", SPACE, "a", SPACE + "a"]
file = Tokenizer(models.BPE({token: id for id, token in enumerate(vocabulary)}, [(SPACE, "a")], unk_token="<unk>"))
file.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
file.decoder = decoders.Sequence([decoders.Replace(SPACE, " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
file.add_special_tokens(["<unk>", "<s>", "</s>"])
file.save(str(folder / "tokenizer.json"))
(folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
TEXT = "<s>a</s> a"


def by_class(name, **more):
    config = {"tokenizer_class": name, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", **more}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return tokenizer, tokenizer.convert_ids_to_tokens(tokenizer(TEXT, add_special_tokens=False)["input_ids"])


rows = {"tokenizers": file.encode(TEXT, add_special_tokens=False).tokens,
        "PreTrainedTokenizerFast": by_class("PreTrainedTokenizerFast")[1]}
llama, rows["LlamaTokenizer"] = by_class("LlamaTokenizer")
llama.save_pretrained(saved)
rows["LlamaTokenizer, legacy"] = by_class("LlamaTokenizer", legacy=True)[1]
rows["saved by LlamaTokenizer, read by tokenizers"] = Tokenizer.from_file(str(saved / "tokenizer.json")).encode(
    TEXT, add_special_tokens=False).tokens
expected = ["<s> _a </s> _ _a", "<s> _a </s> _ _a", "<s> a </s> _a", "<s> _a </s> _a", "<s> a </s> _a"]
found = [" ".join(tokens).replace(SPACE, "_") for tokens in rows.values()]
for name, tokens in zip(rows, found):
    print(f"{name}: {tokens}")
sys.exit("changed" if found != expected else 0)
PYTHON
