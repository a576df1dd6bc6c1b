#!/usr/bin/env bash
# Builds and runs tests/consumer against an installed tree, against the source tree, or with nothing but -I include; or the
# core alone, where neither Eigen nor xtensor are.
# usage: consumer.sh installed|subdirectory|plain|core CMAKE GENERATOR COMPILER BUILD FOLDER
# Not optimised, because nothing is calculated.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
way=$1 cmake=$2 generator=$3 compiler=$4 build=$5 folder=$6
[[ -e $root/include/genotype/genotype.hpp ]] || { echo "SKIPPED: no genotype.hpp yet."; exit 77; }
rm -rf "$folder"
mkdir -p "$folder"

if [[ $way == plain ]]; then
    "$compiler" -std=c++20 -O0 -fopenmp "-I$root/include" "$root/tests/consumer/main.cpp" -o "$folder/core"
    "$folder/core"
    echo "A program built with -I include and -fopenmp alone runs."
    exit 0
fi

if [[ $way == core ]]; then
    configure() { # NAME SOURCE SETTINGS...
        "$cmake" -S "$2" -B "$folder/$1" -G "$generator" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 "-DCMAKE_CXX_COMPILER=$compiler" \
            "-DCMAKE_PREFIX_PATH=$folder/prefix" "${@:3}"
    }
    without=(-DCMAKE_DISABLE_FIND_PACKAGE_{Eigen3,xtensor,xtl}=ON)
    configure source "$root" "${without[@]}" -DGENOTYPE_TESTS=OFF -DGENOTYPE_EXAMPLES=OFF -DGENOTYPE_CUDA=OFF
    "$cmake" --install "$folder/source" --prefix "$folder/prefix" >/dev/null
    configure core "$root/tests/consumer" "${without[@]}" -DCOMPONENTS=
    configure subdirectory "$root/tests/consumer" "${without[@]}" -DCOMPONENTS= "-DGENOTYPE_SOURCE=$root" -DGENOTYPE_CUDA=OFF
    for build in core subdirectory; do
        "$cmake" --build "$folder/$build" --target core --parallel "$jobs"
        "$folder/$build/core"
    done
    configure adaptors "$root/tests/consumer" "-DCOMPONENTS=eigen;xtensor"
    for component in eigen:Eigen3:libeigen3-dev xtensor:xtensor:libxtensor-dev; do
        IFS=: read -r name package debian <<<"$component"
        if words=$(configure "no_$name" "$root/tests/consumer" "${without[@]}" "-DCOMPONENTS=$name" 2>&1); then
            echo "FAULT: genotype::$name is found without $package"
            exit 1
        fi
        if [[ $(tr -s ' \n' ' ' <<<"$words") != *"genotype::$name needs what was not found here: $package (Debian: $debian)"* ]]; then
            printf 'FAULT: without %s the component %s says\n%s\n' "$package" "$name" "$words"
            exit 1
        fi
    done
    # Who says no build type gets programs that are not optimised, and reads it.
    for type in "" Debug; do
        words=$("$cmake" -S "$root/tests/consumer" -B "$folder/type$type" -G "$generator" "-DCMAKE_BUILD_TYPE=$type" \
            "-DCMAKE_CXX_COMPILER=$compiler" -DCMAKE_CXX_FLAGS= "-DCMAKE_PREFIX_PATH=$folder/prefix" -DCOMPONENTS= 2>&1)
        is_said=no
        [[ $words != *"CMAKE_BUILD_TYPE is empty"* ]] || is_said=yes
        [[ $is_said$type == yes || $is_said$type == noDebug ]] || { echo "FAULT: with build type \"$type\": $words"; exit 1; }
    done
    echo "The core is configured, installed, built against and run without Eigen and xtensor, and says what asks for them."
    exit 0
fi

settings=()
if [[ $way == installed ]]; then
    "$cmake" --install "$build" --prefix "$folder/prefix" >/dev/null
    settings+=("-DCMAKE_PREFIX_PATH=$folder/prefix")
else
    settings+=("-DGENOTYPE_SOURCE=$root" -DGENOTYPE_CUDA=OFF)
fi
"$cmake" -S "$root/tests/consumer" -B "$folder/build" -G "$generator" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 \
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
"$folder/build/adaptors"
"$folder/build/core_adaptors"
"$folder/build/files" "$folder"
"$folder/build/arrays" "$folder"
"$folder/build/words"
"$folder/build/text_model"
echo "Programs built against genotype ($way) run."
