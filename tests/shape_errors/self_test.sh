#!/usr/bin/env bash
# The check of the check: each program of self_test/ must get the verdict that its "// verdict:" line names.
# usage: self_test.sh gcc|clang COMPILER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../structure/common.sh"
use_compiler "$1" "$2"
faults=0
for file in "$here"/self_test/*.cpp; do
    wanted=$(sed -n 's|^// verdict: ||p' "$file")
    got=$(bash "$here/check.sh" "$1" "$2" --one "$file" 2>&1) && code=0 || code=$?
    if [[ $wanted == ok ]]; then passes=0; else passes=1; fi
    if ((code == passes)) && [[ $(head -n 1 <<<"$got") == *"$wanted"* ]]; then
        echo "$(basename "$file"): judged as it should be"
    else
        echo "FAULT $(basename "$file"): wanted the verdict '$wanted', got $code and: $got"
        faults=$((faults + 1))
    fi
done
exit $((faults > 0))
