#!/usr/bin/env bash
# Conversations by forms of chat templates are to the letter what transformers writes, and refused where it refuses them.
# usage: chat_templates.sh PROGRAM VENV (interop_text_files; $GENOTYPE_INTEROP comes first)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_python "$2" tokenizers transformers jinja2
export HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1
"$python" "$(dirname "${BASH_SOURCE[0]}")/chat_templates.py" "$1"
