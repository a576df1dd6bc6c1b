#!/usr/bin/env bash
# Hugging Face's `tokenizers` and ours make the same ids of 20 000 texts, and the same texts of ids.
# usage: tokenizer.sh PROGRAM VENV (interop_tokenizer; $GENOTYPE_INTEROP comes first)
set -euo pipefail
program=$1
python=${GENOTYPE_INTEROP:-$2}/bin/python
if ! "$python" -c 'import tokenizers' 2>/dev/null; then
    echo "SKIPPED: no tokenizers in ${GENOTYPE_INTEROP:-$2}: tests/interop/setup.sh puts it there."
    exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$python" "$(dirname "${BASH_SOURCE[0]}")/tokenizer.py" "$program" "$scratch" "${GENOTYPE_TEST_DATA:-}"
