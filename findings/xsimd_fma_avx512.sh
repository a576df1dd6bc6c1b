#!/usr/bin/env bash
# xsimd 8.1.0 (Debian 12's libxsimd-dev 8.1.0-7): fma, fms and fnma are a product and a sum on AVX-512, while they are
# one fused instruction on AVX2 with FMA.
#
# `xsimd::fma` is documented as computing x * y + z, with an instruction of its own where the target has one, and all
# processors with AVX-512 have it. But the architecture avx512f has no overload in this version, and takes the one for
# any architecture, which writes x * y + z. What becomes of it is then the compiler's choice. GCC contracts by default,
# but across calls, so it may fuse another product than the one that was named: in fms(a, b, c * d) either. Clang does
# not contract what comes from two functions, so a program built for AVX-512 has no fused instruction at all, half the
# peak and other bits than the same program for AVX2. A newer xsimd has the overloads.
#
# Seen (instructions of fma(x, y, z) and fms(a, b, c * d) together, at -O2):
#   g++ avx512f: 2 fused, 1 products
#   g++ avx512f -ffp-contract=off: 0 fused, 3 products
#   g++ fma3<xsimd::avx2> -ffp-contract=off: 2 fused, 1 products
#   clang++ avx512f: 0 fused, 3 products
#   clang++ fma3<xsimd::avx2>: 2 fused, 1 products
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
package=libxsimd-dev_8.1.0-7_amd64.deb
curl --fail --silent --show-error --location -O "http://deb.debian.org/debian/pool/main/x/xsimd/$package"
sha256sum --check --quiet <<< "5ee562aa083ddfbb991a741da4ce164878d8f5ef30a250df3e6e1688562dc53f  $package"
dpkg-deb --extract "$package" xsimd
clang=$(command -v clang++-19 || command -v clang++)
cat > fused.cpp <<'CPP'
#include <xsimd/xsimd.hpp>
using Vector = xsimd::batch<float, xsimd::ARCHITECTURE>;
Vector one(Vector x, Vector y, Vector z) { return xsimd::fma(x, y, z); }
Vector two(Vector a, Vector b, Vector c, Vector d) { return xsimd::fms(a, b, c * d); }
CPP
count() { # NAME COMPILER ARCHITECTURE FLAG...
    local name=$1 compiler=$2 architecture=$3
    shift 3
    local flags=(-mavx2 -mfma)
    [[ $architecture == avx512f ]] && flags+=(-mavx512f)
    "$compiler" -std=c++17 -O2 "${flags[@]}" "$@" "-DARCHITECTURE=$architecture" -isystem xsimd/usr/include -S fused.cpp -o fused.s
    echo "$name $architecture${*:+ $*}: $(grep -cE 'vfn?m(add|sub)' fused.s || true) fused, $(grep -c vmulps fused.s || true) products"
}
{
    count g++ g++ avx512f
    count g++ g++ avx512f -ffp-contract=off
    count g++ g++ 'fma3<xsimd::avx2>' -ffp-contract=off
    count clang++ "$clang" avx512f
    count clang++ "$clang" 'fma3<xsimd::avx2>'
} > seen
cat > expected <<'SEEN'
g++ avx512f: 2 fused, 1 products
g++ avx512f -ffp-contract=off: 0 fused, 3 products
g++ fma3<xsimd::avx2> -ffp-contract=off: 2 fused, 1 products
clang++ avx512f: 0 fused, 3 products
clang++ fma3<xsimd::avx2>: 2 fused, 1 products
SEEN
diff expected seen
cat seen
