#!/usr/bin/env bash
# Installs what is missing, builds the benchmarks, runs all of them, and measures what the examples cost to compile.
# usage: benchmarks/run.sh [arguments for Google Benchmark]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash cmake/install_packages.sh benchmarks

generator=()
[[ -e build-benchmarks/CMakeCache.txt ]] || ! command -v ninja >/dev/null || generator=(-G Ninja)
cmake -S . -B build-benchmarks "${generator[@]}" -DGENOTYPE_TESTS=OFF -DGENOTYPE_EXAMPLES=OFF -DGENOTYPE_BENCHMARKS=ON
cmake --build build-benchmarks --parallel "$(nproc)"

for source in benchmarks/*.cpp; do
    [[ -e $source ]] || continue
    "build-benchmarks/benchmarks/$(basename "$source" .cpp)" "$@"
done
bash tests/structure/compile_budget.sh
