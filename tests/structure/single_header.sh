#!/usr/bin/env bash
# cmake/single_header.py makes the core one file: it has every header that genotype.hpp reaches, once, needs nothing of
# include/, and a program that trains does with it what it does with include/. Prints what compiling costs.
# usage: single_header.sh COMPILER FOLDER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_compiler gcc "$1"
command -v python3 >/dev/null || { echo "SKIPPED: no python3 here."; exit 77; }
folder=$2 program=$root/tests/structure/single_header.cpp
rm -rf "$folder"
mkdir -p "$folder"
python3 "$root/cmake/single_header.py" "$folder/genotype.hpp"
faults=0
fault() {
    echo "FAULT $*"
    faults=$((faults + 1))
}

# -MM names what the compiler reads: all that the file must have, each once.
"$compiler" "${standard[@]}" -MM "$root/include/genotype/genotype.hpp" | tr -d '\\' | tr ' ' '\n' |
    sed -n "s|^$root/include/||p" | sort >"$folder/reached"
sed -n 's|^// ---- ||p' "$folder/genotype.hpp" | sort >"$folder/written"
diff "$folder/reached" "$folder/written" || fault "the file has other headers (>) than genotype.hpp reaches (<)"
if grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<](genotype/|")' "$folder/genotype.hpp"; then
    fault "the file includes some of ours"
fi

# cost WORDS COMMAND...: says the processor's time, of which other work on the machine takes nothing.
cost() {
    local TIMEFORMAT='%U %S' words=$1
    { time "${@:2}" 2>&3; } 3>&2 2>"$folder/cost" || { fault "it does not compile ($words)"; return; }
    awk -v words="$words" '{printf "In one file, %s: %.1f s\n", words, $1 + $2}' "$folder/cost"
}
options=(-std=c++20 -fopenmp "${system_includes[@]}" -Wall -Wextra -Werror)
alone=("$compiler" "${options[@]}" "-DGENOTYPE_HEADER=\"$folder/genotype.hpp\"" "$program")
cost "syntax alone" "${alone[@]}" -fsyntax-only
cost "a program that trains, -O0" "${alone[@]}" -O0 -o "$folder/alone"
((faults == 0)) || { echo "$faults faults."; exit 1; }
"$compiler" "${options[@]}" "-I$root/include" '-DGENOTYPE_HEADER=<genotype/genotype.hpp>' "$program" -O0 -o "$folder/tree"
"$folder/alone" >"$folder/alone.txt"
"$folder/tree" >"$folder/tree.txt"
diff "$folder/alone.txt" "$folder/tree.txt" || fault "the program prints something else with the one file"
[[ -s $folder/alone.txt ]] || fault "the program prints nothing"

((faults == 0)) || { echo "$faults faults."; exit 1; }
echo "The core in one file has $(wc -l <"$folder/written") headers, and does what include/ does."
