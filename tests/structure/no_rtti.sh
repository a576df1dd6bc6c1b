#!/usr/bin/env bash
# A program that trains and keeps checkpoints is built with -fno-rtti, and its files name types as all others do.
# usage: no_rtti.sh COMPILER FOLDER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
compiler=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder"
"$compiler" "${standard[@]}" "${warnings[@]}" -fno-rtti -O0 "$root/tests/structure/no_rtti.cpp" -lpng -lz -o "$folder/no_rtti"
"$folder/no_rtti" save "$folder/trained.safetensors"
"$folder/no_rtti" resume "$folder/trained.safetensors"
name='"genotype.model":"Sequential<Linear<4, 8, Bias>, LeakyReLU<0.2f>, Dropout<0.1f>, Linear<8, 4, Bias>>"'
grep -aqF "$name" "$folder/trained.safetensors" || {
    echo "FAULT: the file names another model than $name:"
    grep -aoE '"genotype.model":"[^"]*"' "$folder/trained.safetensors"
    exit 1
}
echo "A program built with -fno-rtti trains, saves and resumes; its file names the types as others do."
