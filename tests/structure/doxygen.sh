#!/usr/bin/env bash
# Doxygen reads the public headers without a warning.
# usage: doxygen.sh OUTPUT
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
command -v doxygen >/dev/null || { echo "SKIPPED: no doxygen here."; exit 77; }
mkdir -p "$1"
cd "$root"
{ cat Doxyfile; echo "OUTPUT_DIRECTORY = $1"; } | doxygen - >"$1/log" 2>"$1/warnings" && [[ ! -s $1/warnings ]] || {
    sed "s|$root/||" "$1/warnings" | head -n 60
    echo "$(wc -l <"$1/warnings") lines of warnings."
    exit 1
}
echo "No warning."
