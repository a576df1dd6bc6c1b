#!/usr/bin/env bash
# The third step of a training is recorded, in one part for a VAE and two for a GAN, and asks for nothing that a recording
# refuses; no code of the host's touches the GPU's memory. Says how many launches a part has.
# usage: recorded_training.sh PROGRAM STAND_IN
set -euo pipefail
program=$1 stand_in=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for training in vae:1 dcgan:2 gpt2:1; do
    model=${training%:*} parts=${training#*:}
    words=$(LD_PRELOAD=$stand_in "$program" "$model" "$folder") ||
        { echo "FAULT: the $model does not train"; tail -n 3 <<<"$words"; exit 1; }
    ! grep refused <<<"$words" || { echo "FAULT: the $model's step asks for what a recording refuses"; exit 1; }
    found=$(sed -n '/^step 1$/,/^step 2$/p' <<<"$words" | grep -c ' nodes$' || true)
    all=$(grep -c ' nodes$' <<<"$words" || true)
    ((found == parts && all == parts)) ||
        { echo "FAULT: the $model's second step is recorded in $found parts, all in $all, not in $parts"; exit 1; }
    grep -qx 'trained, saved and resumed' <<<"$words"
    echo "$model, one recording a part: $(grep ' nodes$' <<<"$words" | paste -sd' ')"
done
