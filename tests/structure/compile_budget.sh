#!/usr/bin/env bash
# Measures what two programs cost to compile, six with GENOTYPE_COMPILE_BUDGET=all, and prints it beside the budget. It fails on a program that does not
# compile, never on a figure: the time is the machine's, and worse while something else compiles.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
compiler=${CXX:-g++}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo '#include <genotype/genotype.hpp>
int main() {}' >"$scratch/core_header.cpp"

# cost FILE: prints "seconds megabytes"; the memory needs GNU time (Debian: time).
cost() {
    local command=("$compiler" "${standard[@]}" -O2 "-I$root/examples/programs/smollm2" -c "$1" -o "$scratch/object.o")
    if [[ -x /usr/bin/time ]]; then
        /usr/bin/time -f '%U %S %M' -o "$scratch/cost" "${command[@]}" || return
        awk '{printf "%.1f %.0f\n", $1 + $2, $3 / 1024}' "$scratch/cost"
    else
        local TIMEFORMAT='%U %S'
        { time "${command[@]}" 2>&3; } 3>&2 2>"$scratch/cost" || return
        awk '{printf "%.1f -\n", $1 + $2}' "$scratch/cost"
    fi
}

faults=0
report() { # name file seconds megabytes
    local figures
    figures=$(cost "$2") || { figures="fails -"; faults=1; }
    printf '%-28s %10s %10s %10s %10s\n' "$1" "${figures% *}" "$3" "${figures#* }" "$4"
}

echo "What compiling costs ($(compiler_version), -O2):"
printf '%-28s %10s %10s %10s %10s\n' program seconds budget MB budget
report "core header" "$scratch/core_header.cpp" 2 -
report "a classifier" "$root/tests/structure/classifier.cpp" 8 600
# The build has compiled the examples already: once more only in the long run.
if [[ ${GENOTYPE_COMPILE_BUDGET:-} == all ]]; then
    report "examples/programs/dcgan.cpp" "$root/examples/programs/dcgan.cpp" 8 600
    report "examples/programs/vae.cpp" "$root/examples/programs/vae.cpp" 8 600
    report "examples/programs/text.cpp" "$root/examples/programs/text.cpp" 15 1000
    report "200 distinct layers" "$root/tests/structure/two_hundred_layers.cpp" 10 -
fi
exit "$faults"
