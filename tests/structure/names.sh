#!/usr/bin/env bash
# Names (issues 17.26 and 17.27): no name of a type stands for two things, and a program that brings in the whole library
# has its own names to itself (own_names.cpp), which in the quick run Clang reads where it has read all headers (clang_headers.sh).
# All headers together: one_definition.sh.
# usage: names.sh COMPILER [TREE] (for the check of this check: another tree than the project's own)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_compiler gcc "${1:-g++}"
tree=${2:-$root/include}
faults=0
fault() {
    echo "FAULT $*"
    faults=$((faults + 1))
}

# The types that headers declare, as "namespace name file": at a line's start, because no namespace is indented.
declared() {
    find "$tree" -name '*.hpp' | sort | xargs awk '
        FNR == 1 { depth = 0; space[0] = "" }
        /^namespace [a-z_:]+( v[0-9][a-z0-9_:]*)? \{$/ { sub(/::inline v[0-9_]+/, ""); depth++; space[depth] = (depth > 1 ? space[depth - 1] "::" : "") $2; next }
        /^\}  \/\/ namespace/ { if (depth > 0) depth--; next }
        depth > 0 && match($0, /^(struct|class|enum class|using|concept) [A-Za-z_0-9]+/) {
            if ($0 ~ /;$/ && $0 !~ /^using/ && $0 !~ /\{/) next  # a declaration that is defined elsewhere
            if ($0 ~ /^using [A-Za-z_]+::/ || $0 ~ /^using namespace/) next
            name = substr($0, RSTART, RLENGTH); sub(/.* /, "", name)
            if ($0 ~ ("[ ]" name "<") ) next  # a specialisation
            if ($0 ~ ("[ ]" name "::") ) next
            print space[depth], name, FILENAME
        }'
}
list=$(declared | sort -u)
(($(wc -l <<<"$list") > 3)) || fault "hardly a type was found: does this check still read the headers?"
# Twice in one namespace, or in one and in a namespace inside of it, where the inner one hides the outer.
while read -r line; do fault "one name for two things: $line"; done < <(awk '
    { place[$1 " " $2] = place[$1 " " $2] " " $3; if (seen[$1 " " $2]++) print $1 "::" $2 ":" place[$1 " " $2]; all[NR] = $0 }
    END { for (n = 1; n <= NR; n++) { split(all[n], w, " "); outer = w[1]
            while (sub(/::[a-z_]+$/, "", outer)) {
                if (w[1] ~ /::combinators$/) break  # what an alias of the same name names
                if ((outer " " w[2]) in seen) print w[1] "::" w[2] ": " w[3] " hides" place[outer " " w[2]] } } }' <<<"$list")

if [[ $# -lt 2 ]]; then
    if [[ -n ${GENOTYPE_GROUPS:-} && -e ${GENOTYPE_CLANG_HEADERS:-} ]]; then
        reader=("$GENOTYPE_CLANG" -include-pch "$GENOTYPE_CLANG_HEADERS" "${golden[@]}")
    else
        read -ra collector <<<"$(collector "$compiler")"
        reader=("$compiler" "${collector[@]}")
    fi
    words=$("${reader[@]}" "${standard[@]}" -Wall -Wextra -Werror -fsyntax-only \
        "$root/tests/structure/own_names.cpp" 2>&1) || fault "own_names.cpp
$(grep -E 'error' <<<"$words" | head -n 8)"
fi
((faults == 0)) || { echo "$faults faults."; exit 1; }
echo "$(wc -l <<<"$list") types have a name each; a program has its names to itself."
