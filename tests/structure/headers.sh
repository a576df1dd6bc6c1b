#!/usr/bin/env bash
# Every header compiles on its own, and included twice, without a warning, with GCC. Clang reads all of them at once, and
# the programs of the other tests and the examples, so that templates which only they instantiate are free of its
# warnings too. Of conversions both warn in headers, and Clang also in some programs that instantiate most of them; with
# GCC every program of the build is compiled with those warnings. Of files that the build has put together (groups.cmake)
# Clang reads only what they were put together to, in the folder GENOTYPE_GROUPS.
# usage: headers.sh gcc|clang COMPILER [FILE]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if (($# == 3)); then
    compiler=$2 file=$3
    case ${file#"$root"/} in
        headers | *.hpp | examples/* | tests/unit/gradients_* | tests/unit/generate_models.cpp | */group_unit_gradients.cpp)
            warnings+=("${conversions[@]}") ;;
    esac
    compile() {
        "$compiler" "${standard[@]}" "${warnings[@]}" '-DGENOTYPE_GOLDEN_DIR=""' "-I$root/tests/fuzz" "-I$root/examples/programs/smollm2" -fsyntax-only -x c++ "$1" 2>&1
    }
    if [[ $file == headers ]]; then
        words=$(own_headers "$compiler" | sed 's/.*/#include "&"/' | compile -) && exit
    elif [[ $file == *.hpp ]]; then
        words=$(printf '#include "%s"\n#include "%s"\n' "$file" "$file" | compile -) && exit
    else
        words=$(compile "$file") && exit
    fi
    printf 'FAULT %s\n%s\n' "${file#"$root"/}" "$(head -n 20 <<<"$words")"
    exit 1
fi

# The files that others were put together to, and those others. What is built twice is read once.
groups() {
    [[ -z ${GENOTYPE_GROUPS:-} ]] || find "$GENOTYPE_GROUPS" "$GENOTYPE_GROUPS/../fuzz/groups" -name '*.cpp' \
        ! -name 'group_sanitize_kernels_*' ! -name 'group_thrust_on.cpp' ! -name replay_choice.cpp | sort
}
in_groups() {
    echo none
    groups | xargs -r sed -n 's/^#include "\(.*\.cpp\)"$/\1/p' | while read -r file; do
        [[ $file == */* ]] || file=fuzz/$file
        echo "$root/tests/$file"
    done
}

use_compiler "$1" "$2"
mapfile -t files < <(
    if [[ $1 == gcc ]]; then
        own_headers "$compiler"
    else
        echo headers
        find "$root"/tests/{unit,golden,fuzz,interop,checkpoints} "$root/examples" -name '*.cpp' 2>/dev/null | sort |
            grep -vxFf <(in_groups)
        groups
    fi
)
if ! printf '%s\0' "${files[@]}" | xargs -0 -P "$jobs" -n 1 bash "${BASH_SOURCE[0]}" "$1" "$2"; then
    echo "Not every file compiles."
    exit 1
fi
echo "${#files[@]} files compile on their own without a warning."
