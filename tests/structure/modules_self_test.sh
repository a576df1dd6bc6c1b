#!/usr/bin/env bash
# The check of modules.sh: a small tree with one fault of each kind must be told of each of them, and a clean one must pass.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/genotype/{shape,interop,kernels/cpu/matmul,layers,data,images}
file() { printf '%s\n' "${@:2}" >"$tree/genotype/$1"; }
check() { bash "$root/tests/structure/modules.sh" "$tree"; }

file version.hpp '#define GENOTYPE_VERSION_MAJOR 0'
file shape/dims.hpp '#include <vector>' '#include "genotype/version.hpp"'
file interop/eigen.hpp '#include <Eigen/Core>' '#include "genotype/shape/dims.hpp"'
file kernels/cpu/matmul/tile.hpp '#include <xsimd/xsimd.hpp>'
file data/scores.hpp '#include "genotype/interop/eigen.hpp"'
file images/png.hpp '#include <png.h>'
file genotype.hpp '#include "genotype/shape/dims.hpp"'
check || { echo "FAULT: a clean tree does not pass."; exit 1; }

file genotype.hpp '#include "genotype/data/scores.hpp"'
file shape/dims.hpp '#  include "genotype/interop/eigen.hpp"'
file layers/relu.hpp '#include <xsimd/xsimd.hpp>' '#include <zlib.h>' '#include "genotype/layers/gone.hpp"' '#include <Eigen/Core>' \
    '#include <boost/any.hpp>' '#include <genotype/shape/dims.hpp>' '#include <xtensor/xarray.hpp>' '#include <pcre2.h>'
mkdir "$tree/genotype/cellar"
file cellar/coal.hpp ''
if words=$(check); then
    echo "FAULT: a tree full of faults passes."
    exit 1
fi
for wanted in "dims.hpp:1: module shape may not include module interop" "relu.hpp:1: xsimd outside" "relu.hpp:2: zlib.h outside" \
    "relu.hpp:3: there is no genotype/layers/gone.hpp" "relu.hpp:4: Eigen outside" "relu.hpp:5: an include of neither" \
    "relu.hpp:6: our own header in angle" "relu.hpp:7: xtensor outside" "relu.hpp:8: pcre2.h outside" "module cellar is not in the table" \
    "genotype.hpp reaches Eigen/Core through genotype/interop/eigen.hpp" "11 faults."; do
    [[ $words == *"$wanted"* ]] || { printf 'FAULT: not told of "%s" in:\n%s\n' "$wanted" "$words"; exit 1; }
done
echo "Every fault is reported."
