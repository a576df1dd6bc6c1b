#!/usr/bin/env bash
# Hugging Face's `tokenizers` and ours make the same ids of 20 000 texts, and the same texts of ids; our tables
# of NFC are its own.
# usage: tokenizer.sh PROGRAM VENV (interop_tokenizer; $GENOTYPE_INTEROP comes first)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
program=$1
use_python "$2" tokenizers
"$python" "$(dirname "${BASH_SOURCE[0]}")/nfc_tables.py" --check
"$python" "$(dirname "${BASH_SOURCE[0]}")/tokenizer.py" "$program" "$scratch" "${GENOTYPE_TEST_DATA:-}"
