#!/usr/bin/env bash
# An elementwise functor that branches on vectors does not compile for a processor with AVX-512 either, where a comparison
# of vectors would become one condition for all of them; one that selects does. By itself, and where a norm in front of it
# works it out.
# usage: branchless.sh COMPILER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
program() { # VALUE DERIVATIVE NETWORK
    cat <<PROGRAM
#include <genotype/genotype.hpp>
using namespace genotype;
struct Leaky : Activation<Leaky> {
    template <class V> static constexpr V value(V x) { $1 }
    template <class V> static constexpr V derivative(V x) { $2 }
};
using Net = Sequential<$3>;
void run(Model<Net>& model, const Tensor<Shape<8, 4, 4>>& x) {
    Workspace<Net, Shape<8, 4, 4>, Training> memory(2);
    Gradients<Net> gradients;
    memory.forward(model, x);
    memory.backward(model, x, x, {.gradients = gradients});
}
PROGRAM
}
compile() { program "$@" | "$compiler" "${standard[@]}" -march=skylake-avx512 -fsyntax-only -x c++ - >"$scratch/words" 2>&1; }
compiler=$1
faults=0
value='return select(x > V(0.f), x, V(0.1f) * x);' derivative='return select(x > V(0.f), V(1.f), V(0.1f));'
refused() { # VALUE DERIVATIVE NETWORK
    if compile "$@"; then
        echo "FAULT: it compiles: $*"
        faults=1
    elif ! grep -m 1 'error:' "$scratch/words" | grep -qE 'could not convert|no viable conversion'; then
        echo "FAULT: $* is told otherwise: $(grep -m 1 'error:' "$scratch/words")"
        faults=1
    fi
}
for network in Leaky 'GroupNorm<2, 8>, Leaky' 'BN<8>, Leaky'; do
    compile "$value" "$derivative" "$network" ||
        { echo "FAULT: select does not compile: $network"; head -n 5 "$scratch/words"; faults=1; }
    refused 'return x > V(0.f) ? x : V(0.1f) * x;' "$derivative" "$network"
    refused "$value" 'if (x > V(0.f)) return V(1.f); return V(0.1f);' "$network"
done
((faults == 0)) || exit 1
echo "Functors select, and do not branch on vectors."
