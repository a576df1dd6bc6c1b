#!/usr/bin/env python3
"""Puts headers together so that the compiler reads fewer files, and each of them still alone.

usage: header_chains.py INCLUDE FOLDER <headers      one name a line, as they are found from INCLUDE

Writes files of #include lines into FOLDER. In a file each header is one that the next reaches by its own #include lines: the
first is read alone, and what a later one finds that came before it is what it includes anyway. So a header that lacks an
#include fails as it would in a file of its own. Of all such chains these leave the fewest and cheapest last headers, which
are what costs. Each file includes its headers a second time.
"""

import re
import sys
from pathlib import Path

DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(if|endif|include)\w*[ \t]*(?:[\"<]([^\">]+)[\">])?", re.M)


def included(path):
    """The headers that the file includes under no condition."""
    depth, found = 0, []
    for word, name in DIRECTIVE.findall(path.read_text()):
        depth += {"if": 1, "endif": -1}.get(word, 0)
        if word == "include" and depth == 0:
            found.append(name)
    return found


def chains(headers, direct):
    reached = {}

    def reach(name):
        if name not in reached:
            reached[name] = set()
            for other in direct[name]:
                reached[name] |= {other} | reach(other)
        return reached[name]

    cost = {name: len(reach(name)) for name in headers}
    above = {name: [] for name in headers}
    for name in sorted(headers, key=cost.get):
        for other in reached[name]:
            above[other].append(name)
    below = {}  # the header that stands before this one

    def place(name, seen):
        for other in above[name]:
            if other not in seen:
                seen.add(other)
                if other not in below or place(below[other], seen):
                    below[other] = name
                    return True
        return False

    # The dearest first, because what finds no place is the last of its chain.
    for name in sorted(headers, key=cost.get, reverse=True):
        place(name, set())
    for last in sorted(set(headers) - set(below.values())):
        chain = [last]
        while chain[-1] in below:
            chain.append(below[chain[-1]])
        yield chain[::-1]


def main():
    include, folder = Path(sys.argv[1]), Path(sys.argv[2])
    headers = sys.stdin.read().split()
    sys.setrecursionlimit(10 * len(headers) + 1000)
    known = set(headers)
    direct = {name: [other for other in included(include / name) if other in known] for name in headers}
    for chain in chains(headers, direct):
        words = "".join(f'#include "{include / name}"\n' for name in chain)
        (folder / (chain[-1].replace("/", "__") + ".cpp")).write_text(words + words)


main()
