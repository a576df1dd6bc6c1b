#!/usr/bin/env bash
# Doxygen makes the site of headers and pages without a warning, and no link in it is dead.
# usage: doxygen.sh OUTPUT
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
for program in doxygen python3; do
    command -v "$program" >/dev/null || { echo "SKIPPED: no $program here."; exit 77; }
done
rm -rf "$1/html"
mkdir -p "$1"
cd "$root"
{ cat Doxyfile; echo "OUTPUT_DIRECTORY = $1"; } | doxygen - >"$1/log" 2>"$1/warnings" && [[ ! -s $1/warnings ]] || {
    sed "s|$root/||" "$1/warnings" | head -n 60
    echo "$(wc -l <"$1/warnings") lines of warnings."
    exit 1
}
echo "No warning."
# What the navigation names is there, and each page of docs/ is in it.
while read -r label; do
    [[ -e $1/html/$label.html ]] || { echo "FAULT layout.xml: there is no page $label"; exit 1; }
done < <(grep -oE '@ref [a-z_]+' docs/site/layout.xml | cut -d' ' -f2)
for page in docs/*.md; do
    grep -q "@ref docs_$(basename "$page" .md)\"" docs/site/layout.xml || { echo "FAULT layout.xml: it lacks $page"; exit 1; }
done
exec python3 -B tests/structure/site_links.py "$1/html"
