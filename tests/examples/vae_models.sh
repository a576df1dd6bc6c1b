#!/usr/bin/env bash
# Each model of the program vae trains and writes samples in the form of the data; a two-stage one the same for any number
# of threads. What does not go together is said.
# usage: vae_models.sh VAE
set -euo pipefail
vae=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GENOTYPE_DATA=$scratch/data
fault() {
    echo "FAULT: $1"
    tail -n 5 "$scratch/words"
    exit 1
}

source "$(dirname "${BASH_SOURCE[0]}")/small_mnist.sh"
small_mnist "$GENOTYPE_DATA"
epochs=2
train() { # NAME FLAGS...
    local name=$1
    shift
    "$vae" --data mnist --batch 8 --epochs "$epochs" --out "$scratch/$name" --samples 12 --samples-file "$scratch/$name.npy" "$@" \
        >"$scratch/words" 2>&1
}

for model in mlp conv two-stage; do
    train $model --model $model --threads 1 --second-epochs 3 --importance-draws 5 || fault "$model: it failed"
    head -c 128 "$scratch/$model.npy" | tr -d '\0\n' | grep -q "'descr': '|u1'.*'shape': (12, 28, 28, 1)" ||
        fault "$model: samples of another form"
    bound=$(sed -n 's/^16 test images: \([0-9.]*\) by importance sampling, 5 draws each$/\1/p' "$scratch/words")
    loss=$(sed -n 's/^16 test images: .* sum \([0-9.]*\)$/\1/p' "$scratch/words")
    # Hardly trained, its latents say little, and neither do more draws of them.
    awk "BEGIN { exit !($bound > 0.95 * $loss && $bound < 1.02 * $loss) }" || fault "$model: $bound is not near $loss"
done
grep -q "^second stage: 3 steps, .* loss of the last epoch " "$scratch/words" || fault "no word of the second stage"
train again --model two-stage --threads 2 --second-epochs 3 && cmp "$scratch/again.npy" "$scratch/two-stage.npy" ||
    fault "other bytes with two threads"
if cmp -s "$scratch/conv.npy" "$scratch/two-stage.npy"; then fault "the second stage draws as the first"; fi
cmp "$scratch/conv/training.csv" "$scratch/two-stage/training.csv" || fault "the second stage changed the first"
train risen --model conv --threads 1 --beta-warmup 4 --free-bits 0.1 || fault "it failed in a warm-up"
if cmp -s "$scratch/conv/training.csv" "$scratch/risen/training.csv"; then fault "the flags change nothing"; fi
epochs=100000
train short --model conv --seconds 0.2 || fault "it failed with a limit"
[[ $(wc -l <"$scratch/short/training.csv") -lt 10000 ]] || fault "it went on after its seconds"
train timed --model two-stage --seconds 0.5 || fault "two stages failed with a limit"
grep -q "^second stage: [1-9][0-9]* steps, 0.1 s, " "$scratch/words" || fault "the second stage has another part of it"
epochs=2

refused() { # WORDS FLAGS...
    local words=$1
    shift
    if train refused "$@"; then fault "not refused: $*"; fi
    grep -qF -- "$words" "$scratch/words" || fault "not said: $words"
}
refused "--model: deep not in {mlp,conv,two-stage}" --model deep
refused "--second-epochs: found 0, expected a number of at least 1" --second-epochs 0
refused "--device: model: found conv, expected mlp on cuda, or cpu" --model conv --device cuda
echo "Each model trains, and writes what it says."
