#!/usr/bin/env bash
# The program draw: it trains on first use, once, and draws the same for the same seed, for any number of threads; words that
# it does not know it refuses before that. It takes the model of vae --model vq.
# usage: draw.sh DRAW VAE
set -euo pipefail
draw=$1 vae=$2
export OMP_WAIT_POLICY=passive
source "$(dirname "${BASH_SOURCE[0]}")/small_mnist.sh"
small_mnist "$GENOTYPE_DATA"
data=mnist
drawn() { # NAME PROMPT FLAGS...
    local name=$1
    shift
    "$draw" --data "$data" --out "$scratch/$name" "$@" >"$scratch/words" 2>&1
}
refused() { # WORDS PROMPT FLAGS...
    local words=$1
    shift
    if drawn refused "$@"; then fault "not refused: $*"; fi
    grep -qF -- "$words" "$scratch/words" || fault "not said: $words"
}

model=$GENOTYPE_DATA/mnist.draw.safetensors
refused 'prompt: word: found "sevn", expected one that the model knows, such as "seven"; all: 0, zero, 1, one, 2, two,' sevn
[[ ! -e $model ]] || fault "it trained before it looked at the words"
drawn first Seven --count 3 --seed 5 --threads 1 || fault "it failed"
grep -qF "trains what draws, once: $model" "$scratch/words" && grep -q "^second stage: 2 steps" "$scratch/words" ||
    fault "no word of the training"
# Three images of 28 x 28 as two rows of two.
[[ $(od -An -t u1 -j 16 -N 8 "$scratch/first/Seven.png" | tr -s ' ') == " 0 0 0 62 0 0 0 62" ]] || fault "a file of another size"
cp "$model" "$scratch/before"
drawn again Seven --count 3 --seed 5 --threads 2 || fault "it failed with its file"
if grep -q "^trains" "$scratch/words"; then fault "it trains again"; fi
cmp "$scratch/first/Seven.png" "$scratch/again/Seven.png" && cmp "$model" "$scratch/before" || fault "other bytes with two threads"
drawn other Seven --count 3 --seed 6 || fault "it failed with another seed"
if cmp -s "$scratch/first/Seven.png" "$scratch/other/Seven.png"; then fault "another seed draws the same"; fi
drawn words_one one --count 3 --seed 5 || fault "it failed with another word"
if cmp -s "$scratch/first/Seven.png" "$scratch/words_one/one.png"; then fault "another word draws the same"; fi
drawn colder Seven --count 3 --seed 5 --top-k 1 || fault "it failed with one code to choose"
if cmp -s "$scratch/first/Seven.png" "$scratch/colder/Seven.png"; then fault "--top-k changes nothing"; fi
drawn both "one two" || fault "it failed with two words"
grep -qF 'no class is called "one two": its words are known, and together they are new' "$scratch/words" ||
    fault "no word of what is new"
refused 'prompt: word: found "eleven", expected one that the model knows, such as "seven"; all: 0, zero,' "one eleven"
refused "prompt: words: found 4, expected 1 to 3 of: 0, zero," "1 2 3 4"
refused "prompt: words: found 0, expected 1 to 3 of: " " "
refused "--count: found 0, expected a number of at least 1" one --count 0
refused "class_names: found none, expected a file that vae --model vq or draw has written" one \
    --model "$(ls "$scratch"/first/mnist.draw/checkpoints/step_*.safetensors | head -n 1)"

"$vae" --data mnist --model vq --epochs 1 --second-epochs 1 --out "$scratch/vae" >"$scratch/words" 2>&1 || fault "vae failed"
drawn of_vae one --model "$scratch/vae/model.safetensors" || fault "it does not read what vae writes"
if grep -q "^trains" "$scratch/words"; then fault "it trains where vae has"; fi
# Images without classes have no words.
mkdir "$scratch/flat"
base64 -d >"$scratch/flat/0.png" <<<iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==
no_words='prompt: words: found "cat", expected images with classes, whose names are the words, and these have none'
data=$scratch/flat
refused "$no_words" cat
flat=("$vae" --data "$scratch/flat" --model vq --epochs 1 --second-epochs 1 --out "$scratch/flat_out" --samples 2 --samples-file "$scratch/flat.npy")
"${flat[@]}" >"$scratch/words" 2>&1 || fault "vae failed without classes"
refused "$no_words" cat --model "$scratch/flat_out/model.safetensors"
if "${flat[@]}" --labels-file "$scratch/labels.npy" >"$scratch/words" 2>&1; then fault "labels of no classes"; fi
grep -qF -- "--labels-file: labels: found none in $scratch/flat, expected a class of each image" "$scratch/words" ||
    fault "no word of labels"
# Classes that are called alike.
data=$scratch/alike
mkdir -p "$scratch/alike/"{a_b,"a b"}
for class in a_b "a b"; do cp "$scratch/flat/0.png" "$scratch/alike/$class"; done
refused "prompt: class name: found a, b twice, expected once" a

"$draw" --help | grep -q "Draws an image of what a prompt says" || fault "no help"
echo "What is asked for is drawn."
