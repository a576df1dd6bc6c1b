#!/usr/bin/env bash
# What we read of a GGUF file is what gguf-py reads of it, to the bit: of one that it wrote, and of those in
# $GENOTYPE_TEST_DATA/gguf where there are any.
# usage: gguf.sh PROGRAM VENV (interop_gguf; $GENOTYPE_INTEROP comes first)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
program=$1
use_python "$2" numpy gguf
script=$(dirname "${BASH_SOURCE[0]}")/gguf_files.py
export PYTHONDONTWRITEBYTECODE=1
"$python" "$script" write "$scratch/every_type.gguf"
for file in "$scratch/every_type.gguf" "${GENOTYPE_TEST_DATA:-$scratch/none}"/gguf/*.gguf; do
    [[ -e $file ]] || continue
    "$program" "$file" "$scratch"
    "$python" "$script" compare "$file" "$scratch"
done
