#!/usr/bin/env bash
# The second step of a training is recorded as a whole and asks for nothing that a recording refuses; later ones are
# launched with one call, from memory that the GPU copies by itself, and nobody waits for them before the losses are read.
# No code of the host's touches the GPU's memory. Says how many launches a step has.
# usage: recorded_training.sh STAND_IN PROGRAM [ARGUMENT]
set -euo pipefail
stand_in=$1 program=("${@:2}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for model in vae dcgan penalties gpt2 dropout; do
    words=$(GENOTYPE_STAND_IN_TELLS=1 LD_PRELOAD=$stand_in "${program[@]}" "$model" "$folder") ||
        { echo "FAULT: the $model does not train"; tail -n 3 <<<"$words"; exit 1; }
    ! grep refused <<<"$words" || { echo "FAULT: the $model's step asks for what a recording refuses"; exit 1; }
    recordings=$(sed -n '/^step 1$/,/^step 2$/p' <<<"$words" | grep -c ' nodes$' || true)
    all=$(grep -c ' nodes$' <<<"$words" || true)
    ((recordings == 1 && all == 1)) ||
        { echo "FAULT: the $model's second step is recorded $recordings times, all $all, not once"; exit 1; }
    steady=$(sed -n '/^step 2$/,/^losses$/p' <<<"$words" | grep '^asked' || true)
    ! grep -v ': cudaMemcpyAsync between the host and the GPU$' <<<"$steady" ||
        { echo "FAULT: the $model's later steps ask for more than copies"; exit 1; }
    [[ $(sed -n '/^losses$/,$p' <<<"$words" | sed -n 2p) == *'of the latest step' ]] ||
        { echo "FAULT: the $model's last losses are read before they are there"; exit 1; }
    grep -qx 'trained, saved and resumed' <<<"$words"
    echo "$model: $(grep ' nodes$' <<<"$words"), $(($(wc -l <<<"$steady") / 4)) copies a step"
done
