#!/usr/bin/env bash
# Installs what the library races against, PyTorch 2 and ONNX Runtime, into a virtual environment of their own.
# usage: benchmarks/setup_peers.sh [DIR]     DIR: $GENOTYPE_PEERS or else build-bench/peers, where run.sh looks
# It takes some gigabytes. Versions: benchmarks/peers/requirements.txt.
set -euo pipefail
if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}"
    exit 0
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:-${GENOTYPE_PEERS:-$here/../build-bench/peers}}
[[ -x $dir/bin/python ]] || python3 -m venv "$dir"
"$dir/bin/pip" install --quiet -r "$here/peers/requirements.txt"
"$dir/bin/python" -c \
    'import torch, onnxruntime; print("PyTorch", torch.__version__, "and ONNX Runtime", onnxruntime.__version__)'
