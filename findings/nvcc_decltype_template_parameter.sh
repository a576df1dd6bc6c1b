#!/usr/bin/env bash
# nvcc 13.0.88 (nvidia-cuda-nvcc from PyPI), host compiler GCC: decltype of a template parameter of class type is a
# reference in a .cu file's host code, and none in its device code.
#
# The parameter's name without further parentheses has the parameter's own type (C++20, [dcl.type.decltype], 1.2), and
# so it is in device code, and with GCC alone. For the host compiler nvcc writes the program anew, with
# `__decltype((value))` for `decltype(value)`: an expression, which of an object of class type is an lvalue. So one line
# of a header has two meanings in one compilation: where host code plans memory or grids by a trait of a parameter's
# type, and device code by the same trait, they take different branches, and nothing is said. Parameters that are numbers
# are not changed, for they are no lvalues. `std::remove_cvref_t<decltype(value)>` is the same type on both sides.
#
# Seen:
#   GCC alone: auto 0, class 0, number 0, without cvref 1
#   nvcc, host code: auto 1, class 1, number 0, without cvref 1
#   nvcc, device code: is no reference: compiles; is a reference: refused
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check nvidia-cuda-nvcc==13.0.88 nvidia-nvvm==13.0.88 \
    nvidia-cuda-crt==13.0.88 nvidia-cuda-runtime==13.0.96 nvidia-cuda-cccl==13.0.85
toolkit=$(dirname "$(dirname "$(find "$scratch/venv" -path '*/bin/nvcc' -type f | head -n 1)")")
cat > "$scratch/parameter.cu" <<'CUDA'
#include <cstdio>
#include <type_traits>

struct Size {
    int height, width;
};
template <auto value>
constexpr bool of_auto = std::is_reference_v<decltype(value)>;
template <Size value>
constexpr bool of_class = std::is_reference_v<decltype(value)>;
template <auto value>
constexpr bool without_cvref = std::is_same_v<std::remove_cvref_t<decltype(value)>, Size>;

#ifdef __CUDA_ARCH__
static_assert(of_auto<Size{1, 2}> == EXPECTED_ON_DEVICE && of_class<Size{1, 2}> == EXPECTED_ON_DEVICE);
#endif
#ifdef __CUDACC__
__global__ void nothing() {}
#endif

int main() {
    std::printf("auto %d, class %d, number %d, without cvref %d\n", of_auto<Size{1, 2}>, of_class<Size{1, 2}>,
                of_auto<3>, without_cvref<Size{1, 2}>);
}
CUDA
cd "$scratch"
nvcc() { "$toolkit/bin/nvcc" -std=c++20 "$@" parameter.cu; }
on_device() { nvcc -ptx -arch=compute_90 -DEXPECTED_ON_DEVICE="$1" -o "$1.ptx" 2>/dev/null && echo compiles || echo refused; }
g++ -std=c++20 -x c++ parameter.cu -o alone
nvcc -arch=compute_90 -cuda -DEXPECTED_ON_DEVICE=false -o parameter.cpp.ii
g++ -std=c++20 -fpreprocessed -x c++ -c parameter.cpp.ii -o parameter.o
g++ parameter.o -o host -L"$toolkit/lib" -Wl,-rpath,"$toolkit/lib" "$(find "$toolkit/lib" -name 'libcudart.so.*' | head -n 1)"
cat > expected <<'SEEN'
GCC alone: auto 0, class 0, number 0, without cvref 1
nvcc, host code: auto 1, class 1, number 0, without cvref 1
nvcc, device code: is no reference: compiles; is a reference: refused
SEEN
{
    echo "GCC alone: $(./alone)"
    echo "nvcc, host code: $(./host)"
    echo "nvcc, device code: is no reference: $(on_device false); is a reference: $(on_device true)"
} | tee found
cmp -s expected found || { echo "changed"; exit 1; }
