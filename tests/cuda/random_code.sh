#!/usr/bin/env bash
# Random numbers have the same bits on every GPU: what makes them is rounded correctly everywhere, in the kernels' PTX.
# usage: random_code.sh NVCC [HOST_COMPILER]
set -euo pipefail
nvcc=$1 host_compiler=${2:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/kernels.cu" <<'SOURCE'
#include "genotype/kernels/cuda/cuda.hpp"
#include "genotype/kernels/portable/random.hpp"
void fill_all(long n, const genotype::RandomState& start, float* y) {
    fill_normal(genotype::Cuda{}, n, start, y);
    fill_uniform(genotype::Cuda{}, n, start, 0, 1, y);
    fill_keep_mask(genotype::Cuda{}, n, start, 0.5f, 2, y);
}
SOURCE

# The instructions that another GPU may round otherwise.
inexact() { grep -E '\.(approx|full|ftz)\b' | sort -u || true; }
[[ $(printf '\t%s\n' 'sqrt.rn.f32 %f2, %f1;' 'sqrt.approx.ftz.f32 %f4, %f3;' | inexact) == *"sqrt.approx.ftz.f32 %f4"* ]] ||
    { echo "FAULT: what -use_fast_math makes of a square root is not found"; exit 1; }
for gpu in 75 90; do
    "$nvcc" ${host_compiler:+-ccbin "$host_compiler"} -std=c++20 --expt-relaxed-constexpr --extended-lambda \
        -arch="compute_$gpu" -ptx -Xcompiler=-fopenmp -I "$here/../../include" "$folder/kernels.cu" -o "$folder/code.ptx"
    grep -q 'sqrt\.' "$folder/code.ptx" || { echo "FAULT: there is no square root in what makes normal numbers"; exit 1; }
    found=$(inexact <"$folder/code.ptx")
    [[ -z $found ]] || { echo "FAULT: not rounded correctly, compute_$gpu: $found"; exit 1; }
done
echo "Every instruction is rounded correctly for compute_75 and compute_90."
