#!/usr/bin/env bash
# A program of two files with kernels would call address 0 (see kernels/thrust/cuda_system.hpp): it is not linked.
# usage: one_file.sh NVCC [HOST_COMPILER]
set -euo pipefail
nvcc=$1 host_compiler=${2:-}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

program='#include "genotype/kernels/thrust/cuda.hpp"
#include "genotype/kernels/thrust/elementwise.hpp"
'
echo "$program int main() { genotype::Cuda::synchronize(); }" >"$folder/one.cu"
echo "$program void other() { genotype::Cuda::synchronize(); }" >"$folder/other.cu"
# link FILE...
link() {
    "$nvcc" ${host_compiler:+-ccbin "$host_compiler"} -std=c++20 --expt-relaxed-constexpr --extended-lambda \
        -arch=compute_90 -Xcompiler=-fopenmp -I "$root/include" "$@" -o "$folder/program" >"$folder/words" 2>&1
}
link "$folder/one.cu" || { head -n 20 "$folder/words"; echo "FAULT: a program of one file is not linked"; exit 1; }
! link "$folder/one.cu" "$folder/other.cu" || { echo "FAULT: a program of two files is linked"; exit 1; }
grep -q 'multiple definition of .*a_program_has_one_file_with_kernels_for_cuda' "$folder/words" ||
    { cat "$folder/words"; echo "FAULT: that does not say why"; exit 1; }
echo "A program of one file is linked, and of two is not."
