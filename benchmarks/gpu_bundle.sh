#!/usr/bin/env bash
# Makes a folder that runs on another machine with an NVIDIA GPU, without a compiler, CMake or a network: the tests of CUDA,
# the kernels' tables, what compute-sanitizer looks at, our side of the race on a GPU, and PyTorch's contestants.
# usage: benchmarks/gpu_bundle.sh DIR [--arch 90] [--jobs N] [--only PROGRAM,...]
#   --arch  machine code for this GPU (90: H100 and H200), and PTX, which the driver translates for newer ones
#   --jobs  programs that are compiled at the same time (all cores); each takes up to a minute and 2 GB
#   --only  these alone, such as cuda_random,cuda_elementwise, beside what is always there
# Then, there: bash DIR/run.sh [SECONDS]. Builds in build-bench/gpu. No GPU is needed here.
set -euo pipefail
usage() { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
refuse() { echo "gpu_bundle.sh: $*" >&2; exit 2; }
folder='' arch=90 jobs=$(nproc) only=''
while (($#)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --arch) arch=${2:?--arch needs a number}; shift ;;
        --jobs) jobs=${2:?--jobs needs a number}; shift ;;
        --only) only=${2:?--only needs names}; shift ;;
        -*) refuse "found '$1', expected --arch, --jobs or --only" ;;
        *) [[ -z $folder ]] || refuse "found a second folder, '$1', expected one"; folder=$1 ;;
    esac
    shift
done
[[ -n $folder ]] || { usage >&2; exit 2; }
[[ $arch =~ ^[0-9]+[af]?$ ]] || refuse "found --arch '$arch', expected a GPU's compute capability, such as 90"
[[ ! -e $folder || -e $folder/made_of.txt || -z $(ls -A "$folder") ]] ||
    refuse "found files in $folder that are no bundle, expected a new or empty folder, or a bundle"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash cmake/install_packages.sh tests >/dev/null
bash cmake/install_packages.sh benchmarks >/dev/null

export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
build=build-bench/gpu
generator=()
[[ -e $build/CMakeCache.txt ]] || ! command -v ninja >/dev/null || generator=(-G Ninja)
# Code for any x86-64; libraries are looked for beside the programs; those that nothing calls are not asked for.
cmake -S . -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DGENOTYPE_NATIVE=OFF -DGENOTYPE_TESTS=ON \
    -DGENOTYPE_SANITIZE=ALL -DGENOTYPE_EXAMPLES=OFF -DGENOTYPE_BENCHMARKS=ON -DGENOTYPE_CUDA=ON \
    "-DCMAKE_CUDA_ARCHITECTURES=$arch" -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON '-DCMAKE_INSTALL_RPATH=$ORIGIN/../lib' \
    '-DCMAKE_EXE_LINKER_FLAGS=-Wl,--as-needed' >/dev/null

all=$(cmake --build "$build" --target help | grep -oE '\b(cuda|benchmark_gpu)_[a-z_]+' | sort -u)
wanted=(cuda_faulty benchmark_gpu_kernels)  # which knows the GPU's name
if [[ -n $only ]]; then
    for name in ${only//,/ }; do wanted+=("${name/#gpu_/benchmark_gpu_}"); done
else
    wanted+=(cuda_elementwise cuda_graph cuda_product cuda_random cuda_tangents cuda_text_run cuda_training)
    wanted+=(benchmark_gpu_images benchmark_gpu_text)
    while IFS= read -r name; do wanted+=("$name"); done < <(grep -E '^cuda_(kernels_.*|product_cublas)$' <<<"$all")
fi
for name in "${wanted[@]}"; do grep -qx "$name" <<<"$all" || refuse "found no program $name to build"; done
cmake --build "$build" --parallel "$jobs" --target cuda_stand_in "${wanted[@]}"

nvcc=$(sed -n 's/^CMAKE_CUDA_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
{
    git describe --always --dirty 2>/dev/null || echo "no commit"
    echo "machine code and PTX for compute capability $arch"
    "$nvcc" --version | tail -n 2 | head -n 1
    date -u '+built %Y-%m-%d %H:%M UTC'
} >"$folder/made_of.txt"

# Of an older bundle only the results stay.
rm -rf "$folder"/{bin,lib,benchmarks,tests}
mkdir -p "$folder"/{bin,lib,benchmarks,tests/cuda,tests/interop}
for name in "${wanted[@]}"; do
    case $name in
        benchmark_*) cp "$build/benchmarks/${name#benchmark_}" "$folder/bin" ;;
        *) cp "$build/tests/cuda/$name" "$folder/bin" ;;
    esac
done
cp "$build/tests/cuda/libcuda_stand_in.so" "$folder/bin"
strip "$folder"/bin/*
cp benchmarks/gpu/bundle/{run.sh,README.txt} "$folder"
cp benchmarks/{contestant,gpu_contestant,gpu_race,machine,race_report,serving,text_contestant,torch_contestant,torch_gpt}.py \
    "$folder/benchmarks"
cp tests/cuda/sanitize.sh "$folder/tests/cuda"
cp tests/interop/unet.py "$folder/tests/interop"

# Libraries that another machine may not have: CUDA's runtime, and whatever else programs ask for.
toolkit=$(dirname "$(dirname "$(readlink -f "$nvcc")")")
export LD_LIBRARY_PATH=$toolkit/lib64:$toolkit/lib:$toolkit/targets/x86_64-linux/lib
for program in "$folder"/bin/*; do ldd "$program"; done | sort -u | while read -r name arrow path _; do
    case $name in
        linux-vdso* | */ld-linux* | libc.so.* | libm.so.* | libdl.so.* | librt.so.* | libpthread.so.*) continue ;;
        libstdc++.so.* | libgcc_s.so.* | libgomp.so.* | libcublasLt.so.*) continue ;;
    esac
    [[ $arrow == '=>' && -e $path ]] || { echo "FAULT: $name, which a program needs, is not found" >&2; exit 1; }
    cp -L "$path" "$folder/lib/$name"
done
unset LD_LIBRARY_PATH

most=$((60 * 1024 * 1024))
size=$(du -sb --exclude=results "$folder" | cut -f 1)
printf '%s: %d programs, %d.%d MiB\n' "$folder" "${#wanted[@]}" $((size / 1048576)) $((size % 1048576 * 10 / 1048576))
if ((size >= most)); then
    ls -lS "$folder/bin" | head -n 12
    echo "FAULT: expected less than 60 MiB; --only names what is to be in it" >&2
    exit 1
fi
echo "Copy it to a machine with a GPU; there: bash $(basename "$folder")/run.sh 420"
