#!/usr/bin/env bash
# What the pages' tables name is there: docs/glossary.md the library's own words, docs/compatibility.md the tests that hold
# a row, and their cases.
# usage: tables.sh [FOLDER] (for another folder of pages than docs/)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
docs=${1:-$root/docs}
faults=0
fault() {
    echo "FAULT $*"
    faults=$((faults + 1))
}

# Identifiers within backticks of a row's first cell.
all=$(mktemp)
trap 'rm -f "$all"' EXIT
grep -rhoE '[A-Za-z_][A-Za-z0-9_]*' "$root/include" | sort -u >"$all"
words=0
while IFS= read -r word; do
    words=$((words + 1))
    grep -qxF -- "$word" "$all" || fault "glossary.md: no header has $word"
done < <(sed -n 's/^| \([^|]*\)|.*/\1/p' "$docs/glossary.md" | grep -oE '`[^`]*`' | sed 's/"[^"]*"//g' |
    grep -oE '[A-Za-z_][A-Za-z0-9_]{2,}' | sort -u)
((words > 100)) || fault "glossary.md: only $words names were found: does this check still read the table?"

# The last cell: `label.name`, and behind it "a case", of which "..." leaves out a piece.
tests=0
while IFS= read -r cell; do
    file=
    while IFS= read -r part; do
        if [[ $part == \`* ]]; then
            name=${part//\`/}
            file=$root/tests/${name%%.*}/${name#*.}
            compgen -G "$file.*" >/dev/null || fault "compatibility.md: there is no test $name"
            tests=$((tests + 1))
        else
            part=${part//\"/}
            while IFS= read -r piece; do
                [[ -z $piece ]] || grep -qF -- "$piece" "$file".* || fault "compatibility.md: $name has no case \"$piece\""
            done < <(sed 's/ *\.\.\. */\n/g' <<<"$part")
        fi
    done < <(grep -oE '`[a-z]+\.[a-z_0-9]+`|"[^"]+"' <<<"$cell")
done < <(sed -n 's/.*| \([^|]*\) |$/\1/p' "$docs/compatibility.md" | grep -E '`[a-z]+\.[a-z_0-9]+`')
((tests > 30)) || fault "compatibility.md: only $tests tests were found: does this check still read the table?"

((faults == 0)) || { echo "$faults faults."; exit 1; }
echo "$words names and $tests tests of the pages are there."
