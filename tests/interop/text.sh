#!/usr/bin/env bash
# A language model says the same words here as in Hugging Face's transformers, from the same logits.
# usage: text.sh PROGRAM LOGITS_PROGRAM VENV (the example text, interop_text; $GENOTYPE_INTEROP comes first)
# $GENOTYPE_TEXT_MODEL names the model: a Hugging Face folder or a GGUF file. $GENOTYPE_TEXT_REFERENCE may name a folder
# that keeps what transformers says, some minutes of work.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
program=$1 logits_program=$2
if [[ ! -e ${GENOTYPE_TEXT_MODEL:-} ]]; then
    echo "SKIPPED: no language model: \$GENOTYPE_TEXT_MODEL names one, a Hugging Face folder or a GGUF file."
    exit 77
fi
use_python "$3" torch transformers
script=$(dirname "${BASH_SOURCE[0]}")/text.py
export PYTHONDONTWRITEBYTECODE=1
reference=${GENOTYPE_TEXT_REFERENCE:-$scratch/reference}
[[ -e $reference/reference.json ]] || "$python" "$script" reference "$GENOTYPE_TEXT_MODEL" "$reference"
faults=0
"$python" "$script" logits "$reference" "$GENOTYPE_TEXT_MODEL" "$logits_program" || faults=1
"$python" "$script" words "$reference" "$GENOTYPE_TEXT_MODEL" "$program" || faults=1
exit $faults
