#!/usr/bin/env bash
# A GPU draws the random bits that the host draws: the kernels' PTX, run by an interpreter, needs no GPU.
# usage: philox.sh HOST_PROGRAM NVCC [HOST_COMPILER]
set -euo pipefail
program=$1 nvcc=$2 host_compiler=${3:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=$(command -v python3) || { echo "SKIPPED: there is no python3 to run the kernels' code."; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# translate GPU FILE OPTION...
translate() {
    "$nvcc" ${host_compiler:+-ccbin "$host_compiler"} -std=c++20 --expt-relaxed-constexpr --extended-lambda -arch="compute_$1" -ptx \
        -Xcompiler=-fopenmp -I "$here/../../include" "${@:3}" "$here/philox.cu" -o "$folder/$2"
}
for gpu in 75 90; do translate "$gpu" "compute_$gpu.ptx"; done
"$python" -B "$here/philox.py" "$program" "$folder"/compute_*.ptx

# Rounding that is only nearly right must be found, or nothing above says anything.
translate 90 fast.ptx -use_fast_math
if words=$("$python" -B "$here/philox.py" "$program" "$folder/fast.ptx" 2>&1); then
    echo "FAULT: -use_fast_math is not found"
    exit 1
fi
grep -q '^FAULT: not rounded correctly: ' <<<"$words" || { echo "FAULT: -use_fast_math ends so: $words"; exit 1; }
echo "With -use_fast_math: ${words##*$'\n'}"
