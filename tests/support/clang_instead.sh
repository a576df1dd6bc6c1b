#!/usr/bin/env bash
# Compiles or links with Clang what CMake would with GCC: for a target's CXX_COMPILER_LAUNCHER and CXX_LINKER_LAUNCHER.
# Leaves out what GCC alone understands, of whose parameters those of ASan are Clang's too, and takes Clang's runtime of
# OpenMP for GCC's, beside which it would be a second one.
# usage: clang_instead.sh CLANG CCACHE_OR_- COMPILER ARGUMENT...
set -euo pipefail
clang=$1 cache=${2#-}
shift 3
[[ " $* " == *" -c "* ]] && compiles=1 || compiles=0
arguments=()
for argument; do
    case $argument in
        */libgomp.so) arguments+=(-fopenmp) ;;
        asan-*) ((compiles == 0)) || arguments+=(-mllvm "-$argument") ;;  # to link without a word
        # GCC does not look at what a function has left behind either.
        -fsanitize=*address*)
            arguments+=("$argument" -fsanitize-address-use-after-return=never
                -fsanitize-ignorelist="$(dirname "${BASH_SOURCE[0]}")/sanitizer_ignores.txt") ;;
        # What it does not optimise it says of loops that are to be vectorised; GCC says nothing.
        -O1) arguments+=("$argument" -Wno-pass-failed) ;;
        # Of some processors Clang 19 says that its own words for them do not go together.
        -march=native) arguments+=("$argument" -Wno-unknown-warning-option -Wno-invalid-feature-combination) ;;
        --param | --param=* | -Wno-maybe-uninitialized | -Wno-stringop-* | -Wno-restrict | -Wno-dangling-pointer | \
            -Wno-free-nonheap-object) ;;
        *) arguments+=("$argument") ;;
    esac
done
exec ${cache:+"$cache"} "$clang" "${arguments[@]}"
