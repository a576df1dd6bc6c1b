#!/usr/bin/env bash
# Both models of the program video train on made digits, write what they say in the form they say, the same for any number
# of threads, and go on with the same bytes after a stop. What does not go together is said.
# usage: video.sh VIDEO
set -euo pipefail
video=$1
source "$(dirname "${BASH_SOURCE[0]}")/small_mnist.sh"
small_mnist "$GENOTYPE_DATA"
batch=4
train() { # NAME FLAGS...
    local name=$1
    shift
    "$video" --data mnist --batch "$batch" --videos 9 --epochs 2 --checkpoint-every 2 --out "$scratch/$name" --sampling-steps 2 \
        --samples 3 --samples-file "$scratch/$name.npy" "$@" >"$scratch/words" 2>&1
}
same() { # NAME OTHER
    for file in training.csv strip.png moving.png; do
        cmp "$scratch/$1/$file" "$scratch/$2/$file" || fault "$1 and $2 have another $file"
    done
    cmp "$scratch/$1.npy" "$scratch/$2.npy" || fault "$1 and $2 draw other samples"
}

for model in vae flow; do
    train $model --model $model --threads 1 || fault "$model: it failed"
    grep -q "^4 steps, " "$scratch/words" || fault "$model: not two epochs of two steps"
    head -c 128 "$scratch/$model.npy" | tr -d '\0\n' | grep -q "'descr': '|u1'.*'shape': (24, 32, 32, 1)" ||
        fault "$model: samples of another form"
    [[ $(grep -ao fcTL "$scratch/$model/moving.png" | wc -l) == 8 ]] || fault "$model: not 8 frames that move"
    head -c 24 "$scratch/$model/strip.png" | tail -c 8 | cmp - <(printf '\0\0\x01\x12\0\0\x01\x9a') ||
        fault "$model: a strip of another size than 12 rows of 8 frames"
    if [[ $model == vae ]]; then
        grep -qE "^the last frame of 9 videos, .* error 0\.[0-9]+ drawn, 0\.[0-9]+ copied .* 0\.[0-9]+ black$" "$scratch/words" ||
            fault "no word of the last frame"
    fi
    train ${model}_threads --model $model --threads 2 || fault "$model: it failed with two threads"
    same $model ${model}_threads
    first=$(find "$scratch/$model/checkpoints" -name 'step_*2.safetensors')
    train ${model}_resumed --model $model --threads 2 --resume "$first" || fault "$model: it did not resume"
    grep -q "^resumes after step 2 of " "$scratch/words" || fault "$model: no word of what resumes"
    same $model ${model}_resumed
done
if cmp -s "$scratch/vae.npy" "$scratch/flow.npy"; then fault "both draw the same"; fi

refused() { # WORDS FLAGS...
    local words=$1
    shift
    if train refused "$@"; then fault "not refused: $*"; fi
    grep -qF -- "$words" "$scratch/words" || fault "not said: $words"
}
refused "--model: gan not in {vae,flow}" --model gan
refused "--device: device: found cuda in a build without nvcc" --device cuda
batch=10
refused "moving digits: videos: found 9, expected at least one batch of 10"
echo "Both models train, go on, and write what they say."
