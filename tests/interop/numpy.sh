#!/usr/bin/env bash
# numpy opens our .npy and .npz files, and we open numpy's.
# usage: numpy.sh PROGRAM VENV (interop_numpy; $GENOTYPE_INTEROP comes first)
set -euo pipefail
program=$1
python=${GENOTYPE_INTEROP:-$2}/bin/python
if ! "$python" -c 'import numpy' 2>/dev/null; then
    echo "SKIPPED: no numpy in ${GENOTYPE_INTEROP:-$2}: tests/interop/setup.sh puts it there."
    exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
script=$(dirname "${BASH_SOURCE[0]}")/numpy_arrays.py
"$program" write "$scratch"
"$python" "$script" read "$scratch"
rm "$scratch"/*
"$python" "$script" write "$scratch"
"$program" read "$scratch"
"$python" -c 'import numpy; print("Arrays go both ways, numpy " + numpy.__version__ + ".")'
