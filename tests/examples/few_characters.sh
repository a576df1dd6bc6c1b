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

# What a sample cannot begin with is said before the training. A text of one line has no new line to begin with.
printf 'abc cab bac %.0s' {1..200} >"$folder/line.txt"
"$1" --data "$folder/line.txt" --steps 2 --context 16 --out "$folder/line" >"$folder/words" 2>&1 ||
    { echo "FAULT: a text of one line ends so:"; tail -n 3 "$folder/words"; exit 1; }
grep -q "^a" "$folder/line/sample.txt" || { echo "FAULT: the sample begins so: $(head -c 20 "$folder/line/sample.txt")"; exit 1; }
refuse() {
    if "$1" --data "$folder/line.txt" --steps 2 --context 16 --out "$folder/none" --prompt "$2" >"$folder/words" 2>&1 ||
        ! grep -qF "$3" "$folder/words" || grep -q "^step" "$folder/words"; then
        echo "FAULT: --prompt '$2':"; tail -n 3 "$folder/words"; exit 1
    fi
}
refuse "$1" "ab€" "error: --prompt: byte 2: found a character that the text has not, expected characters of $folder/line.txt"
refuse "$1" "" "error: --prompt: text: found none, expected what the sample begins with"
refuse "$1" $'a\xff' "error: --prompt: byte 1: found what is no UTF-8"
echo "A sample of ${#sample} characters has only those of the text."
