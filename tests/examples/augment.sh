#!/usr/bin/env bash
# The program augment compares four ways of learning from few images that are made here, the same for any number of
# threads, and says which flags and data it cannot take.
# usage: augment.sh AUGMENT
set -euo pipefail
augment=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GENOTYPE_DATA=$scratch/data
fault() {
    echo "FAULT: $1"
    tail -qn 20 "$scratch/words" "$scratch/errors"
    exit 1
}

# Images of class c have three white rows from row 2 c + 2 on: 20 in all.
mkdir -p "$GENOTYPE_DATA/mnist"
printf '\377%.0s' {1..84} >"$scratch/rows"
for ((image = 0; image < 20; ++image)); do
    before=$(((image % 10 * 2 + 2) * 28)) # bytes
    head -c $before /dev/zero
    cat "$scratch/rows"
    head -c $((700 - before)) /dev/zero
done >"$scratch/pixels"
for part in train t10k; do
    { printf '\0\0\x08\x03\0\0\0\x14\0\0\0\x1c\0\0\0\x1c' && cat "$scratch/pixels"; } \
        >"$GENOTYPE_DATA/mnist/$part-images-idx3-ubyte"
    { printf '\0\0\x08\x01\0\0\0\x14' && printf '\0\1\2\3\4\5\6\7\x08\x09\0\1\2\3\4\5\6\7\x08\x09'; } \
        >"$GENOTYPE_DATA/mnist/$part-labels-idx1-ubyte"
done
run() { "$augment" --data mnist --samples-per-class 1 --flow-steps 2 "$@" >"$scratch/words" 2>"$scratch/errors"; }

flags=(--per-class 1 --seeds 2 --steps 14 --no-flip)
run "${flags[@]}" --threads 1 || fault "it failed"
grep -q '^mnist: 1 images a class, 1 samples a class of a flow that learnt from them, 2 seeds$' "$scratch/words" ||
    fault "words"
for way in "the images alone" cropped "with samples" both; do
    awk -v way="$way" 'index($0, way " ") == 1 { found = $NF >= $(NF - 2) && $(NF - 2) >= $(NF - 1) && $(NF - 2) > 30 }
        END { exit !found }' "$scratch/words" || fault "no such row, or nothing learnt: $way"
done
grep -q '^seed 1, a classifier: both$' "$scratch/errors" || fault "no progress"
cp "$scratch/words" "$scratch/one"
run "${flags[@]}" --threads 2 || fault "it failed"
cmp -s "$scratch/words" "$scratch/one" || fault "other figures with two threads"

if run --per-class 3; then fault "three images of a class were not refused"; fi
grep -qF -- "--per-class: images of class 0: found 2, expected 3" "$scratch/errors" || fault "words"
if run --per-class 1 --steps 0; then fault "no steps were not refused"; fi
grep -qF -- "--steps: found 0, expected a number of at least 1" "$scratch/errors" || fault "words"
echo "The four ways are compared."
