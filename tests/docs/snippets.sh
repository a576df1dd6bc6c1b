#!/usr/bin/env bash
# The C++ in the project's pages compiles as it stands there, the programs that must not compile do not and say what the
# page shows, and files and headings that the pages link to are there.
# usage: snippets.sh COMPILER [PAGE...]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../structure/common.sh"
use_compiler gcc "${1:-g++}"
shift || true
pages=("$@")
((${#pages[@]})) || pages=("$root"/{README,CHANGELOG,CODE_OF_CONDUCT,CONTRIBUTING,SECURITY}.md "$root"/docs/*.md
    "$root"/{tests,benchmarks,examples}/README.md)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
faults=0
fault() {
    echo "FAULT $*"
    faults=$((faults + 1))
}

# A program is a block between ```cpp and ```; its file is named after its page and its first line there.
for page in "${pages[@]}"; do
    awk -v name="$scratch/$(basename "$page" .md)" '
        /^```cpp$/ { file = sprintf("%s.%04d.cpp", name, NR + 1); printf "" > file; next }
        /^```/     { file = "" }
        file != "" { print > file }' "$page"
done
mapfile -t programs < <(find "$scratch" -name '*.cpp' | sort)

has_thrust=true
if ! "$compiler" "${standard[@]}" -fsyntax-only -x c++ - <<<'#include <thrust/version.h>' 2>/dev/null; then
    has_thrust=false
    echo "Without programs over thrust, which is not found."
fi

# Clang, where there is one that will do, reads those that compile, in the quick run: it instantiates what the headers use
# once and not for each program.
reader=$compiler once=()
if [[ -n ${GENOTYPE_GROUPS:-} ]] && words=$(use_compiler clang "${GENOTYPE_CLANG:-}"); then
    echo "$words"
    reader=$GENOTYPE_CLANG once=(-fpch-instantiate-templates)
fi

# The headers that two programs or more include first, and no others of ours after them, compiled once. A program gets
# those that it begins with, so that what it has forgotten to include is as far from it as before.
first_headers() { sed -n '/^#/{/^#include <genotype\//!q;p}' "$1"; }
declare -A begins precompiled
for program in "${programs[@]}"; do
    headers=$(first_headers "$program")
    [[ -z $headers ]] || begins[$headers]+=x
done
count=0
for headers in "${!begins[@]}"; do
    [[ ${begins[$headers]} != x ]] || continue
    precompiled[$headers]=$scratch/$((++count)).hpp
    echo "$headers" >"${precompiled[$headers]}"
    "$reader" "${standard[@]}" -Wall -Wextra -w "${once[@]}" -x c++-header "${precompiled[$headers]}" \
        -o "${precompiled[$headers]}.gch" 2>/dev/null &  # without it, they are only included
    (($(jobs -rp | wc -l) < jobs)) || wait -n
done
wait

check() { # PROGRAM: prints what is wrong with it
    local program=$1 words sentence page headers before=()
    $has_thrust || ! grep -q 'genotype/thrust.hpp' "$program" || return 0
    if ! grep -q '^// does not compile$' "$program"; then
        headers=$(first_headers "$program")
        while [[ $headers == *$'\n'* && -z ${precompiled[$headers]:-} ]]; do headers=${headers%$'\n'*}; done
        [[ -z ${precompiled[${headers:-none}]:-} ]] || before=(-include "${precompiled[$headers]}")
        words=$("$reader" "${before[@]}" "${standard[@]}" -Wall -Wextra -fsyntax-only "$program" 2>&1) || head -n 20 <<<"$words"
        return 0
    fi
    if words=$("$compiler" "${standard[@]}" -fsyntax-only "$program" 2>&1); then
        echo "it compiles"
        return 0
    fi
    # The sentence as the compiler prints it, without the quotation marks around it, which depend on the locale.
    sentence=$(grep -m 1 'error:' <<<"$words" | grep -oE 'genotype::why::[a-z_]+<genotype::.*>' || true)
    for page in "${pages[@]}"; do
        [[ -z $sentence ]] || ! grep -qF "$sentence" "$page" || return 0
    done
    echo "the page does not show what the compiler says: ${sentence:-$words}"
}
for program in "${programs[@]}"; do
    check "$program" >"$program.words" &
    (($(jobs -rp | wc -l) < jobs)) || wait -n
done
wait
for program in "${programs[@]}"; do
    [[ ! -s $program.words ]] || fault "$(basename "$program" .cpp): $(cat "$program.words")"
done

# has_heading PAGE ANCHOR: the anchor is a heading in small letters, without punctuation, with "-" for each space.
has_heading() {
    sed '/^```/,/^```$/d' "$1" | sed -n 's/^##* //p' | tr '[:upper:] ' '[:lower:]-' | sed 's/[^a-z0-9_-]//g' | grep -xF -- "$2" >/dev/null
}
for page in "${pages[@]}"; do
    while IFS= read -r link; do
        [[ $link != *://* ]] || continue
        file=$page
        [[ $link == \#* ]] || file=$(dirname "$page")/${link%%#*}
        if [[ ! -e $file ]]; then
            fault "$(basename "$page"): there is no $link"
        elif [[ $link == *#* ]]; then
            has_heading "$file" "${link#*#}" || fault "$(basename "$page"): there is no heading for $link"
        fi
    done < <(sed '/^```/,/^```$/d' "$page" | grep -oE '\]\([^)]+\)' | sed 's/^](//; s/)$//')  # not in programs
done

((${#programs[@]})) || fault "no programs in ${pages[*]}"
((faults == 0)) || { echo "$faults faults."; exit 1; }
echo "${#programs[@]} programs in the pages are as they should be."
