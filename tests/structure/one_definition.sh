#!/usr/bin/env bash
# All headers go into one program together, and into two of its translation units: names do not clash, and nothing that
# must be inline is not.
# usage: one_definition.sh COMPILER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
own_headers "$1" | sed "s|$root/include/\(.*\)|#include \"\1\"|" >"$scratch/all.hpp"
echo '#include "all.hpp"' >"$scratch/other.cpp"
printf '#include "all.hpp"\nint main() {}\n' >"$scratch/main.cpp"
for unit in main other; do
    "$1" "${standard[@]}" "${warnings[@]}" -O0 -c "$scratch/$unit.cpp" -o "$scratch/$unit.o" &
    units+=($!)
done
for unit in "${units[@]}"; do wait "$unit"; done
"$1" -fopenmp "$scratch/main.o" "$scratch/other.o" -lpng -lz -lzip -lpcre2-8 -o "$scratch/program"
"$scratch/program"
echo "$(wc -l <"$scratch/all.hpp") headers live together in one program of two units."
