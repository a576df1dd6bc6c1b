#!/usr/bin/env bash
# All headers are read by Clang together, without a warning, and what it read and instantiated is kept for the tests that
# read programs with it: headers.sh, names.sh and docs/snippets.sh. Of conversions it warns here, too.
# usage: clang_headers.sh COMPILER OUTPUT
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_compiler clang "$1"
mkdir -p "$(dirname "$2")"
rm -f "$2"
{
    own_headers "$compiler" | sed 's/.*/#include "&"/'
    echo '#include <doctest/doctest.h>'  # which tests include as well
} >"$2.hpp"
"$compiler" "${standard[@]}" "${golden[@]}" "${warnings[@]}" "${conversions[@]}" -fpch-instantiate-templates -x c++-header \
    "$2.hpp" -o "$2" >"$2.words" 2>&1 || {
    printf 'FAULT headers\n%s\n' "$(head -n 20 "$2.words")"
    exit 1
}
echo "$(($(wc -l <"$2.hpp") - 1)) headers compile together without a warning."
