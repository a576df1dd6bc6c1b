#!/usr/bin/env bash
# Tries a compiler: the syntax of all headers at once, with the warnings of users, and some tests built and run. Prints a
# row of the table in docs/platforms.md. Not a part of tests/run.sh: a compiler takes minutes.
# usage: tests/platforms.sh COMPILER [OPTION...]     e.g. tests/platforms.sh clang++-16 -stdlib=libc++
# TESTS="linear npy" names other files of tests/unit; LINK has what a linker needs beside; RUN is put before each test.
set -uo pipefail
if [[ $# == 0 || $1 == --help || $1 == -h ]]; then
    sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}"
    exit 2
fi
source "$(dirname "${BASH_SOURCE[0]}")/structure/common.sh"
compiler=$1 options=("${@:2}")
read -ra tests <<<"${TESTS:-convolution_kernels attention_kernels gan_trainer save_load tokenizer}"
read -ra link <<<"${LINK:-}"
read -ra run <<<"${RUN:-}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
words=$scratch/words
build() { "$compiler" "${standard[@]}" "${options[@]}" '-DGENOTYPE_GOLDEN_DIR="'"$root"'/tests/golden/data"' "$@" >"$words" 2>&1; }

headers=passed
own_headers "$compiler" | sed 's/.*/#include "&"/' >"$scratch/headers.cpp"
build "${warnings[@]}" -fsyntax-only "$scratch/headers.cpp" || { headers=FAILED; grep -m 5 -E 'error|warning' "$words" >&2; }

results=()
build -O1 -c "$root/tests/support/doctest_main.cpp" -o "$scratch/main.o" || { cat "$words" >&2; exit 1; }
for test in "${tests[@]}"; do
    if ! build -O1 "$root/tests/unit/$test.cpp" "$scratch/main.o" -o "$scratch/$test" -lpng -lz -lzip -lpcre2-8 "${link[@]}"; then
        results+=("$test does not compile")
        grep -m 5 -E 'error|undefined' "$words" >&2
    elif (cd "$root" && OMP_WAIT_POLICY=passive "${run[@]}" "$scratch/$test" >"$words" 2>&1); then
        results+=("$test")
    else
        results+=("$test FAILED")
        tail -n 20 "$words" >&2
    fi
done
printf '| %s %s | %s of %s headers | %s | %s |\n' "$(compiler_version)" "${options[*]}" "$headers" \
    "$(own_headers "$compiler" | wc -l)" "$(IFS=,; echo "${results[*]}" | sed 's/,/, /g')" "$(date +%Y-%m-%d)"
