#!/usr/bin/env bash
# Builds and runs tests/consumer against an installed tree, against the source tree, or with nothing but -I include.
# usage: consumer.sh installed|subdirectory|plain CMAKE GENERATOR COMPILER BUILD FOLDER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
way=$1 cmake=$2 generator=$3 compiler=$4 build=$5 folder=$6
[[ -e $root/include/genotype/genotype.hpp ]] || { echo "SKIPPED: no genotype.hpp yet."; exit 77; }
rm -rf "$folder"
mkdir -p "$folder"

if [[ $way == plain ]]; then
    "$compiler" -std=c++20 -O2 -fopenmp "-I$root/include" "$root/tests/consumer/main.cpp" -o "$folder/core"
    "$folder/core"
    echo "A program built with -I include and -fopenmp alone runs."
    exit 0
fi

settings=()
if [[ $way == installed ]]; then
    "$cmake" --install "$build" --prefix "$folder/prefix" >/dev/null
    settings+=("-DCMAKE_PREFIX_PATH=$folder/prefix")
else
    settings+=("-DGENOTYPE_SOURCE=$root")
fi
"$cmake" -S "$root/tests/consumer" -B "$folder/build" -G "$generator" -DCMAKE_BUILD_TYPE=Release \
    "-DCMAKE_CXX_COMPILER=$compiler" "${settings[@]}"
"$cmake" --build "$folder/build" --parallel "$jobs"
if [[ $way == installed ]]; then
    if grep -rq "$root" "$folder/prefix"; then
        echo "FAULT: the installed tree names the source tree:"
        grep -rl "$root" "$folder/prefix"
        exit 1
    fi
fi
"$folder/build/core"
"$folder/build/files" "$folder"
"$folder/build/arrays" "$folder"
"$folder/build/words"
"$folder/build/text_model"
echo "Programs built against genotype ($way) run."
