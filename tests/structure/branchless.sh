#!/usr/bin/env bash
# An elementwise functor that branches on vectors does not compile for a processor with AVX-512 either, where a comparison
# of vectors would become one condition for all of them; one that selects does. By itself, and where a norm in front of it
# works it out.
# usage: branchless.sh COMPILER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# functor NAME VALUE DERIVATIVE NETWORK: with a program in which it is an activation of NETWORK, where @ stands for it. The
# lines are those of a file NAME.
functor() {
    cat <<PROGRAM
#line 1 "$1"
struct $1 : Activation<$1> {
    template <class V> static constexpr V value(V x) { $2 }
    template <class V> static constexpr V derivative(V x) { $3 }
};
using ${1}Net = Sequential<${4//@/$1}>;
void run_$1(Model<${1}Net>& model, const Tensor<Shape<8, 4, 4>>& x) {
    Workspace<${1}Net, Shape<8, 4, 4>, Training> memory(2);
    Gradients<${1}Net> gradients;
    memory.forward(model, x);
    memory.backward(model, x, x, {.gradients = gradients});
}
PROGRAM
}
compile() {
    { printf '#include <genotype/genotype.hpp>\nusing namespace genotype;\n'; cat; } |
        "$compiler" "${standard[@]}" -march=skylake-avx512 -fsyntax-only -x c++ - >"$scratch/words" 2>&1
}
compiler=$1
faults=0
value='return select(x > V(0.f), x, V(0.1f) * x);' derivative='return select(x > V(0.f), V(1.f), V(0.1f));'
wrong_value='return x > V(0.f) ? x : V(0.1f) * x;' wrong_derivative='if (x > V(0.f)) return V(1.f); return V(0.1f);'
networks=('@' 'GroupNorm<2, 8>, @' 'BN<8>, @')
for at in 0 1 2; do functor "Selects$at" "$value" "$derivative" "${networks[at]}"; done >"$scratch/selects"
for at in 0 1 2; do
    functor "WrongValue$at" "$wrong_value" "$derivative" "${networks[at]}"
    functor "WrongDerivative$at" "$value" "$wrong_derivative" "${networks[at]}"
done >"$scratch/branches"
compile <"$scratch/selects" || { echo "FAULT: select does not compile"; head -n 5 "$scratch/words"; faults=1; }
compile <"$scratch/branches" || :
for at in 0 1 2; do
    for name in "WrongValue$at:2" "WrongDerivative$at:3"; do
        # The compiler's first words about it are those.
        words=$(grep -m 1 "^$name:.*error:" "$scratch/words" || :)
        [[ $words == *"could not convert"* || $words == *"no viable conversion"* ]] ||
            { echo "FAULT: ${name%:*} in Sequential<${networks[at]}> is told \"$words\""; faults=1; }
    done
done
((faults == 0)) || exit 1
echo "Functors select, and do not branch on vectors."
