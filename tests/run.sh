#!/usr/bin/env bash
# Installs what is missing, builds the tests and runs them. Ends with ctest's own closing line.
# usage: tests/run.sh [--all] [arguments for ctest]; --all runs what tests/quick_and_all.md lists, too: four times as long
#        tests/run.sh --fuzz [SECONDS [TARGET...]]: fuzzes each reader of files for 60 seconds, or so many, instead
set -euo pipefail
if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}"
    exit 0
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash cmake/install_packages.sh tests
settings=(-DGENOTYPE_SANITIZE=ON "-DGENOTYPE_CUDA_PROGRAMS=vae|12_on_a_gpu")
if [[ ${1:-} == --all ]]; then
    settings=(-DGENOTYPE_SANITIZE=ALL "-DGENOTYPE_CUDA_PROGRAMS=.*")
    export GENOTYPE_COMPILE_BUDGET=all
    shift
fi
if [[ ${1:-} == --fuzz ]]; then exec bash tests/fuzz/run.sh "${@:2}"; fi

# What a compiler cache holds serves another clone of the same sources, too.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
jobs=$(nproc)
generator=()
[[ -e build-tests/CMakeCache.txt ]] || ! command -v ninja >/dev/null || generator=(-G Ninja)
cmake -S . -B build-tests "${generator[@]}" -DGENOTYPE_TESTS=ON "${settings[@]}" -DGENOTYPE_EXAMPLES=ON \
    -DGENOTYPE_BENCHMARKS=OFF
log=build-tests/.ninja_log
before=$(wc -l 2>/dev/null <"$log" || echo 0)
cmake --build build-tests --parallel "$jobs"
status=0
bash tests/structure/compile_budget.sh || status=1  # ctest still has the last word

# What took longest: of this build's files, where ninja made them, and of the tests.
slowest() {
    local words after
    after=$(wc -l 2>/dev/null <"$log" || echo 0)
    ((after > before)) || before=$after
    words=$(tail -n "+$((before + 1))" "$log" 2>/dev/null | awk -F '\t' 'NF > 3 && !/^#/ {printf "%8.1f s  %s\n", ($2 - $1) / 1000, $4}')
    [[ -z $words ]] || printf 'The slowest to build:\n%s\n' "$(sort -rn <<<"$words" | head -n 10)"
    words=$(awk '/^[0-9]+\/[0-9]+ Testing: / {name = $3} /^Test time = / {printf "%8.1f s  %s\n", $4, name}' \
        build-tests/Testing/Temporary/LastTest.log)
    printf 'The slowest tests:\n%s\n\n' "$(sort -rn <<<"$words" | head -n 10)"
}
# Threads that wait for others sleep: as many tests run at once as there are cores.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
# ctest's summary is held back until that is said.
summary=$(mktemp)
trap 'rm -f "$summary"' EXIT
ctest --test-dir build-tests --output-on-failure --parallel "$jobs" "$@" 2>&1 |
    awk -v summary="$summary" '/^[0-9]+% tests passed/ {held = 1} held {print >summary; next} {print; fflush()}' || status=1
[[ ! -s $summary ]] || slowest || true
cat "$summary"
exit "$status"
