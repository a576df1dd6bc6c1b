#!/usr/bin/env python3
"""Writes docs/operations.md: which device has which operation, read out of the headers.

usage: operations.py             writes the page
       operations.py --check     fails where the page that is there differs, and shows how

An operation is a function of genotype::kernels whose first argument is a device. What a header defines for a device's own tag
is that device's own kernel; what it defines for any `Device` is put together from other operations and serves all devices.
"""

import collections
import difflib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include/genotype"
KERNELS = INCLUDE / "kernels"
PAGE = ROOT / "docs/operations.md"
DEVICES = ["Reference", "Cpu", "Thrust", "Cuda"]
TAGS = {"Reference": "Reference", "Cpu": "Cpu", "Thrust<System>": "Thrust", "Device": "any",
        "DirectConvolution<Device>": "Exact", "Stored<Device>": "Stored"}
# Sizes and forms, which are asked for and run nothing.
ASKED = re.compile(r"_scratch$|_form$|^spread_threads$|^capture$")
GEOMETRIES = {"ProductGeometry": "products", "ConvGeometry": "square", "GeneralConvGeometry": "general"}

Overload = collections.namedtuple("Overload", "name device geometry path body detail")


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)


def closing(text, at, opener, closer):
    """The place of the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] == opener) - (text[i] == closer)
        if depth == 0:
            return i
    sys.exit(f"operations.py: a bracket that is not closed: {text[at:at + 80]!r}")


def overloads(path):
    text = without_comments(path.read_text())
    details = [(m.start(), closing(text, m.end() - 1, "{", "}")) for m in re.finditer(r"\bnamespace detail \{", text)]
    head = re.compile(r"^(?:\[\[[\w:]+\]\] )?((?:[\w:<>,&*]+ )+)[&*]?([a-z]\w*)\((?:const )?([A-Z]\w*(?:<\w+>)?)&?(?: \w+)?([,)])", re.M)
    for match in head.finditer(text):
        device = TAGS.get(match[3])
        if not device or re.match(r"\s|return|else|using|case", match[1]):
            continue
        end = closing(text, text.index("(", match.start(2)), "(", ")")
        opening = re.compile(r"[^;{]*").match(text, end).end()
        if text[opening] != "{":
            continue  # declared here, defined elsewhere
        before = text[:match.start()].rsplit("\n\n", 1)[-1].rsplit("\n}", 1)[-1]
        if device == "Thrust" and re.search(r"template <(?:kernels::)?OnCuda System", before):
            device = "Cuda"
        second = re.match(r"\s*(?:const )?(\w*Geometry)&?[ ,)]", text[match.end():]) if match[4] == "," else None
        yield Overload(match[2], device, second[1] if second else "", path, text[opening:closing(text, opening, "{", "}")],
                       any(a < match.start() < b for a, b in details))


def read_kernels():
    found = [o for path in sorted(KERNELS.rglob("*.hpp")) for o in overloads(path)]
    by_name = collections.defaultdict(list)
    for overload in found:
        by_name[overload.name].append(overload)
    return by_name


def callers(names):
    """For each name the headers outside of kernels/ that call it with a device."""
    called = collections.defaultdict(set)
    call = re.compile(r"(?<![\w.:>])([a-z]\w*)(?:<[^()]*>)?\((?:\w+\.)*device_?\b")
    for path in sorted(INCLUDE.rglob("*.hpp")):
        if KERNELS not in path.parents:
            for name in call.findall(without_comments(path.read_text())):
                if name in names:
                    called[name].add(path.relative_to(INCLUDE).with_suffix("").as_posix())
    return called


def cuda_parts(by_name, overload):
    """The kernels of CUDA's own that an operation over thrust reaches, by the names that its body calls."""
    reached, queue, seen = set(), [overload], set()
    while queue:
        for name in set(re.findall(r"\b([a-z]\w*)(?:<[^()]*>)?\(", queue.pop().body)) - seen:
            seen.add(name)
            for other in by_name.get(name, []):
                if other.device == "Cuda" and other.path.stem != "cuda_cublas":
                    reached.add(name)
                elif other.device in ("Thrust", "any"):
                    queue.append(other)
    return sorted(reached)


def link(text, overload):
    if not overload.body.strip("{ "):
        return "nothing to do"
    return f"[{text}](../{overload.path.relative_to(ROOT).as_posix()})"


