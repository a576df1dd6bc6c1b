#!/usr/bin/env bash
# Every header compiles on its own, and included twice, without a warning, with GCC, which reads those that include one
# another in one file (header_chains.py). Clang has read all of them at once
# (clang_headers.sh), and reads the programs of the other tests and the examples, so that templates which only they
# instantiate are free of its warnings too. What these forget to include the build finds. Of conversions both warn in headers, and Clang also in some
# programs that instantiate most of them; with GCC every program of the build is compiled with those warnings. Of files that
# the build has put together (groups.cmake) Clang reads only what they were put together to, in the folder GENOTYPE_GROUPS,
# and leaves the examples to docs/snippets.sh.
# usage: headers.sh gcc|clang COMPILER [FILE]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
flags=("${standard[@]}" "${golden[@]}" "-I$root/tests/fuzz" "-I$root/examples/programs/smollm2")

if (($# == 3)); then
    compiler=$2 file=$3
    case ${file#"$root"/} in
        *.hpp | */chains/* | examples/* | tests/unit/gradients_* | tests/unit/generate_models.cpp | */group_unit_gradients.cpp)
            warnings+=("${conversions[@]}") ;;
    esac
    compile() {
        "$compiler" "${precompiled[@]}" "${flags[@]}" "${warnings[@]}" -fsyntax-only -x c++ "$1" 2>&1
    }
    precompiled=()
    [[ $1 == gcc ]] || precompiled=(-include-pch "$GENOTYPE_CLANG_HEADERS")
    if [[ $file == *.hpp ]]; then
        words=$(printf '#include "%s"\n#include "%s"\n' "$file" "$file" | compile -) && exit
    else
        words=$(compile "$file") && exit
    fi
    printf 'FAULT %s\n%s\n' "${file#"$root"/}" "$(head -n 20 <<<"$words")"
    exit 1
fi

# The files that others were put together to, and those others.
groups() {
    [[ -z ${GENOTYPE_GROUPS:-} ]] || find "$GENOTYPE_GROUPS" "$GENOTYPE_GROUPS/../fuzz/groups" -name '*.cpp' | sort
}
in_groups() {
    echo none
    groups | xargs -r sed -n 's/^#include "\(.*\.cpp\)"$/\1/p' | while read -r file; do
        [[ $file == */* ]] || file=fuzz/$file
        echo "$root/tests/$file"
    done
}
# Of programs those that instantiate the library's templates as users do. Where files are put together Clang reads neither
# what is built twice nor what has only functions of files, which Clang has read with the headers, nor the numbers of PyTorch,
# nor the trainings, which the examples that it reads have, too.
programs() {
    # Clang itself has built these, with the same warnings (genotype_by_clang).
    local built='^$'
    [[ -z ${GENOTYPE_CLANG_BUILT:-} ]] || built="/($GENOTYPE_CLANG_BUILT)\.cpp\$"
    local folders=("$root"/tests/{unit,golden,fuzz,interop,checkpoints} "$root/examples")
    [[ -z ${GENOTYPE_GROUPS:-} ]] || folders=("$root/tests/unit")
    find "${folders[@]}" -name '*.cpp' 2>/dev/null | sort | grep -vxFf <(in_groups) | grep -vE "$built"
    groups | grep -vE "$built" | grep -vE '/(group_(sanitize_(kernels_.*|files|plans)|unit_trainings|thrust_on|golden_.*)|replay.*)\.cpp$' || true
}

use_compiler "$1" "$2"
mapfile -t headers < <(own_headers "$compiler")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/chains"
if [[ $1 == gcc ]] && command -v python3 >/dev/null; then
    printf '%s\n' "${headers[@]#"$root/include/"}" |
        python3 "$(dirname "${BASH_SOURCE[0]}")/header_chains.py" "$root/include" "$scratch/chains"
fi
mapfile -t files < <(
    if [[ $1 == gcc ]]; then
        chains=("$scratch"/chains/*.cpp)
        if [[ -e ${chains[0]} ]]; then printf '%s\n' "${chains[@]}"; else printf '%s\n' "${headers[@]}"; fi
    else
        programs
    fi
)
if [[ $1 == clang && ! -e ${GENOTYPE_CLANG_HEADERS:-} ]]; then
    export GENOTYPE_CLANG_HEADERS=$scratch/headers.pch
    bash "$(dirname "${BASH_SOURCE[0]}")/clang_headers.sh" "$2" "$GENOTYPE_CLANG_HEADERS" || exit
fi
if ! printf '%s\0' "${files[@]}" | xargs -0 -P "$jobs" -n 1 bash "${BASH_SOURCE[0]}" "$1" "$2"; then
    echo "Not every file compiles."
    exit 1
fi
if [[ $1 == clang ]]; then
    echo "${#files[@]} programs compile without a warning."
else
    echo "${#headers[@]} headers compile on their own without a warning."
fi
