#!/usr/bin/env python3
"""Writes the core as one file: genotype.hpp with every header that it reaches, each once, in the order of inclusion.

usage: single_header.py [OUTPUT]     without OUTPUT: build/single-header/genotype.hpp

For a page that takes a single file, as Compiler Explorer does, or to try the library without installing it. What it still
needs are xsimd's headers and -fopenmp. It is for compilers of the host: under nvcc it stops.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')
# Project headers behind another condition would be left out for whoever includes them without it.
HOST = "#if !defined(__CUDACC__)"


class Fault(Exception):
    pass


def version():
    text = (ROOT / "include/genotype/version.hpp").read_text()
    return ".".join(re.search(rf"GENOTYPE_VERSION_{part} (\d+)", text)[1] for part in ("MAJOR", "MINOR", "PATCH"))


class Header:
    def __init__(self):
        self.lines = []
        self.project = set()
        self.system = set()

    def add(self, name):
        if name in self.project:
            return
        self.project.add(name)
        path = ROOT / "include" / name
        if not path.is_file():
            raise Fault(f"there is no include/{name}")
        self.lines.append(f"// ---- {name}")
        conditions = []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            words = re.match(r"\s*#\s*(\w+)", line)
            directive = words[1] if words else ""
            if directive.startswith("if"):
                conditions.append(line)
            elif directive.startswith("el") and conditions:
                conditions[-1] = line
            elif directive == "endif":
                conditions.pop()
            if line.strip() == "#pragma once":
                continue
            include = INCLUDE.match(line)
            if directive == "include" and not include:
                raise Fault(f"{name}:{number}: an include that is not understood: {line.strip()}")
            if not include:
                self.lines.append(line)
            elif include[1] == '"':
                if any(not condition.startswith(HOST) for condition in conditions):
                    raise Fault(f"{name}:{number}: a project header behind a condition: {line.strip()}")
                self.add(include[2])
            elif conditions or include[2] not in self.system:
                self.lines.append(line)
                if not conditions:
                    self.system.add(include[2])
        if conditions:
            raise Fault(f"{name}: a condition that does not end: {conditions[-1]}")


def main(arguments):
    if len(arguments) > 1 or arguments[:1] in (["--help"], ["-h"]):
        print(__doc__.strip())
        return 0 if len(arguments) == 1 else 2
    output = Path(arguments[0]) if arguments else ROOT / "build/single-header/genotype.hpp"
    header = Header()
    header.add("genotype/genotype.hpp")
    head = [
        f"// genotype {version()}, the core in one file, made of include/genotype/genotype.hpp by cmake/single_header.py.",
        "// Apache License 2.0: https://www.apache.org/licenses/LICENSE-2.0",
        "#pragma once",
        "",
        "#if defined(__CUDACC__)",
        '#error "genotype in one file is for compilers of the host: give nvcc the folder include/."',
        "#endif",
        "",
    ]
    text = "\n".join(head + header.lines) + "\n"
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(output.name + ".partial")
    partial.write_text(text)
    partial.replace(output)
    print(f"{output}: {len(header.project)} headers, {text.count(chr(10))} lines, {len(text.encode()) / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Fault, OSError) as fault:
        sys.exit(f"single_header.py: {fault}")
