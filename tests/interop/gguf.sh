#!/usr/bin/env bash
# What we read of a GGUF file is what gguf-py reads of it, to the bit: of one that it wrote, and of those in
# $GENOTYPE_TEST_DATA/gguf where there are any.
# usage: gguf.sh PROGRAM VENV (interop_gguf; $GENOTYPE_INTEROP comes first)
set -euo pipefail
program=$1
place=${GENOTYPE_INTEROP:-$2}
python=$place/bin/python
for package in numpy gguf; do
    if ! "$python" -c "import $package" 2>/dev/null; then
        echo "SKIPPED: no $package in $place: tests/interop/setup.sh puts it there."
        exit 77
    fi
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
script=$(dirname "${BASH_SOURCE[0]}")/gguf_files.py
export PYTHONDONTWRITEBYTECODE=1
"$python" "$script" write "$scratch/every_type.gguf"
for file in "$scratch/every_type.gguf" "${GENOTYPE_TEST_DATA:-$scratch/none}"/gguf/*.gguf; do
    [[ -e $file ]] || continue
    "$program" "$file" "$scratch"
    "$python" "$script" compare "$file" "$scratch"
done