def cell(by_name, name, geometry, device):
    def of(tag):
        options = [o for o in by_name[name] if o.device == tag]
        exact = [o for o in options if o.geometry in (geometry, "Geometry") or not geometry]
        return exact[-1:] or [o for o in options if geometry == "ProductGeometry" and o.geometry == "ConvGeometry"][:1]

    if device == "Cuda":
        own = of("Cuda")
        if own:
            return link("own", own[0])
        over = of("Thrust")
        if over:
            if not over[0].body.strip("{ "):
                return "nothing to do"
            parts = cuda_parts(by_name, over[0])
            return "as Thrust" + (", with own " + ", ".join(f"`{part}`" for part in parts) if parts else "")
    own = of(device)
    if own:
        return link("own", own[0])
    return link("general", of("any")[0]) if of("any") else "none"


def page():
    by_name = read_kernels()
    rows = []
    called = callers(by_name)
    for name, options in by_name.items():
        public = [o for o in options if not o.detail]
        ours = [o for o in public if o.device == "Reference"] or [o for o in public if o.device == "any" and called[name]]
        if not ours or ASKED.search(name):
            continue
        geometries = sorted({o.geometry for o in public} & set(GEOMETRIES), key=list(GEOMETRIES).index)
        for geometry in geometries if len(geometries) > 1 else [""]:
            who = sorted(called[name])
            shown = ", ".join(f"`{w}`" for w in who[:2]) + (f" and {len(who) - 2} more" if len(who) > 2 else "")
            words = f"`{name}`" + (f", {GEOMETRIES[geometry]}" if geometry else "")
            rows.append((ours[0].path.stem, name, geometry, [words] +
                         [cell(by_name, name, geometry, device) for device in DEVICES] + [shown or "other kernels"]))
    if len(rows) < 60:
        sys.exit(f"operations.py: only {len(rows)} operations were found: does it still read the headers?")
    rows.sort(key=lambda row: (row[0], row[1], list(GEOMETRIES).index(row[2]) if row[2] else -1))

    def of(tag):
        return ", ".join(f"`{name}`" for name in sorted(by_name) if not ASKED.search(name) and
                         any(o.device == tag and not o.detail for o in by_name[name]))

    lines = [
        "# Which device has which operation", "",
        "Written by [`operations.py`](operations.py) from the headers, and held to them by the test `structure.operations`: after a change of",
        "kernels run `python3 docs/operations.py`. How a kernel is added: [adding.md](adding.md#a-layer-with-parameters-and-a-kernel-of-its-own).", "",
        "- **own**: a kernel that is written for the device.",
        "- **general**: put together from other operations, for all devices alike.",
        "- **as Thrust**: the same source over thrust, which nvcc compiles; \"with own\" names the parts that are CUDA kernels of our own.",
        "- **none**: a layer that calls it does not compile for the device.", "",
        "`Thrust` is `ThrustCpp` and `ThrustOmp`, on the host; `Cuda` needs nvcc. Of convolutions, \"products\" are those of kernel 1, and",
        "`Linear`; \"square\" have one kernel, stride and padding for both sides; \"general\" are all others, and videos' frames.", "",
        "| operation | " + " | ".join(f"`{d}`" for d in DEVICES) + " | called by |",
        "|---|" + "---|" * (len(DEVICES) + 1),
    ]
    lines += ["| " + " | ".join(cells) + " |" for *_, cells in rows]
    lines += [
        "",
        f"Devices around another one have their own {of('Exact')} (`DirectConvolution<Device>`, the direct form alone) and {of('Stored')}",
        "(`Stored<Device>`, weights in a file's form), and all else of the device within. With `GENOTYPE_WITH_CUBLASLT` products by weights",
        "are cuBLASLt's ([gpu.md](gpu.md)).",
    ]
    return "\n".join(lines) + "\n"


def main(arguments):
    text = page()
    if arguments == ["--check"]:
        there = PAGE.read_text() if PAGE.exists() else ""
        if there != text:
            sys.stdout.writelines(difflib.unified_diff(there.splitlines(True), text.splitlines(True), "docs/operations.md",
                                                       "what the headers have", n=0))
            sys.exit("docs/operations.md is not what the headers have: run python3 docs/operations.py")
        rows = sum(line.startswith("| `") for line in text.splitlines())
        print(f"docs/operations.md has the headers' {rows} operations.")
    elif arguments:
        sys.exit(__doc__.strip())
    else:
        PAGE.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
