#!/usr/bin/env bash
# An elementwise functor that branches on vectors does not compile for a processor with AVX-512 either, where a comparison
# of vectors would become one condition for all of them; one that selects does.
# usage: branchless.sh COMPILER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
program() { # VALUE
    cat <<PROGRAM
#include <genotype/genotype.hpp>
using namespace genotype;
struct Leaky : Activation<Leaky> {
    template <class V> static constexpr V value(V x) { $1 }
    template <class V> static constexpr V derivative(V x) { return select(x > V(0.f), V(1.f), V(0.1f)); }
};
void run(const Tensor<Shape<8>>& x) { Model<Sequential<Leaky>> model(Seed{1}); model(x); }
PROGRAM
}
compile() { program "$1" | "$compiler" "${standard[@]}" -march=skylake-avx512 -fsyntax-only -x c++ - >"$scratch/words" 2>&1; }
compiler=$1
faults=0
compile 'return select(x > V(0.f), x, V(0.1f) * x);' || { echo "FAULT: select does not compile"; head -n 5 "$scratch/words"; faults=1; }
for wrong in 'return x > V(0.f) ? x : V(0.1f) * x;' 'if (x > V(0.f)) return x; return V(0.1f) * x;'; do
    if compile "$wrong"; then
        echo "FAULT: it compiles: $wrong"
        faults=1
    elif ! grep -m 1 'error:' "$scratch/words" | grep -qE 'could not convert|no viable conversion'; then
        echo "FAULT: $wrong is told otherwise: $(grep -m 1 'error:' "$scratch/words")"
        faults=1
    fi
done
((faults == 0)) || exit 1
echo "Functors select, and do not branch on vectors."
