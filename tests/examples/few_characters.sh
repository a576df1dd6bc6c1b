#!/usr/bin/env bash
# A model learns a text of fewer different characters than it has tokens, and writes with those alone.
# usage: few_characters.sh TRAIN_TEXT
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for ((line = 0; line < 200; ++line)); do echo "abc cab bac"; done >"$folder/text.txt"
"$1" --data "$folder/text.txt" --prompt "abc" --steps 2 --context 16 --out "$folder/out" >"$folder/words" 2>&1 ||
    { echo "FAULT: it ends so:"; tail -n 3 "$folder/words"; exit 1; }
sample=$(cat "$folder/out/sample.txt")
((${#sample} > 100)) || { echo "FAULT: a sample of ${#sample} characters"; exit 1; }
[[ -z ${sample//[abc $'\n']/} ]] || { echo "FAULT: other characters in the sample: $sample"; exit 1; }
echo "A sample of ${#sample} characters has only those of the text."
