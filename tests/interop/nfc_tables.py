"""Asks `tokenizers` what it takes for NFC, and writes that as include/genotype/text/tokenizer/nfc_tables.hpp.

usage: nfc_tables.py            prints the header
       nfc_tables.py --check    says whether the header is still what the installed `tokenizers` does
Its tables are those of an older Unicode than the rest of it, and than Python's.
"""

import pathlib
import sys
import unicodedata

from tokenizers.normalizers import NFC, NFD

HEADER = pathlib.Path(__file__).resolve().parents[2] / "include/genotype/text/tokenizer/nfc_tables.hpp"
compose, decompose = NFC().normalize_str, NFD().normalize_str
points = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]


def parts_of(point):
    """Python's one or two characters of a canonical decomposition."""
    text = unicodedata.decomposition(chr(point))
    return [int(part, 16) for part in text.split()] if text and not text.startswith("<") else []


decomposed = {point for point in points
              if not 0xAC00 <= point < 0xAC00 + 11172 and decompose(chr(point)) != chr(point)}
pairs, excluded, single = {}, {}, {}
for point in sorted(decomposed):
    parts = parts_of(point)
    if len(parts) == 1:
        single[point] = parts
    elif compose("".join(map(chr, parts))) == chr(point):
        pairs[point] = parts
    else:
        excluded[point] = parts
    assert decompose(chr(point)) == "".join(decompose(chr(part)) for part in parts), hex(point)

lowest, highest = "\u0334", "\u0345"  # of class 1 and of class 240, the last
classes = {}
for point in points:
    character = chr(point)
    moves = (decompose("a" + highest + character) == "a" + character + highest or
             decompose("a" + character + lowest) == "a" + lowest + character)
    if point not in decomposed and moves:
        classes[point] = unicodedata.combining(character)
example = {number: chr(point) for point, number in classes.items()}
for point, number in classes.items():
    for other, character in example.items():
        if other != number:
            wanted = "a" + (character + chr(point) if other < number else chr(point) + character)
            assert decompose("a" + chr(point) + character) == decompose("a" + character + chr(point)) == wanted


def rows(numbers):
    lines, line = [], "    "
    for number in numbers:
        word = f"{number}," if number < 10 else f"{number:#x},"
        if len(line) + len(word) > 119:
            lines.append(line)
            line = "    "
        line += word
    return "\n".join(lines + [line.rstrip(",")])


def runs(table):
    """[first, count, values...] of each run of neighbours."""
    found = []
    for point in sorted(table):
        if found and found[-1][0] + found[-1][1] == point:
            found[-1][1] += 1
            found[-1] += table[point]
        else:
            found.append([point, 1, *table[point]])
    return [number for run in found for number in run]


def class_runs():
    found = []
    for point in sorted(classes):
        if found and found[-1][1] + 1 == point and found[-1][2] == classes[point]:
            found[-1][1] = point
        else:
            found.append([point, point, classes[point]])
    return [number for run in found for number in run]


def array(name, words, numbers):
    return (f"/// {words}\ninline constexpr std::array<char32_t, {len(numbers)}> {name}{{\n{rows(numbers)}}};\n")


header = f"""// What `tokenizers` takes for NFC: the tables of Unicode 9.0. Written by tests/interop/nfc_tables.py.
#pragma once

#include <array>

namespace genotype::inline v0_1::detail {{

// clang-format off
{array("nfc_pairs", "Runs of characters that are put together: the first, how many, and the two parts of each.",
       runs(pairs))}
{array("nfc_excluded", "The same of characters that are taken apart alone.", runs(excluded))}
{array("nfc_singles", "Runs of characters that stand for another: the first, how many, and those that they stand for.",
       runs(single))}
{array("nfc_classes", "Runs of marks: the first, the last, and their combining class.", class_runs())}// clang-format on

}}  // namespace genotype::inline v0_1::detail
"""
if "--check" in sys.argv:
    same = HEADER.read_text() == header
    print(f"NFC: {len(pairs)} pairs, {len(excluded) + len(single)} others, {len(classes)} marks;",
          "the header is theirs" if same else "FAULT: the header has others")
    sys.exit(not same)
print(header, end="")
