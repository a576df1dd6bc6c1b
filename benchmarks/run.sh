#!/usr/bin/env bash
# Installs what is missing, builds the benchmarks in build-benchmarks/, runs all of them on every core, and measures what
# the examples cost to compile. Figures also go to out/benchmarks/: NAME.json for each program, and compile.txt.
# usage: benchmarks/run.sh [arguments for Google Benchmark, such as --benchmark_filter=dcgan]
set -euo pipefail
if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}"
    exit 0
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash cmake/install_packages.sh benchmarks

generator=()
[[ -e build-benchmarks/CMakeCache.txt ]] || ! command -v ninja >/dev/null || generator=(-G Ninja)
cmake -S . -B build-benchmarks "${generator[@]}" -DGENOTYPE_TESTS=OFF -DGENOTYPE_EXAMPLES=OFF -DGENOTYPE_BENCHMARKS=ON
cmake --build build-benchmarks --parallel "$(nproc)"

export OMP_PROC_BIND=${OMP_PROC_BIND:-true} # a core for each thread
out=out/benchmarks
mkdir -p "$out"
for source in benchmarks/*.cpp; do
    name=$(basename "$source" .cpp)
    "build-benchmarks/benchmarks/$name" --benchmark_counters_tabular=true --benchmark_out_format=json \
        --benchmark_out="$out/$name.json" "$@"
done
bash tests/structure/compile_budget.sh | tee "$out/compile.txt"
echo "Written:"
printf '  %s\n' "$out"/*
