#!/usr/bin/env bash
# Cross-compiles the tests of the processor's kernels for 64-bit ARM, whose vectors are NEON's, and runs them under
# emulation. Not a part of tests/run.sh: all of them take a quarter of an hour.
# usage: tests/neon.sh [NAME...]     names of files in tests/unit without .cpp; without any, all that read such kernels
# Needs g++-aarch64-linux-gnu, qemu-user and the headers of xsimd and doctest.
set -euo pipefail
if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}"
    exit 0
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for tool in aarch64-linux-gnu-g++ qemu-aarch64; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool here (Debian: g++-aarch64-linux-gnu, qemu-user)"; exit 77; }
done

out=build-neon
mkdir -p "$out/include"
# These two alone: beside them lie headers of this machine's own C library.
for library in xsimd doctest; do
    [[ -d /usr/include/$library ]] || { echo "skipped: no headers of $library in /usr/include"; exit 77; }
    ln -sfn "/usr/include/$library" "$out/include/$library"
done

names=("$@")
((${#names[@]})) || mapfile -t names < <(grep -lE '#include "genotype/kernels/(cpu|all)' tests/unit/*.cpp |
    xargs -n 1 basename --suffix=.cpp)
flags=(-std=c++20 -O1 -fopenmp -Wall -Wextra -Wpedantic -Wshadow -Werror -static -Wl,--no-warnings -Iinclude -Itests
    -isystem "$out/include" '-DGENOTYPE_GOLDEN_DIR="tests/golden/data"')
aarch64-linux-gnu-g++ "${flags[@]}" -c tests/support/doctest_main.cpp -o "$out/doctest_main.o"
failed=0
for name in "${names[@]}"; do
    if aarch64-linux-gnu-g++ "${flags[@]}" "tests/unit/$name.cpp" "$out/doctest_main.o" -o "$out/$name" &&
        OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive qemu-aarch64 "$out/$name" >"$out/$name.txt" 2>&1; then
        echo "passed  $name"
    else
        echo "FAILED  $name"
        [[ ! -e $out/$name.txt ]] || tail -n 20 "$out/$name.txt"
        failed=1
    fi
done
exit "$failed"
