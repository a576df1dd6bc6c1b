#!/usr/bin/env bash
# Clang 19.1.7 (as ziglang 0.14.1 has it; Debian 12's clang-19 does the same) and OpenMP's `reduction(max : ...)` of floats:
# the maximum of values that are all -infinity is -3.40282e+38, which none of them is, although the variable that is
# reduced was -infinity before the loop as well.
#
# OpenMP lets each private copy begin with the "minimal representable number" of its type. For GCC that is -infinity, for
# Clang -FLT_MAX; min likewise gives FLT_MAX for infinities. The copy then wins against the variable's own -infinity. So
# a mask by -infinity, the usual way to forbid a token or a key, gets a finite maximum where everything is masked: a test
# by isfinite passes it, and a search for the element that equals the maximum finds none. No warning; the same by `simd`
# alone, as here, and by `parallel for`.
#
# Seen (64 values of -infinity, reduced into a variable of -infinity; and of +infinity by min):
#   clang -O0: max -3.40282e+38, min 3.40282e+38
#   clang -O2: max -3.40282e+38, min 3.40282e+38
#   g++ -O0: max -inf, min inf
#   g++ -O2: max -inf, min inf
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install ziglang==0.14.1
cat > largest.cpp <<'CPP'
#include <cmath>
#include <cstdio>
int main() {
    volatile float source = INFINITY;
    float x[64];
    for (float& value : x) value = source;
    float largest = -INFINITY, smallest = INFINITY;
#pragma omp simd reduction(max : largest) reduction(min : smallest)
    for (int i = 0; i < 64; ++i) {
        largest = -x[i] > largest ? -x[i] : largest;
        smallest = x[i] < smallest ? x[i] : smallest;
    }
    std::printf("max %g, min %g\n", largest, smallest);
}
CPP
export ZIG_GLOBAL_CACHE_DIR=$scratch/cache ZIG_LOCAL_CACHE_DIR=$scratch/cache
for level in -O0 -O2; do
    venv/bin/python -m ziglang c++ -fno-sanitize=undefined -fopenmp-simd $level largest.cpp -o largest 2> words ||
        { cat words; exit 1; }
    echo "clang $level: $(./largest)"
done > seen
for level in -O0 -O2; do
    g++ -Wall -Wextra -fopenmp-simd $level largest.cpp -o largest
    echo "g++ $level: $(./largest)"
done >> seen
diff - seen <<'SEEN'
clang -O0: max -3.40282e+38, min 3.40282e+38
clang -O2: max -3.40282e+38, min 3.40282e+38
g++ -O0: max -inf, min inf
g++ -O2: max -inf, min inf
SEEN
cat seen
