#!/usr/bin/env bash
# Installs what is missing, builds the tests and runs them. Ends with ctest's own closing line.
# usage: tests/run.sh [--all] [arguments for ctest]; --all also runs what takes minutes more: see GENOTYPE_SANITIZE
#        tests/run.sh --fuzz [SECONDS [TARGET...]]: fuzzes each reader of files for 60 seconds, or so many, instead
set -euo pipefail
if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}"
    exit 0
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash cmake/install_packages.sh tests
sanitize=ON
[[ ${1:-} == --all ]] && { sanitize=ALL; shift; }
if [[ ${1:-} == --fuzz ]]; then exec bash tests/fuzz/run.sh "${@:2}"; fi

# What a compiler cache holds serves another clone of the same sources, too.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
jobs=$(nproc)
generator=()
[[ -e build-tests/CMakeCache.txt ]] || ! command -v ninja >/dev/null || generator=(-G Ninja)
cmake -S . -B build-tests "${generator[@]}" -DGENOTYPE_TESTS=ON -DGENOTYPE_SANITIZE=$sanitize -DGENOTYPE_EXAMPLES=ON \
    -DGENOTYPE_BENCHMARKS=OFF
cmake --build build-tests --parallel "$jobs"
status=0
bash tests/structure/compile_budget.sh || status=1  # ctest still has the last word
ctest --test-dir build-tests --output-on-failure --parallel "$jobs" "$@" || status=1
exit "$status"
