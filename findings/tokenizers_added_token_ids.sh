#!/usr/bin/env bash
# tokenizers 0.23.3: the "id" that a tokenizer.json gives an entry of "added_tokens" is not read.
#
# A token that is not yet in the vocabulary gets the number of tokens there are, whatever its "id" says, and nothing is
# reported. Where the vocabulary has a gap, that number may already be a token: two texts then share one id, and decoding
# gives one of them back for the other. Saving the tokenizer writes the id that was made up, so the file's own is lost.
# transformers 5.24.0 gives the same ids, because it asks tokenizers.
#
# Seen:
#   vocabulary a=0 b=1, added "<x>" with id 7: "<x>" is 2
#   vocabulary a=0 b=2, added "<x>" with id 7: "<x>" is 2, "b" is 2
#   the file's id 7 decodes to ''
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check tokenizers==0.23.3
"$scratch/venv/bin/python" - "$scratch" <<'PYTHON'
import json
import sys

from tokenizers import Tokenizer


def made(vocabulary):
    added = {"id": 7, "content": "<x>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": True}
    path = sys.argv[1] + "/tokenizer.json"
    with open(path, "w") as file:
        json.dump({"version": "1.0", "added_tokens": [added],
                   "model": {"type": "BPE", "vocab": vocabulary, "merges": []}}, file)
    return Tokenizer.from_file(path)


tight, gap = made({"a": 0, "b": 1}), made({"a": 0, "b": 2})
print(f'vocabulary a=0 b=1, added "<x>" with id 7: "<x>" is {tight.token_to_id("<x>")}')
print(f'vocabulary a=0 b=2, added "<x>" with id 7: "<x>" is {gap.token_to_id("<x>")}, "b" is {gap.token_to_id("b")}')
print(f"the file's id 7 decodes to {tight.decode([7], skip_special_tokens=False)!r}")
changed = (tight.token_to_id("<x>") != 2 or gap.token_to_id("<x>") != 2 or gap.token_to_id("b") != 2
           or tight.decode([7], skip_special_tokens=False) != "")
sys.exit("changed" if changed else 0)
PYTHON
