#!/usr/bin/env bash
# Every header includes what it names: of the standard library what the table below has, and the library's own types,
# directly or through what it includes. That is read, not compiled, and takes a second where headers.sh takes minutes: the
# quick run's form of the check that each header compiles on its own.
# usage: includes.sh [TREE] (for the check of this check: another tree than the project's own)
set -euo pipefail
tree=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/include}
cd "$tree"

# A header of the standard library, or several of which each will do with GCC, and the names that need it.
table='
algorithm: all_of any_of none_of sort stable_sort nth_element partial_sort copy_if find_if count_if lower_bound upper_bound transform clamp minmax_element max_element reverse rotate shuffle unique generate is_sorted replace remove_if binary_search
vector: vector
string|filesystem|fstream: string to_string stoi
string_view|string|filesystem|fstream: string_view
array: array
span: span
optional: optional nullopt
map: map
set: set
unordered_map: unordered_map
unordered_set: unordered_set
queue: queue priority_queue
tuple: apply
functional: function
memory: unique_ptr make_unique shared_ptr make_shared
fstream: ifstream ofstream
filesystem: filesystem
thread: thread this_thread
limits: numeric_limits
numeric: iota accumulate inner_product reduce partial_sum
bit: bit_cast bit_width popcount countr_zero endian has_single_bit
charconv: from_chars to_chars
cstdio: snprintf printf fprintf fopen fclose fflush puts FILE
cstring: memcpy memset memcmp memmove strlen strerror
cmath: sqrt exp log tanh erf pow floor ceil isfinite isnan cos sin fma exp2 log1p expm1 lround nearbyint
numbers: numbers
chrono: chrono
exception|stdexcept|string|vector|memory|filesystem: exception_ptr current_exception uncaught_exceptions
'
find . -name '*.hpp' ! -path '*/cuda*' | sed 's|^\./||' | sort | awk -v table="$table" '
    function closure(file,    list, n, i) {  # marks all that FILE includes, itself too
        if (file in reached) return
        reached[file] = 1
        n = split(includes[file], list, " ")
        for (i = 1; i <= n; i++) closure(list[i])
    }
    BEGIN {
        n = split(table, lines, "\n")
        for (i = 1; i <= n; i++) {
            if (split(lines[i], half, ": ") < 2) continue
            count = split(half[2], words, " ")
            for (k = 1; k <= count; k++) provider[words[k]] = half[1]
        }
    }
    { files[++total] = $0 }
    END {
        for (f = 1; f <= total; f++) {
            file = files[f]; block = 0
            while ((getline line <file) > 0) {
                if (match(line, /^#include [<"][^>"]+[>"]/)) {
                    name = substr(line, 11, RLENGTH - 11)
                    includes[file] = includes[file] " " name
                    continue
                }
                gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
                sub(/\/\/.*/, "", line)
                # A type that is declared at a line'"'"'s start, because no namespace is indented.
                if (match(line, /^(struct|class|enum class|using|concept) [A-Z][A-Za-z_0-9]+/) && line !~ /;$/ && line !~ /^using [A-Za-z_]+::/) {
                    name = substr(line, RSTART, RLENGTH); sub(/.* /, "", name)
                    if (line !~ ("[ ]" name "(<|::)")) { if (!(name in home)) home[name] = file; else if (home[name] != file) home[name] = "several" }
                }
                # What the file itself declares, or names a parameter of a template or of a function.
                rest = line
                while (match(rest, /(class|struct|typename|using|auto|int|bool|enum)(\.\.\.)? +[A-Z][A-Za-z_0-9]*/)) {
                    word = substr(rest, RSTART, RLENGTH); sub(/.* /, "", word); forward[file " " word] = 1
                    rest = substr(rest, RSTART + RLENGTH)
                }
                rest = line
                while (match(rest, /[A-Za-z_][A-Za-z_0-9]*(::[A-Za-z_][A-Za-z_0-9]*)*/)) {
                    word = substr(rest, RSTART, RLENGTH)
                    before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
                    rest = substr(rest, RSTART + RLENGTH)
                    if (word ~ /^std::/) { sub(/^std::/, "", word); sub(/::.*/, "", word); used[file " std " word] = 1 }
                    else if (word ~ /^[A-Z][A-Za-z0-9]*[a-z]/ && before != "." && before != ">") used[file " own " word] = 1
                }
            }
            close(file)
        }
        for (use in used) {
            split(use, part, " ")
            if (part[2] == "std") { if (part[3] in provider) wanted[part[1]] = wanted[part[1]] " std:" part[3] }
            else if ((part[3] in home) && home[part[3]] != "several" && home[part[3]] != part[1] && !((part[1] " " part[3]) in forward))
                wanted[part[1]] = wanted[part[1]] " own:" part[3]
        }
        for (f = 1; f <= total; f++) {
            file = files[f]
            split("", reached)
            closure(file)
            n = split(wanted[file], words, " ")
            for (i = 1; i <= n; i++) {
                kind = substr(words[i], 1, 3); word = substr(words[i], 5)
                if (kind == "own") {
                    found = home[word] in reached
                    for (other in reached) if ((other " " word) in forward) found = 1
                    if (!found) { faults++; print "FAULT " file " names " word " and does not include " home[word] }
                    continue
                }
                count = split(provider[word], ways, "[|]"); found = 0
                for (k = 1; k <= count; k++) if (ways[k] in reached) found = 1
                if (!found) { faults++; print "FAULT " file " names std::" word " and does not include <" ways[1] ">" }
            }
        }
        if (faults) { print faults " faults."; exit 1 }
        if (total < 3) { print "FAULT: hardly a header was found"; exit 1 }
        print total " headers include what they name."
    }'
