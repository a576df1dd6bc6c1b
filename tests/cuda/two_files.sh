#!/usr/bin/env bash
# A program may have the same kernels in several files: nothing of the headers is defined twice, and each file's kernels
# run. (Of lambdas for the processor and the GPU, GENOTYPE_KERNEL says what may become of them.)
# usage: two_files.sh STAND_IN NVCC [HOST_COMPILER]
set -euo pipefail
stand_in=$1 nvcc=$2 host_compiler=${3:-}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

kernels='#include <cstdio>
#include "genotype/kernels/cuda/cuda.hpp"
#include "genotype/kernels/portable/elementwise.hpp"
#include "genotype/optimizers/clip.hpp"
#include "genotype/memory/arena.hpp"
using namespace genotype;
void clip() {
    Arena<Cuda> gradients(10000), norm(1 + sum_parts(Cuda{}));
    clip_gradient_norm(Cuda{}, 10000, gradients.data(), 1, norm.data());
}'
echo "${kernels/void clip/void other}" >"$folder/other.cu"
printf '%s\nvoid other();\nint main() { clip(); other(); std::puts("both have run"); }\n' "$kernels" >"$folder/one.cu"
"$nvcc" ${host_compiler:+-ccbin "$host_compiler"} -std=c++20 --expt-relaxed-constexpr --extended-lambda -O2 \
    -arch=compute_90 -no-compress -cudart shared -Xcompiler=-fopenmp -I "$root/include" "$folder"/{one,other}.cu \
    -o "$folder/program" || { echo "FAULT: a program of two files is not built"; exit 1; }
words=$(GENOTYPE_STAND_IN_RUNS=1 LD_PRELOAD=$stand_in "$folder/program") || { echo "FAULT: it ends so: $? $words"; exit 1; }
echo "Of two files with the same kernels: $words"
