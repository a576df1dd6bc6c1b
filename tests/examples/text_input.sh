#!/usr/bin/env bash
# What the programs make of texts and flags as people have them: line ends of Windows, byte order marks, nothing at all.
# usage: text_input.sh TEXT TRAIN_TEXT VAE DCGAN
set -euo pipefail
text=$1 train_text=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
model=$folder/model
mkdir "$model"
echo '{"a": 0, "b": 1, "c": 2, "\u0120": 3, "ab": 4}' >"$model/vocab.json"
printf '#version: 0.2\na b\n' >"$model/merges.txt"
faults=0

# expect WORDS STATUS COMMAND...: the command ends so, with these words in what it says.
expect() {
    local wanted=$1 status=0
    local -i code=$2
    "${@:3}" >"$folder/words" 2>&1 || status=$?
    if ((status != code)) || ! grep -qF -- "$wanted" "$folder/words"; then
        echo "FAULT: ${*:3}: status $status, expected $code, and these words: $wanted"
        head -n 3 "$folder/words"
        faults=1
    fi
}

expect "error: standard input: text: found none, expected what to write on from: --prompt TEXT, or a text on standard input" \
    1 "$text" --model "$model" </dev/null
for nothing in '\n' '\r\n' '\xef\xbb\xbf' '\xef\xbb\xbf\r\n'; do
    expect "error: standard input: text: found none" 1 "$text" --model "$model" <<<"$(printf "${nothing%'\n'}")"
    expect "error: standard input: text: found none" 1 "$text" --model "$model" < <(printf "$nothing")
done
expect "error: --prompt: text: found none" 1 "$text" --model "$model" --prompt ""
expect "error: --prompt: text: found none" 1 "$text" --model "$model" --prompt $'\xef\xbb\xbf'
expect "error: standard input: text: found none" 1 "$text" --model "$model" --chat </dev/null
expect "--turns requires --chat" 2 "$text" --model "$model" --turns </dev/null
expect "--prompt excludes --turns" 2 "$text" --model "$model" --chat --turns --prompt a
expect "error: --turns: flag: found --json, expected none" 1 "$text" --model "$model" --chat --turns --json </dev/null

ids=$(printf '\xef\xbb\xbfab c\r\nabc\r\nb' | "$text" --model "$model" --tokenize 2>&1 | tr '\n' ' ') || true
[[ $ids == "[4,3,2] [4,2] [1] " ]] || { echo "FAULT: ids of lines of Windows: $ids"; faults=1; }

expect "error: --prompt: byte 1: found what is no UTF-8" 1 "$text" --model "$model" --prompt $'a\xff'
expect "error: standard input: byte 0: found UTF-16" 1 "$text" --model "$model" < <(printf '\xff\xfea\0')
expect "error: standard input, line 2: byte 1: found what is no UTF-8" 1 "$text" --model "$model" --tokenize < <(printf 'a\nb\xe2\x82\n')

for flag in "--num-beams 0" "--max-new-tokens 0" "--max-new-tokens -1" "--min-new-tokens -1" "--threads 1000000"; do
    # shellcheck disable=SC2086
    expect "${flag% *}: found ${flag#* }, expected a number of at" 2 "$text" --model "$model" --prompt a $flag
done
expect "error: $model/vocab.json: JSON: found no field \"model\", expected a tokenizer.json" 1 "$text" \
    --model "$model/vocab.json" --prompt a

mkdir -p "$folder/cache/snapshots/12ab" "$folder/gguf"
echo '{}' >"$folder/cache/snapshots/12ab/config.json"
printf GGUF >"$folder/gguf/m.gguf"
expect "or the folder of a model: $folder/cache/snapshots/12ab" 1 "$text" --model "$folder/cache" --prompt a
expect "error: $folder/gguf/m.gguf: file: found 4 bytes, expected at least 24" 1 "$text" --model "$folder/gguf" --prompt a

printf 'abc\xff' >"$folder/latin"
expect "error: $folder/latin: byte 3: found what is no UTF-8, expected a text in UTF-8" 1 "$train_text" --data "$folder/latin" \
    --out "$folder/out"
printf '\xff\xfea\0b\0' >"$folder/wide"
expect "error: $folder/wide: file: found a text in UTF-16, expected a text: save it in UTF-8" 1 "$train_text" --data "$folder/wide" --out "$folder/out"

for program in "$text --model $model" "${@:2}"; do
    for seed in -1 -0.5 1.5 nan 18446744073709551616 010; do
        # shellcheck disable=SC2086
        expect "--seed: found $seed, expected a whole number" 2 $program --seed "$seed" </dev/null
    done
done
for program in "${@:2}"; do
    expect "--batch: found 010, expected a number that begins with no 0" 2 "$program" --batch 010 </dev/null
    expect "--learning-rate: found 1e39, expected a number that a float holds" 2 "$program" --learning-rate 1e39 </dev/null
done
((faults == 0)) || exit 1
echo "Empty texts, line ends, byte order marks, folders and seeds are as they should be."
