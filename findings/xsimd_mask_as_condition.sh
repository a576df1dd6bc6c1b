#!/usr/bin/env bash
# xsimd 8.1.0 (Debian 12's libxsimd-dev 8.1.0-7): `x > y ? a : b` on batches compiles for AVX-512 and chooses once for all
# lanes; for AVX2 and SSE2 it does not compile.
#
# A comparison of batches is a batch_bool, which is meant for xsimd::select. It converts to its register, without a word.
# On AVX2 and SSE2 that is a vector, which is no condition, so a function that is written for one value, with ? or if,
# is refused. On AVX-512 it is an integer with a bit for each lane, which is true where any bit is set: the same source
# compiles, without a warning, and takes the branch of the first alternative for all lanes if a single one asks for it.
# What was written and tested for AVX2 cannot have it; what is written on a machine with AVX-512 may.
#
# Seen (of the lanes -1, 2, -3, 4, ... with x > 0 ? x : 0; the last line where the processor has AVX-512):
#   g++ avx512f: compiles
#   g++ avx2: is refused
#   g++ sse2: is refused
#   clang++ avx512f: compiles
#   clang++ avx2: is refused
#   clang++ sse2: is refused
#   avx512f: 8 of 16 lanes are negative
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
package=libxsimd-dev_8.1.0-7_amd64.deb
curl --fail --silent --show-error --location -O "http://deb.debian.org/debian/pool/main/x/xsimd/$package"
sha256sum --check --quiet <<< "5ee562aa083ddfbb991a741da4ce164878d8f5ef30a250df3e6e1688562dc53f  $package"
dpkg-deb --extract "$package" xsimd
clang=$(command -v clang++-19 || command -v clang++)
cat > positive.cpp <<'CPP'
#include <cstdio>
#include <xsimd/xsimd.hpp>
using Vector = xsimd::batch<float, xsimd::ARCHITECTURE>;
template <class V>
V positive(V x) { return x > V(0.f) ? x : V(0.f); }
int main() {
    alignas(64) float values[Vector::size];
    for (int i = 0; i < int(Vector::size); ++i) values[i] = i % 2 ? i + 1.f : -i - 1.f;
    positive(Vector::load_aligned(values)).store_aligned(values);
    int negative = 0;
    for (float value : values) negative += value < 0;
    std::printf("%d of %d lanes are negative\n", negative, int(Vector::size));
}
CPP
flags=(-std=c++17 -O2 -Wall -Wextra -isystem xsimd/usr/include positive.cpp)
look() { # NAME COMPILER
    local architecture march
    for architecture in avx512f:skylake-avx512 avx2:haswell sse2:x86-64; do
        march=${architecture#*:} architecture=${architecture%:*}
        if "$2" "${flags[@]}" "-DARCHITECTURE=$architecture" "-march=$march" -o "positive_$1_$architecture" 2> words; then
            [[ ! -s words ]] || { cat words; exit 1; }
            echo "$1 $architecture: compiles"
        else
            echo "$1 $architecture: is refused"
        fi
    done
}
{ look g++ g++; look clang++ "$clang"; } > seen
cat > expected <<'SEEN'
g++ avx512f: compiles
g++ avx2: is refused
g++ sse2: is refused
clang++ avx512f: compiles
clang++ avx2: is refused
clang++ sse2: is refused
SEEN
if grep -q avx512f /proc/cpuinfo; then
    echo "avx512f: $(./positive_g++_avx512f)" >> seen
    echo "avx512f: 8 of 16 lanes are negative" >> expected
fi
diff expected seen
cat seen
