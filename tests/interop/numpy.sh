#!/usr/bin/env bash
# numpy opens our .npy and .npz files, and we open numpy's.
# usage: numpy.sh PROGRAM VENV (interop_numpy; $GENOTYPE_INTEROP comes first)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
program=$1
use_python "$2" numpy
script=$(dirname "${BASH_SOURCE[0]}")/numpy_arrays.py
"$program" write "$scratch"
"$python" "$script" read "$scratch"
rm "$scratch"/*
"$python" "$script" write "$scratch"
"$program" read "$scratch"
"$python" -c 'import numpy; print("Arrays go both ways, numpy " + numpy.__version__ + ".")'
