#!/usr/bin/env bash
# All headers go into one program together, and into two of its translation units: names do not clash, and nothing that
# must be inline is not. Both are of one source, so that it is compiled once and linked twice: in backward order, with
# the standard library's checks, and without a warning of conversions either.
# usage: one_definition.sh COMPILER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
own_headers "$1" | tac | sed "s|$root/include/\(.*\)|#include \"\1\"|" >"$scratch/all.hpp"
echo '#include "all.hpp"' >"$scratch/one.cpp"
read -ra collector <<<"$(collector "$1")"
"$1" "${standard[@]}" "${warnings[@]}" "${conversions[@]}" "${collector[@]}" -D_GLIBCXX_DEBUG -O0 -c "$scratch/one.cpp" -o "$scratch/one.o"
cp "$scratch/one.o" "$scratch/other.o"
echo 'int main() {}' | "$1" -fopenmp -x c++ - -x none "$scratch/one.o" "$scratch/other.o" -lpng -lz -lzip -lpcre2-8 -o "$scratch/program"
"$scratch/program"
"$scratch/program"
echo "$(wc -l <"$scratch/all.hpp") headers live together in one program of two units."
