#!/usr/bin/env bash
# Our reader takes the safetensors files that safetensors' own reader takes, and refuses the others: thousands of small
# headers, right ones and damaged ones. What differs knowingly is listed, with the reason, in safetensors_headers.py.
# usage: safetensors.sh PROGRAM VENV (interop_safetensors; $GENOTYPE_INTEROP comes first)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_python "$2" numpy safetensors
PYTHONDONTWRITEBYTECODE=1 "$python" "$(dirname "${BASH_SOURCE[0]}")/safetensors_headers.py" "$1" "$scratch"
