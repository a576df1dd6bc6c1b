#!/usr/bin/env bash
# safetensors 0.8.0: a header's entry may be an array, and a dtype an object with one key.
#
# The format's description has an object for each tensor, {"dtype": ..., "shape": ..., "data_offsets": ...}, and a text for
# the dtype. The official reader also takes the three values in an array, by their order, and {"F32": null} for "F32":
# both are other spellings of the same structure in the JSON library that it is derived with. A reader that is written
# from the description refuses files that this one loads. An array of two values, or an object with another value, is an
# error.
#
# Seen:
#   the object of the description: [1.5]
#   an array: [1.5]
#   a dtype as an object: [1.5]
#   an array without offsets: refused
#   a dtype as an object with a number: refused
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check safetensors==0.8.0 numpy==2.3.5
"$scratch/venv/bin/python" - <<'PYTHON'
import struct
import sys

from safetensors import SafetensorError
from safetensors.numpy import load


def read(header):
    text = header.encode()
    try:
        return str(load(struct.pack("<Q", len(text)) + text + struct.pack("<f", 1.5))["a"].tolist())
    except SafetensorError:
        return "refused"


cases = [("the object of the description", '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', "[1.5]"),
         ("an array", '{"a":["F32",[1],[0,4]]}', "[1.5]"),
         ("a dtype as an object", '{"a":{"dtype":{"F32":null},"shape":[1],"data_offsets":[0,4]}}', "[1.5]"),
         ("an array without offsets", '{"a":["F32",[1]]}', "refused"),
         ("a dtype as an object with a number", '{"a":{"dtype":{"F32":1},"shape":[1],"data_offsets":[0,4]}}', "refused")]
changed = False
for name, header, expected in cases:
    found = read(header)
    print(f"{name}: {found}")
    changed |= found != expected
sys.exit("changed" if changed else 0)
PYTHON
