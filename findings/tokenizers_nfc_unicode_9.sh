#!/usr/bin/env bash
# tokenizers 0.23.3: its normaliser NFC has the combining classes of Unicode 9.0 (2016).
#
# Marks that Unicode 10 and later assigned count as letters: they are not put in order, so that two spellings of one text that
# Unicode calls equivalent stay different, and get different ids. Every single character is as Unicode has it; a tokenizer.json
# with NFC (Qwen2.5's and Qwen3's kind) read by a library with newer tables gives other ids for such texts. NFD, NFKC and NFKD
# of the package are the same. Python's unicodedata (14.0 in Python 3.11) orders them.
#
# Seen:
#   NFC of x U+0301 U+07FD: x U+0301 U+07FD here, x U+07FD U+0301 by Unicode
#   two spellings of one text are one after NFC: no here, yes by Unicode
#   marks that are not put in order: 98 of 912
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check tokenizers==0.23.3
"$scratch/venv/bin/python" - <<'PYTHON'
import sys
import unicodedata

from tokenizers.normalizers import NFC, NFD, NFKC, NFKD

if int(unicodedata.unidata_version.split(".")[0]) < 11:
    sys.exit("this needs a Python whose Unicode is 11.0 or newer")


def words(text):
    return " ".join(letter if letter == "x" else f"U+{ord(letter):04X}" for letter in text)


here = NFC().normalize_str
first, second = "x\u0301\u07fd", "x\u07fd\u0301"
print(f"NFC of {words(first)}: {words(here(first))} here, {words(unicodedata.normalize('NFC', first))} by Unicode")
one_here = here(first) == here(second)
one_there = unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", second)
print(f"two spellings of one text are one after NFC: {'yes' if one_here else 'no'} here, {'yes' if one_there else 'no'} by Unicode")

marks = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000 and unicodedata.combining(chr(code))]
left = [mark for mark in marks
        if any(here(text) != unicodedata.normalize("NFC", text)
               for other in "\u0334\u0315\u0301\u0345" for text in ("x" + other + mark, "x" + mark + other))]
print(f"marks that are not put in order: {len(left)} of {len(marks)}")
others = all(form().normalize_str(first) == first for form in (NFD, NFKC, NFKD))
singles = all(here(chr(code)) == unicodedata.normalize("NFC", chr(code)) for code in range(0x110000)
              if not 0xD800 <= code < 0xE000)
changed = here(first) != first or one_here or not one_there or not others or not singles or "\u07fd" not in left
sys.exit("changed" if changed else 0)
PYTHON
