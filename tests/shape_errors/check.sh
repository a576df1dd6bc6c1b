#!/usr/bin/env bash
# Wrong programs must not compile, and must be told why in words. Each program of this folder carries
#   // expect: words     (one line or more) what the first "error:" line must contain, letter for letter
#   // <- here           at the end of the source line that some diagnostic must name
# usage: check.sh gcc|clang COMPILER [FILE...]
# Prints one line for each program, and the whole diagnostic of those that are not told as they should be.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../structure/common.sh"
family=$1
# The header that nearly all of them include, compiled once: with GCC where it looks for it, with Clang by name.
precompiled=()
if [[ -n ${GENOTYPE_PRECOMPILED:-} ]]; then
    precompiled=("-I$GENOTYPE_PRECOMPILED")
    [[ $family == gcc ]] || precompiled=(-include-pch "$GENOTYPE_PRECOMPILED/genotype/genotype.hpp.gch")
fi
declare -A most_lines=([gcc]=8 [clang]=12)  # without those that say which file includes which

# verdict FILE: sets `fault` (empty when all is as it should be) and `words` (what the compiler said).
verdict() {
    local file=$1 first expected here count
    fault=""
    if words=$("$compiler" "${precompiled[@]}" "${standard[@]}" -Wall -Wextra -fdiagnostics-color=never -fsyntax-only "$file" 2>&1); then
        fault="it compiles"
        return
    fi
    first=$(grep -m 1 'error:' <<<"$words" || true)
    first=$(sed -E "s/genotype::v[0-9_]+::/genotype::/g" <<<"$first")  # the version, which GCC prints and Clang does not
    count=$(grep -cvE '^(In file included from|  +from) ' <<<"$words" || true)
    grep -q '^// expect: ' "$file" || fault="the file has no '// expect:' line"
    while IFS= read -r expected; do
        [[ $first == *"$expected"* ]] || fault="the first error line lacks '$expected'"
    done < <(sed -n 's|^// expect: ||p' "$file")
    here=$(grep -n '// <- here *$' "$file" | cut -d: -f1 || true)
    if [[ -z $here ]]; then
        fault="the file has no line marked '// <- here'"
    elif ! grep -qE "(^|[ /])$(basename "$file"):$here[:,]" <<<"$words"; then
        fault="no diagnostic names line $here"
    fi
    ((count <= most_lines[$family])) || fault="$count lines, ${most_lines[$family]} at most"
}

if [[ ${3:-} == --one ]]; then
    compiler=$2
    verdict "$4"
    name=$(basename "$4" .cpp)
    if [[ -z $fault ]]; then
        # One write, so that the lines of programs that are checked at the same time do not mix.
        printf '%-40s ok, %s lines\n' "$name" "$(wc -l <<<"$words")"
        exit 0
    fi
    printf '%-40s FAULT: %s\n%s\n' "$name" "$fault" "$(head -n 40 <<<"$words" | sed 's/^/    | /')"
    exit 1
fi

use_compiler "$family" "$2"
compiler=$2
shift 2
files=("$@")
((${#files[@]})) || mapfile -t files < <(find "$root/tests/shape_errors" -maxdepth 1 -name '*.cpp' | sort)
if ((${#files[@]} == 0)); then
    echo "SKIPPED: no programs."
    exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/genotype"
# Clang instantiates what the header itself uses while it makes this, and not in each program again.
once=()
[[ $family == gcc ]] || once=(-fpch-instantiate-templates)
if ((${#files[@]} > 8)) && "$compiler" "${standard[@]}" -Wall -Wextra -w "${once[@]}" -x c++-header \
    "$root/include/genotype/genotype.hpp" -o "$scratch/genotype/genotype.hpp.gch"; then
    export GENOTYPE_PRECOMPILED=$scratch
fi
if ! printf '%s\0' "${files[@]}" | xargs -0 -P "$jobs" -n 1 bash "${BASH_SOURCE[0]}" "$family" "$compiler" --one; then
    echo "Not every wrong program is told what is wrong with it."
    exit 1
fi
echo "${#files[@]} wrong programs are told what is wrong with them."
