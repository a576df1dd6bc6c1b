#!/usr/bin/env bash
# Of folders with all files that a tokenizer may have, transformers and we make the same ids, or we refuse them.
# usage: tokenizer_folders.sh PROGRAM VENV (interop_tokenizer; $GENOTYPE_INTEROP comes first)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
program=$1
use_python "$2" transformers
"$python" "$(dirname "${BASH_SOURCE[0]}")/tokenizer_folders.py" "$program" "$scratch"
