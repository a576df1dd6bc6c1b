#!/usr/bin/env bash
# Each model of the program vae trains and writes samples in the form of the data; a two-stage one the same for any number
# of threads, and when it was stopped in its second stage. What does not go together is said.
# usage: vae_models.sh VAE
set -euo pipefail
vae=$1
export OMP_WAIT_POLICY=passive
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
train vq --model vq --threads 1 --second-epochs 2 --labels-file "$scratch/vq.labels" --checkpoint-every 1 ||
    fault "vq: it failed"
head -c 128 "$scratch/vq.npy" | tr -d '\0\n' | grep -q "'descr': '|u1'.*'shape': (12, 28, 28, 1)" || fault "vq: another form"
diff <(od -An -v -td4 -w4 -j128 "$scratch/vq.labels" | tr -d ' ') <(seq 0 9 && seq 0 1) || fault "vq: other labels"
grep -qE "^16 test images: MSE 0\.[0-9]*, perplexity [0-9.]* of 512 codes$" "$scratch/words" || fault "vq: no score"
grep -q "^second stage: 2 steps, .* loss of the last epoch " "$scratch/words" || fault "vq: no word of the prior"
[[ $(head -n 1 "$scratch/vq/training.csv") == step,reconstruction,commitment,perplexity ]] || fault "vq: other columns"
steps=("$scratch"/vq/checkpoints/step_*) # of three of the four steps
train more --model vq --threads 2 --second-epochs 2 --checkpoint-every 1 --resume "${steps[0]}" || fault "vq: it did not resume"
grep -q "^resumes after step 2 of " "$scratch/words" || fault "vq: it did not resume there"
cmp "$scratch/vq.npy" "$scratch/more.npy" && cmp "$scratch/vq/model.safetensors" "$scratch/more/model.safetensors" ||
    fault "vq: other bytes after a resume, with two threads"
# Stopped in its second stage, it resumes there: to the same samples.
long=(--model two-stage --threads 1 --second-epochs 40 --checkpoint-every 1)
train whole "${long[@]}" || fault "two stages failed"
train stopped "${long[@]}" &
program=$!
while kill -0 $program 2>"$scratch/errors" && [[ ! -e $scratch/stopped/second_stage/checkpoints/step_000002.safetensors ]]; do
    sleep 0.01
done
pkill -INT -P $program || fault "it ended before it was stopped"
code=0
wait $program || code=$?
[[ $code == 130 ]] && grep -qF "saved: $scratch/stopped/second_stage/checkpoints/step_" "$scratch/words" ||
    fault "stopped in its second stage: exit code $code, or it does not say where it saved"
train stopped "${long[@]}" --resume || fault "it did not resume in its second stage"
grep -q "^resumes after step [1-9][0-9]* of $scratch/stopped/second_stage/" "$scratch/words" || fault "it resumed elsewhere"
cmp "$scratch/whole.npy" "$scratch/stopped.npy" && cmp "$scratch"/{whole,stopped}/second_stage/training.csv ||
    fault "other bytes after it was stopped in its second stage"
# Of another first stage the second begins anew.
train other "${long[@]}" --seed 5 || fault "two stages failed"
rm -r "$scratch/stopped/checkpoints"
cp -r "$scratch/other/checkpoints" "$scratch/stopped"
train stopped "${long[@]}" --seed 5 --resume || fault "it did not resume"
if grep -q "^resumes after step .*second_stage/" "$scratch/words"; then fault "it resumed in another's second stage"; fi
cmp "$scratch/other.npy" "$scratch/stopped.npy" || fault "other bytes beside another's second stage"

for model in mlp conv; do
    train labels --model $model --labels --threads 1 --importance-draws 2 --labels-file "$scratch/vae.labels" ||
        fault "$model --labels: it failed"
    if cmp -s "$scratch/labels.npy" "$scratch/$model.npy"; then fault "$model: labels change nothing"; fi
    diff <(od -An -v -td4 -w4 -j128 "$scratch/vae.labels" | tr -d ' ') <(seq 0 9 && seq 0 1) || fault "$model: other labels"
    grep -q "^16 test images: .* by importance sampling, 2 draws each$" "$scratch/words" || fault "$model --labels: no bound"
done
train risen --model conv --threads 1 --beta-warmup 4 --free-bits 0.1 || fault "it failed in a warm-up"
if cmp -s "$scratch/conv/training.csv" "$scratch/risen/training.csv"; then fault "the flags change nothing"; fi
epochs=100000
train short --model conv --seconds 0.2 || fault "it failed with a limit"
[[ $(wc -l <"$scratch/short/training.csv") -lt 10000 ]] || fault "it went on after its seconds"
train timed --model two-stage --seconds 0.5 || fault "two stages failed with a limit"
grep -q "^second stage: [1-9][0-9]* steps, 0\.[1-3] s, " "$scratch/words" || fault "the second stage has another part of it"
epochs=2

refused() { # WORDS FLAGS...
    local words=$1
    shift
    if train refused "$@"; then fault "not refused: $*"; fi
    grep -qF -- "$words" "$scratch/words" || fault "not said: $words"
}
refused "--model: deep not in {mlp,conv,two-stage,vq}" --model deep
refused "--beta: flag: found it, expected none with --model vq, which has no KL" --model vq --beta 2
refused "--temperature: flag: found it, expected none with --model conv: it is of vq's samples" --model conv --temperature 0.5
refused "--top-k: flag: found it" --model two-stage --top-k 5
refused "--labels-file: flag: found it, expected none with --model conv without --labels" --model conv --labels-file "$scratch/l.npy"
refused "--labels: flag: found it, expected none with --model vq, which always reads the classes' names" --model vq --labels
refused "--labels: model: found two-stage, expected mlp or conv: the flow of latents reads no class" --model two-stage --labels
refused "--labels: device: found cuda, expected cpu" --labels --device cuda
refused "--temperature: found 0, expected a number of at least 0.001" --model vq --temperature 0
refused "--second-epochs: found 0, expected a number of at least 1" --second-epochs 0
refused "--device: model: found conv, expected mlp on cuda, or cpu" --model conv --device cuda
refused "--device: model: found vq, expected mlp on cuda, or cpu" --model vq --device cuda
echo "Each model trains, and writes what it says."
