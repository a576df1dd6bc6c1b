#!/usr/bin/env bash
# Issue 17.13: what a program could not write it does not pass over: exit code 1 and a sentence. A text's training ends as others do.
# usage: output.sh VAE TRAIN_TEXT TEXT GENOTYPE_CONFIG
set -euo pipefail
vae=$1 train_text=$2 text=$3 config=$4
[[ -w /dev/full ]] || { echo "No /dev/full here."; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
log=$folder/log
fail() {
    echo "FAULT $*"
    tail -n 3 "$log"
    exit 1
}

# cannot_write PROGRAM FLAGS...: on a full disk, and with standard output closed.
cannot_write() {
    local code=0
    "$@" >/dev/full 2>"$log" </dev/null || code=$?
    ((code == 1)) || fail "$*: exit code $code on a full disk, 1 expected"
    grep -q 'standard output: found No space left on device, expected a place' "$log" || fail "$*: no word of a full disk"
    code=0
    "$@" >&- 2>"$log" </dev/null || code=$?
    ((code == 1)) || fail "$*: exit code $code without standard output, 1 expected"
    grep -q 'standard output: found ' "$log" || fail "$*: no word of a standard output that is not there"
}

for ((line = 0; line < 200; ++line)); do echo "abc cab bac"; done >"$folder/text.txt"
train=("$train_text" --data "$folder/text.txt" --prompt abc --context 16 --sample-tokens 5 --threads 1 --out "$folder/out")
for program in "$vae" "$train_text" "$text"; do cannot_write "$program" --help; done
cannot_write "${train[@]}" --steps 2
[[ $(head -n 1 "$folder/out/training.csv") == step,loss,validation_loss ]] || fail "other lines in training.csv"
(($(wc -l <"$folder/out/training.csv") == 3)) || fail "training.csv has not a line a step"
echo '{"model_type": "gpt2", "vocab_size": 10, "n_positions": 8, "n_embd": 4, "n_layer": 1, "n_head": 1}' \
    >"$folder/config.json"
cannot_write "$config" "$folder"
cannot_write "$config" --header tiny "$folder"
code=0
"$text" --model "$folder/out" --tokenize <"$folder/text.txt" >/dev/full 2>"$log" || code=$?
((code == 1)) || fail "--tokenize: exit code $code on a full disk, 1 expected"
grep -q 'standard output: found ' "$log" || fail "--tokenize: no word of a full disk"

# A loss that is NaN ends it, and so does SIGTERM, which saves.
code=0
"${train[@]}" --steps 50 --warmup 0 --learning-rate 1e30 --checkpoint-every 1 >"$log" 2>&1 || code=$?
((code == 1)) || fail "exit code $code after a loss that is NaN, 1 expected"
tail -n 1 "$log" | grep -q '^error: .*step [0-9]*: .*expected .*finite' || fail "no word of a loss that is NaN"
"${train[@]}" --steps 1000000 >"$log" 2>&1 &
process=$!
until [[ $(wc -l <"$folder/out/training.csv") -gt 60 ]]; do
    kill -0 "$process" 2>/dev/null || fail "ended before it was stopped"
    sleep 0.02
done
kill -TERM "$process"
code=0
wait "$process" || code=$?
((code == 143)) || fail "exit code $code after SIGTERM, 143 expected"
grep -q "^stopped after step [0-9]*; saved: $folder/out/checkpoints/step_[0-9]*.safetensors$" "$log" ||
    fail "no word of what was saved"
echo "What could not be written was told."
