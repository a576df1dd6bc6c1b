#!/usr/bin/env bash
# torch-fidelity and prdc give the same scores as ours to the same features.
# usage: metrics.sh PROGRAM VENV (interop_metrics; $GENOTYPE_INTEROP comes first)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
program=$1
use_python "$2" numpy torch_fidelity prdc
PYTHONDONTWRITEBYTECODE=1 "$python" "$(dirname "${BASH_SOURCE[0]}")/metrics.py" "$program" "$scratch"
