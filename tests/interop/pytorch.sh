#!/usr/bin/env bash
# PyTorch and a program of ours compute the same from the same files of weights.
# usage: pytorch.sh VENV SCRIPT [ARGUMENT...] (a script of this folder; it also gets an empty folder; $GENOTYPE_INTEROP
# comes before VENV)
set -euo pipefail
place=${GENOTYPE_INTEROP:-$1}
python=$place/bin/python
shift
for package in numpy torch safetensors; do
    if ! "$python" -c "import $package" 2>/dev/null; then
        echo "SKIPPED: no $package in $place: tests/interop/setup.sh puts it there."
        exit 77
    fi
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
script=$(dirname "${BASH_SOURCE[0]}")/$1
shift
PYTHONDONTWRITEBYTECODE=1 "$python" "$script" "$@" "$scratch"
