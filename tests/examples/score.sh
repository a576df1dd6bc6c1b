#!/usr/bin/env bash
# The program score on a data set that is made here: real images get the scores of the floor, those of one class do not;
# its classifier is trained once and kept. It reads what the program flow writes.
# usage: score.sh SCORE FLOW
set -euo pipefail
score=$1 flow=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GENOTYPE_DATA=$scratch/data
fault() {
    echo "FAULT: $1"
    tail -qn 40 "$scratch/words" "$scratch/errors"
    exit 1
}

# Images of class c have three white rows from row 2 c + 2 on, and digits' bytes elsewhere: 16 of each class.
mkdir -p "$GENOTYPE_DATA/mnist"
head -c $((160 * 784)) < <(seq 100000) >"$scratch/noise"
printf '\377%.0s' {1..84} >"$scratch/rows"
for ((image = 0; image < 160; ++image)); do
    before=$(((image % 10 * 2 + 2) * 28)) # bytes
    dd if="$scratch/noise" iflag=skip_bytes,count_bytes skip=$((image * 784)) count=$before status=none
    cat "$scratch/rows"
    dd if="$scratch/noise" iflag=skip_bytes,count_bytes skip=$((image * 784 + before)) count=$((700 - before)) status=none
done >"$scratch/pixels"
labels() { times 16 printf '\0\1\2\3\4\5\6\7\x08\x09'; }
times() { # NUMBER COMMAND...: what it prints, so often
    local time
    for ((time = 0; time < $1; ++time)); do "${@:2}"; done
}
part() { # NAME COUNT_IN_TWO_BYTES COPIES
    { printf "\0\0\x08\x03\0\0$2\0\0\0\x1c\0\0\0\x1c" && times "$3" cat "$scratch/pixels"; } \
        >"$GENOTYPE_DATA/mnist/$1-images-idx3-ubyte"
    { printf "\0\0\x08\x01\0\0$2" && times "$3" labels; } >"$GENOTYPE_DATA/mnist/$1-labels-idx1-ubyte"
}
part train '\x02\x80' 4 # 640
part t10k '\0\xa0' 1    # 160
npy() { # TYPE SHAPE, and the values behind
    local text
    text=$(printf "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }" "$1" "$2")
    printf '\223NUMPY\1\0\166\0%-117s\n' "$text"
    cat
}
npy '|u1' '160, 28, 28, 1' <"$scratch/pixels" >"$scratch/real.npy"
labels | npy '|u1' '160,' >"$scratch/labels.npy"
times 40 head -c 784 "$scratch/pixels" | npy '|u1' '40, 28, 28, 1' >"$scratch/one.npy" # forty times one image of class 0
run() { "$score" --data mnist --json "$@" >"$scratch/words" 2>"$scratch/errors"; }
value() { sed -n "s/^  \"$1\": \[*\([^],]*\).*/\1/p" "$scratch/words"; } # of a list the first
is() { awk -v a="$1" -v b="$3" "BEGIN { exit !(a + 0 $2 b + 0) }" || fault "not: $1 $2 $3"; }

run --samples "$scratch/real.npy" --labels "$scratch/labels.npy" || fault "it failed"
grep -q "^epoch 3/3  step 5/5  loss " "$scratch/errors" || fault "no word of the training"
[[ -e $GENOTYPE_DATA/mnist.features.safetensors ]] || fault "the classifier was not kept"
is "$(value classifier_accuracy)" '>' 0.9
is "$(value label_accuracy)" '>' 0.9
is "$(value frechet)" '<' 1e-6 # of the test images themselves
is "$(value recall)" '==' 1
is "$(value floor_frechet)" '>' 0
is "$(value class_shares)" '>' 0.05
is "$(value class_shares)" '<' 0.15
kid=$(value kid)

run --samples "$scratch/one.npy" || fault "it failed"
[[ ! -s $scratch/errors ]] || fault "trained again, or another word: $(head -n 1 "$scratch/errors")"
is "$(value frechet)" '>' 1
is "$(value recall)" '<' 0.2
is "$(value kid)" '>' "$kid"
is "$(value kid)" '<' 12 # of features on one scale; 24 without
grep -q '"kid_features": "less the training images.* mean, over their deviation"' "$scratch/words" || fault "scale of KID"
is "$(value class_shares)" '==' 1

# In colour, and of other sizes.
run --samples "$scratch/real.npy" --size 32 || fault "it failed in colour"
[[ -e $GENOTYPE_DATA/mnist.32x32.features.safetensors ]] || fault "the classifier of 32 x 32 pixels was not kept"
grep -q '"images": "Shape<3, 32, 32>"' "$scratch/words" || fault "other images"
is "$(value recall)" '==' 1
head -c $((4 * 30 * 30)) "$scratch/pixels" | npy '|u1' '4, 30, 30, 1' >"$scratch/other.npy"
if run --samples "$scratch/other.npy"; then fault "30 x 30 pixels were not refused"; fi
grep -qF -- "--samples: size of the images: found 30 x 30, expected 28 x 28 or 32 x 32" "$scratch/errors" || fault "words"
# Samples of a flow, a class after the other, and their labels.
"$flow" --data mnist --epochs 1 --sampling-steps 1 --out "$scratch/flow" --samples 120 --samples-file "$scratch/flow.npy" \
    --labels-file "$scratch/flow.labels" >"$scratch/words" 2>"$scratch/errors" || fault "the flow failed"
diff <(od -An -v -td4 -w4 -j128 "$scratch/flow.labels" | tr -d ' ') <(times 12 seq 0 9) || fault "other labels of the flow"
run --samples "$scratch/flow.npy" --labels "$scratch/flow.labels" || fault "the flow's samples were not read"
grep -q '"frechet_by_class"' "$scratch/words" || fault "no scores of the flow's classes"
echo "What is real has the best scores, and one image has poor ones."
