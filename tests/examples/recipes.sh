#!/usr/bin/env bash
# Each recipe of the program dcgan trains and writes samples in the form of the data, with a label each where it is
# conditional; the same for any number of threads. What does not go together is said, and so are scores on the way and a
# discriminator that wins.
# usage: recipes.sh DCGAN
set -euo pipefail
dcgan=$1
source "$(dirname "${BASH_SOURCE[0]}")/small_mnist.sh"
small_mnist "$GENOTYPE_DATA"
data=mnist batch=8 epochs=1
train() { # NAME FLAGS...
    local name=$1
    shift
    "$dcgan" --data "$data" --batch "$batch" --epochs "$epochs" --out "$scratch/$name" "$@" --samples 12 \
        --samples-file "$scratch/$name.npy" >"$scratch/words" 2>&1
}
header() { head -c 128 "$1" | tr -d '\0\n'; }

for recipe in dcgan hinge r3gan wgan-gp; do
    for labels in "" --labels; do
        name=$recipe$labels
        # shellcheck disable=SC2086
        train "$name" --recipe $recipe --threads 1 $labels ${labels:+--labels-file "$scratch/$name.labels"} ||
            fault "$name: it failed"
        size="12, 28, 28, 1"
        [[ $name == dcgan ]] && size="12, 32, 32, 3"
        header "$scratch/$name.npy" | grep -q "'descr': '|u1'.*'shape': ($size)" || fault "$name: samples of another form"
        [[ -z $labels ]] || diff <(od -An -v -td4 -w4 -j128 "$scratch/$name.labels" | tr -d ' ') \
            <(seq 0 9 && seq 0 1) || fault "$name: other labels"
        # shellcheck disable=SC2086
        [[ $name != hinge* ]] || { train again --recipe $recipe --threads 2 $labels &&
            cmp "$scratch/again.npy" "$scratch/$name.npy"; } || fault "$name: other bytes with two threads"
    done
done
[[ $(head -n 1 "$scratch/r3gan/training.csv") == *,penalty ]] || fault "no column of the penalty"
train last --recipe hinge --average 0 || fault "it failed without an average"
if cmp -s "$scratch/last.npy" "$scratch/hinge.npy"; then fault "samples are not of the average"; fi
for recipe in hinge r3gan; do
    train "augmented" --recipe $recipe --diff-augment || fault "$recipe: it failed with augmented images"
    if cmp -s "$scratch/augmented.npy" "$scratch/$recipe.npy"; then fault "$recipe: nothing is augmented"; fi
done

# A score on the way is of samples, and changes nothing of the training.
train scored --recipe hinge --score-seconds 0.001 --score-samples 100 || fault "it failed with scores"
cmp "$scratch/scored.npy" "$scratch/hinge.npy" || fault "a score changed the training"
grep -qE '^after [0-9]+ s of steps: Frechet distance [0-9.]+, precision [0-9.]+, recall [0-9.]+, rarest class ' \
    "$scratch/words" || fault "no word of the scores"
awk -F, 'NR == 1 { exit !/^seconds,frechet,precision,recall,class_0,/ }' "$scratch/scored/scores.csv" || fault "no table"
awk -F, 'NR > 1 { for (n = 5; n <= NF; ++n) sum += $n; rows++ } END { exit !(rows == 2 && sum > 1.99 && sum < 2.01) }' \
    "$scratch/scored/scores.csv" || fault "other shares of classes"
if grep -q "the discriminator has won" "$scratch/words"; then fault "it has not won"; fi
cp "$scratch/scored/scores.csv" "$scratch/scores.before"
epochs=2
train scored --recipe hinge --score-seconds 0.001 --score-samples 100 --resume || fault "it did not resume"
cmp "$scratch/scored/scores.csv" "$scratch/scores.before" && [[ $(wc -l <"$scratch/scored/scores_2.csv") == 3 ]] ||
    fault "other scores of a resumed training"
epochs=1

refused() { # WORDS FLAGS...
    local words=$1
    shift
    if train refused "$@"; then fault "not refused: $*"; fi
    grep -qF -- "$words" "$scratch/words" || fault "not said: $words"
}
refused "--labels-file requires --labels" --labels-file "$scratch/l.npy"
refused "--labels-file: folder: found $scratch/none, expected one that is there" --labels --labels-file "$scratch/none/l"
refused "--diff-augment: recipe: found wgan-gp, expected hinge or r3gan, without --labels" --recipe wgan-gp --diff-augment
refused "--diff-augment: recipe: found hinge with labels, expected" --recipe hinge --labels --diff-augment
refused "Could not convert: --score-samples = 150.5" --score-samples 150.5
refused "--recipe: begun not in {dcgan,hinge,r3gan,wgan-gp}" --recipe begun
refused "--device: recipe: found r3gan, expected dcgan without labels on cuda, or cpu" --recipe r3gan --device cuda
refused "--size: recipe: found r3gan, expected dcgan without labels for 64 x 64 pixels" --recipe r3gan --size 64
mkdir "$scratch/flat"
base64 -d >"$scratch/flat/0.png" <<<iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==
for ((number = 1; number < 8; ++number)); do cp "$scratch/flat/0.png" "$scratch/flat/$number.png"; done
data=$scratch/flat
refused "Trainer: number of labels: found 0, expected 8, one for each sample" --labels
train large --size 64 || fault "it failed with 64 x 64 pixels"
header "$scratch/large.npy" | grep -q "'shape': (12, 64, 64, 3)" || fault "samples of --size 64 of another form"
batch=4 epochs=40
train won --learning-rate 0.02 || fault "it failed with images of one colour"
grep -q "^the discriminator has won: for fifty steps" "$scratch/words" || fault "it has won"
echo "Each recipe trains, and writes what it says."
