#!/usr/bin/env python3
"""Links to Compiler Explorer for the programs in docs/compiler_explorer/, which include the core as one file by its address.

usage: compiler_explorer.py ADDRESS            the links, in Markdown
       compiler_explorer.py ADDRESS --write    and puts them into README.md, in place of those of another address

ADDRESS is where the file that cmake/single_header.py makes is published: https://, on a host that lets other pages fetch it,
as GitHub's raw files and pages do. Nothing is asked of the network here.
"""
import base64
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = "#include <genotype/genotype.hpp>"
PROGRAMS = {  # what a link says, and whether the program is run there
    "1_model.cpp": ("a model and its shapes", True),
    "2_shape_error.cpp": ("a wrong shape", False),
    "3_training_step.cpp": ("a training", True),
}
BEGIN, END = "<!-- compiler_explorer.py -->", "<!-- end -->"
# Compiler Explorer's names of GCC 12.2 and of xsimd 8.1.0.
COMPILER = {"id": "g122", "options": "-std=c++20 -O1 -fopenmp", "libs": [{"name": "xsimd", "ver": "810"}]}


def link(program, run, address):
    """The state of a page, as docs/API.md of Compiler Explorer describes it: JSON in base64."""
    source = (ROOT / "docs/compiler_explorer" / program).read_text(encoding="utf-8")
    if source.count(INCLUDE) != 1:
        sys.exit(f"compiler_explorer.py: {program} does not have one line {INCLUDE}")
    session = {
        "id": 1,
        "language": "c++",
        "source": source.replace(INCLUDE, f"#include <{address}>"),
        "compilers": [] if run else [COMPILER | {"specialoutputs": ["compilerOutput"]}],
        "executors": [{"compiler": COMPILER, "wrap": True}] if run else [],
    }
    state = json.dumps({"sessions": [session]}, separators=(",", ":")).encode()
    return "https://godbolt.org/clientstate/" + base64.urlsafe_b64encode(state).decode()


def main(arguments):
    if not arguments or arguments[0] in ("--help", "-h") or arguments[1:] not in ([], ["--write"]):
        print(__doc__.strip())
        return 0 if arguments[:1] in (["--help"], ["-h"]) else 2
    if not re.fullmatch(r"https://[^\s<>\"]+/[^\s<>\"/]+", arguments[0]):
        sys.exit(f"compiler_explorer.py: {arguments[0]} is no https:// address of a file")
    links = [f"[{words}]({link(program, run, arguments[0])})" for program, (words, run) in PROGRAMS.items()]
    print("\n".join(links))
    if len(arguments) == 2:
        readme = ROOT / "README.md"
        text = readme.read_text(encoding="utf-8")
        before, begin, rest = text.partition(BEGIN)
        _, end, after = rest.partition(END)
        if not end:
            sys.exit(f"compiler_explorer.py: {readme} has no {BEGIN} ... {END}")
        words = f"In a browser, at Compiler Explorer: {', '.join(links)}."
        readme.write_text(f"{before}{begin}\n{words}\n{end}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
