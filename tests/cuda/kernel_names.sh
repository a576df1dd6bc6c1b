#!/usr/bin/env bash
# nvcc 13 writes floats in the names of kernels with six digits, and doubles with fifteen: two kernels that differ in
# more are one to it, and the wrong one may run without a word. Of a literal class with an array it makes code that does
# not compile. No kernel of the programs' has such an argument of a template.
# usage: kernel_names.sh NVCC HOST_COMPILER_OR_EMPTY PROGRAM...
set -euo pipefail
nvcc=$1 host_compiler=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The mangled names of a program's kernels stand in what nvcc makes to launch them. Literals there (Itanium C++ ABI,
# 5.1.6.1): Lf and Ld with the number's hexadecimal digits and E, tl and A for a braced list of an array.
kernels() { nm "$1" | sed -n 's/.*__device_stub__//p' | sed -E 's/E[0-9]+__(tmp|handle)$//' | sort -u; }
faults() { kernels "$1" | grep -E 'Lf[0-9a-f]{8}E|Ld[0-9a-f]{16}E|tlA[0-9]+_'; }

# self_test NAME PARAMETER ARGUMENT found|none: what must be said of such a kernel.
self_test() {
    printf '%s\ntemplate <%s> __global__ void f(float* x) { *x = 1; }\nint main() { f<%s><<<1, 1>>>(nullptr); }\n' \
        'struct Word { char letters[4]; };' "$2" "$3" >"$folder/$1.cu"
    if "$nvcc" ${host_compiler:+-ccbin "$host_compiler"} -std=c++20 -w -arch=compute_90 "$folder/$1.cu" \
        -o "$folder/$1" >"$folder/words" 2>&1; then
        if [[ $4 == found ]]; then
            faults "$folder/$1" >"$folder/words" || { echo "FAULT: a kernel of <$3> is not found"; exit 1; }
            echo "A kernel of <$3> is found."
        else
            ! faults "$folder/$1" >"$folder/words" || { echo "FAULT: a kernel of <$3> is taken for one"; exit 1; }
            echo "A kernel of <$3> is none."
        fi
    elif [[ $1 == array ]]; then
        echo "A kernel of <$3> is refused by nvcc."
    else
        head -n 20 "$folder/words"
        echo "FAULT: the self test $1 does not compile"
        exit 1
    fi
}
self_test float 'float value' '1.f / 3' found
self_test double 'double value' '1. / 3' found
self_test array 'Word word' 'Word{"abc"}' found
self_test integer 'int value' 3 none

all=0
for program in "$@"; do
    found=$(kernels "$program" | wc -l)
    ((found > 0)) || { echo "FAULT: $program has no kernels, or no names"; exit 1; }
    ! faults "$program" >"$folder/words" ||
        { c++filt <"$folder/words" | cut -c1-400 | head; echo "FAULT: these kernels of $program"; exit 1; }
    all=$((all + found))
    echo "$(basename "$program"): $found kernels"
done
((all > 0)) || { echo "FAULT: no program was looked at"; exit 1; }
