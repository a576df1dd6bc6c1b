#!/usr/bin/env python3
"""Links of a folder of HTML pages, and those of its navigation, lead to files and anchors that are there, and nothing that
a page shows comes from the network.

usage: site_links.py FOLDER
"""
import html
import pathlib
import re
import sys
import urllib.parse

ATTRIBUTE = re.compile(r"""<(\w+)\s[^>]*?\b(href|src)\s*=\s*"([^"]*)\"""", re.I)
ANCHOR = re.compile(r"""<[^>]*?\b(?:id|name)\s*=\s*"([^"]+)\"""")
NAVIGATION = re.compile(r'"([^"\s]+\.html(?:#[^"]*)?)"')

# What Doxygen 1.9.4 itself has wrong: a page's summary of private types, which it does not show.
DOXYGENS = {"nested-classes"}


def main():
    folder = pathlib.Path(sys.argv[1])
    pages = {page.name: page.read_text(encoding="utf-8") for page in folder.glob("*.html")}
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    anchors = {page: set(ANCHOR.findall(text)) for page, text in pages.items()}
    links, faults = 0, set()

    def check(origin, link, shown=False):
        nonlocal links
        links += 1
        link = html.unescape(link)
        if re.match(r"[a-z]+:", link):
            if shown and not link.startswith("data:"):
                faults.add(f"{origin}: shows {link}, which is not in the site")
            return
        path, _, anchor = link.partition("#")
        file = urllib.parse.unquote(path) or origin
        if file not in names:
            faults.add(f"{origin}: there is no {link}")
        elif anchor and anchor not in DOXYGENS and urllib.parse.unquote(anchor) not in anchors.get(file, ()):
            faults.add(f"{origin}: there is no anchor for {link}")

    for page, text in pages.items():
        for tag, attribute, link in set(ATTRIBUTE.findall(text)):
            if link and not link.startswith("javascript:"):
                check(page, link, attribute == "src" or tag == "link")
    for script in folder.glob("nav*.js"):
        for link in set(NAVIGATION.findall(script.read_text(encoding="utf-8"))):
            check(script.name, link.partition("#")[0])  # Doxygen gives members the page of a header, where they are not
    for fault in sorted(faults)[:40]:
        print("FAULT", fault)
    if faults or links < 1000:
        sys.exit(f"{len(faults)} faults in {links} links of {len(pages)} pages.")
    print(f"{links} links of {len(pages)} pages lead somewhere.")


main()
