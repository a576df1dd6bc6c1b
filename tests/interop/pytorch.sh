#!/usr/bin/env bash
# PyTorch and a program of ours compute the same from the same files of weights.
# usage: pytorch.sh VENV SCRIPT [ARGUMENT...] (a script of this folder; it also gets an empty folder; $GENOTYPE_INTEROP
# comes before VENV)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_python "$1" numpy torch safetensors
shift
script=$(dirname "${BASH_SOURCE[0]}")/$1
shift
PYTHONDONTWRITEBYTECODE=1 "$python" "$script" "$@" "$scratch"
