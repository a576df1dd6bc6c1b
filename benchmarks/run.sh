#!/usr/bin/env bash
# Races the library against PyTorch 2 and ONNX Runtime, and measures kernels, layers, memory, growth and compile time.
# usage: benchmarks/run.sh [--quick] [--profile] [--avx2] [--parts A,B] [--heats NAME] [--seed N] [--compare OLD.json]
#        benchmarks/run.sh --compare OLD.json --with NEW.json   (measures nothing)
#        benchmarks/run.sh text [--quick] [--avx2] [--heats NAME] [--folder FOLDER] [--gguf FILE]   races text models
#        benchmarks/run.sh gpu [--quick] [--heats NAME] [--seed N] [--rehearse]   races on an NVIDIA GPU; --rehearse runs
# all of that without one, for a few steps whose times mean nothing
# Installs what is missing, builds in build-bench/, and writes race.json, race.md and charts under out/benchmarks/. The
# others are looked for in $GENOTYPE_PEERS or build-bench/peers (benchmarks/setup_peers.sh); without them, or without
# Python, our half is measured. --quick takes less than five minutes on two cores, the whole about an hour.
set -euo pipefail
for argument; do
    [[ $argument == --help || $argument == -h ]] && { sed -n '2,10s/^# //p' "${BASH_SOURCE[0]}"; exit 0; }
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ " $* " == *" --with "* ]]; then # compares two results, measures nothing
    exec python3 -B benchmarks/race.py "$@"
fi
text=false gpu=false
[[ ${1:-} == text ]] && { text=true; shift; }
[[ ${1:-} == gpu ]] && { gpu=true; shift; }
if $gpu && [[ " $* " != *" --rehearse "* ]] && ! compgen -G '/dev/nvidia[0-9]*' >/dev/null && [[ ! -e /dev/dxg ]]; then
    echo "There is no GPU here; --rehearse runs without one."
    exit 77
fi
bash cmake/install_packages.sh benchmarks

build=build-bench/native
out=out/benchmarks
options=()
if [[ " $* " == *" --avx2 "* ]]; then
    build=build-bench/avx2
    out=out/benchmarks-avx2
    options=(-DGENOTYPE_NATIVE=OFF -DCMAKE_CXX_FLAGS=-march=haswell)
fi
[[ -e $build/CMakeCache.txt ]] || ! command -v ninja >/dev/null || options+=(-G Ninja)
cmake -S . -B "$build" "${options[@]}" -DGENOTYPE_TESTS=OFF "-DGENOTYPE_EXAMPLES=$($text && echo ON || echo OFF)" \
    -DGENOTYPE_BENCHMARKS=ON >/dev/null
targets=()
$text && targets=(--target benchmark_race_text text)
if $gpu; then
    targets=(--target benchmark_gpu)
    grep -q '^CMAKE_CUDA_COMPILER:[A-Z]*=.*/' "$build/CMakeCache.txt" || { echo "There is no nvcc here."; exit 77; }
fi
cmake --build "$build" --parallel "$(nproc)" "${targets[@]}"
mkdir -p "$out"

if $text; then
    exec python3 -B benchmarks/text_race.py --programs "$build/benchmarks" --text-program "$build/examples/text" \
        --out "$out" "$@"
fi
if $gpu; then
    exec python3 -B benchmarks/gpu_race.py --programs "$build/benchmarks" --out "$out" "$@"
fi

if command -v python3 >/dev/null; then
    exec python3 -B benchmarks/race.py --programs "$build/benchmarks" --out "$out" "$@"
fi
echo "Without Python there is no race: our kernels and training steps alone."
export OMP_PROC_BIND=${OMP_PROC_BIND:-true} # a core for each thread
for name in kernels training; do
    "$build/benchmarks/$name" --benchmark_counters_tabular=true --benchmark_out_format=json \
        --benchmark_out="$out/$name.json"
done
bash tests/structure/compile_budget.sh | tee "$out/compile.txt"
