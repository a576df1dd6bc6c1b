#!/usr/bin/env bash
# The C++ in the project's pages compiles as it stands there, and so do the examples that the quick run does not build,
# with Clang where it has read all headers already (structure/clang_headers.sh; then structure/includes.py reads what each
# includes by itself); the programs that must not compile do not and say what the page shows; files and headings that the pages link to are there.
# usage: snippets.sh COMPILER [PAGE...]: of those pages alone
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../structure/common.sh"
use_compiler gcc "${1:-g++}"
shift || true
pages=("$@")
# Those that have a network; flags and charts Clang reads with --all. tune_text is train_text.cpp with text's model.
examples_not_built() {
    local folder=$GENOTYPE_GROUPS/../../examples/groups file
    for file in "$root"/examples/*.cpp $(grep -l '"[a-z_]*_training.hpp"' "$root"/examples/programs/*.cpp); do
        [[ -e $folder/$(basename "$file" .cpp).inc ]] || echo "$file"
    done
}
examples=()
by_clang=false
[[ -z ${GENOTYPE_GROUPS:-} || ! -e ${GENOTYPE_CLANG_HEADERS:-} ]] || ! command -v python3 >/dev/null || by_clang=true
((${#pages[@]})) || ! $by_clang || examples=($(examples_not_built))
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
programs+=("${examples[@]}")

has_thrust=true
if ! "$compiler" "${standard[@]}" -fsyntax-only -x c++ - <<<'#include <thrust/version.h>' 2>/dev/null; then
    has_thrust=false
    echo "Without programs over thrust, which is not found."
fi

# The headers of ours that a program includes itself, or by a header beside it.
own_includes() { # FILE
    local beside
    sed -n 's/^#include <\(genotype\/.*\)>.*/\1/p' "$1"
    while read -r beside; do
        [[ ! -e $(dirname "$1")/$beside ]] || own_includes "$(dirname "$1")/$beside"
    done < <(sed -n 's/^#include "\(.*\)".*/\1/p' "$1")
}
declare -A includes begins precompiled
# With Clang a program gets all headers, and what it has forgotten to include is found by its words. Otherwise headers of
# ours that two programs or more include are compiled once, and a program gets none but those that it includes.
reader=("$compiler") all=()
if $by_clang; then
    reader=("$GENOTYPE_CLANG" "${golden[@]}") all=(-include-pch "$GENOTYPE_CLANG_HEADERS")
    mkdir "$scratch/read"
    for program in "${programs[@]}"; do
        [[ $program != "$scratch"/* ]] || cp "$program" "$scratch/read"
    done
    words=$(python3 -B "$root/tests/structure/includes.py" "$root/include" "$scratch/read") || fault "$(sed "s|^FAULT \($scratch/read/\)*||" <<<"$words")"
else
    for program in "${programs[@]}"; do
        includes[$program]=$(own_includes "$program" | sort -u)
        [[ -z ${includes[$program]} ]] || begins[${includes[$program]}]+=x
    done
fi
# Of those that are precompiled, the most that the program includes.
headers_of() { # PROGRAM
    local headers most=""
    for headers in "${!precompiled[@]}"; do
        [[ -n $(comm -23 <(echo "$headers") <(echo "${includes[$1]}")) ]] || ((${#headers} <= ${#most})) || most=$headers
    done
    echo "$most"
}
count=0
for headers in "${!begins[@]}"; do
    [[ ${begins[$headers]} != x ]] || continue
    precompiled[$headers]=$scratch/$((++count)).hpp
    sed 's/.*/#include <&>/' <<<"$headers" >"${precompiled[$headers]}"
    "${reader[@]}" "${standard[@]}" -Wall -Wextra -w -x c++-header "${precompiled[$headers]}" \
        -o "${precompiled[$headers]}.gch" 2>/dev/null &  # without it, they are only included
    (($(jobs -rp | wc -l) < jobs)) || wait -n
done
wait

check() { # PROGRAM: prints what is wrong with it
    local program=$1 words sentence page headers before=("${all[@]}") flags=(-Wall -Wextra "-I$root/examples/programs"
        "-I$root/examples/programs/smollm2")
    $has_thrust || ! grep -q 'genotype/thrust.hpp' "$program" || return 0
    if ! grep -q '^// does not compile$' "$program"; then
        headers=$(headers_of "$program")
        [[ -z $headers ]] || before=(-include "${precompiled[$headers]}")
        [[ $program == "$scratch"/* ]] || flags+=("${warnings[@]}" "${conversions[@]}")
        words=$("${reader[@]}" "${before[@]}" "${standard[@]}" "${flags[@]}" -fsyntax-only "$program" 2>&1) || head -n 20 <<<"$words"
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
    check "$program" >"$scratch/$(basename "$program").words" &
    (($(jobs -rp | wc -l) < jobs)) || wait -n
done
wait
for program in "${programs[@]}"; do
    words=$(cat "$scratch/$(basename "$program").words")
    [[ -z $words ]] || fault "$(basename "$program" .cpp): $words"
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
