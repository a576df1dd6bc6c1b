#!/usr/bin/env python3
"""Doxygen's filter of the project's pages: what hosts of repositories read becomes what Doxygen reads.

usage: page.py PAGE.md, called by Doxygen. Each page and heading gets a name, relative links become the site's, and links
to what is not in the site (scripts, tests, folders) become their words alone.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The same pages as INPUT of the Doxyfile; layout.xml has their order.
PAGES = [ROOT / "README.md", *ROOT.glob("[A-Z]*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md"),
         ROOT / "tests/quick_and_all.md", *ROOT.glob("include/**/README.md")]
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
SPAN = re.compile(r"(?<!`)`((?:[^`\n]|\n(?!\n))+)`(?!`)")
HEAD = re.compile(r"^\| *\|.*\w.*\n(?=\|[-:| ]+\|$)", re.M)


def label(page):
    """The name of a page, and of its file: docs/guide.md is docs_guide.html."""
    if page == ROOT / "README.md":
        return "index"
    return "_".join(page.relative_to(ROOT).with_suffix("").parts).lower()


def anchor(heading):
    """GitHub's name of a heading."""
    return re.sub(r"[^a-z0-9_-]", "", heading.lower().replace(" ", "-"))


def name(page, heading):
    return f"{label(page)}-{anchor(heading)}"


def target(page, link):
    """Where a link leads in the site; None: it is not there."""
    path, _, heading = link.partition("#")
    file = (page.parent / path).resolve() if path else page
    if file in PAGES:
        return f"{label(file)}.html" + (f"#{name(file, heading)}" if heading else "")
    return None


def replaced(page, match):
    image, words, link = match.groups()
    if image:
        return f'<img src="{link.rsplit("/", 1)[-1]}" alt="{words}"/>'
    if "://" in link:
        return match[0]
    file = (page.parent / link.partition("#")[0]).resolve() if link[0] != "#" else page
    if not file.exists():
        return f'@ref {link} "{words}"'  # of which Doxygen warns
    if file.suffix == ".hpp" and file.is_relative_to(ROOT / "include"):
        return f'@ref {file.relative_to(ROOT / "include")} "{words.replace("`", "")}"'
    if file.parent == ROOT / "examples" and file.suffix in (".cpp", ".cu"):
        return f'@ref {file.name} "{words.replace("`", "")}"'
    where = target(page, link)
    return f'<a href="{where}">{words}</a>' if where else words


def converted(page, text):
    """One paragraph or more, of which none is a program."""
    text = SPAN.sub(r"``\1``", text)  # in single ones Doxygen takes an apostrophe for their end
    text = HEAD.sub(lambda row: re.sub(r"\| (?=\|)", "| &nbsp; ", row[0]), text)  # else it leaves out an empty column
    text = re.sub(r"``::(\w+)``", r"<code>::</code><code>\1</code>", text)  # else Doxygen looks for a global name
    return LINK.sub(lambda match: replaced(page, match), text)


def main():
    page = pathlib.Path(sys.argv[1]).resolve()
    lines, prose, names, fenced = [], [], collections.Counter(), False

    def end_of_prose():
        lines.append(converted(page, "".join(prose)))
        prose.clear()

    for line in page.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("```"):
            end_of_prose()
            fenced = not fenced
            lines.append(line)
        elif fenced:
            lines.append(line)
        elif line.startswith("# "):
            prose.append(f"{line.rstrip()} {{#{'mainpage' if label(page) == 'index' else label(page)}}}\n")
        elif line.startswith("#"):
            own = name(page, line.lstrip("#").strip())
            prose.append(f"{line.rstrip()} {{#{own}{f'-{names[own]}' if names[own] else ''}}}\n")
            names[own] += 1
        else:
            prose.append(line)
    end_of_prose()
    sys.stdout.write("".join(lines))


main()
