#!/usr/bin/env bash
# What the VAE scores: every test image, none that it learnt from; and what of a folder it says it left out.
# usage: test_images.sh VAE
set -euo pipefail
vae=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fault() {
    echo "FAULT: $1"
    tail -n 5 "$folder/words"
    exit 1
}
train() { "$vae" --data "$folder/$1" --epochs 1 --batch 4 --out "$folder/out" >"$folder/words" 2>&1; }
says() { grep -qF -- "$1" "$folder/words" || fault "not said: $1"; }

# One grey pixel, which becomes 28 x 28 of them.
base64 -d >"$folder/one.png" <<<iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==
images() { # FOLDER NUMBER
    mkdir -p "$folder/$1"
    for ((number = 0; number < $2; ++number)); do cp "$folder/one.png" "$folder/$1/$number.png"; done
}

# Four to a batch: 10 is no whole number of them, and the three of another folder are fewer than one.
images shapes/train/a 5
images shapes/train/b 4
images shapes/val/b 10
echo "?" >"$folder/shapes/train/a/x.jpg"
train shapes || fault "it failed"
says "10 test images: reconstruction"
says "left out: 1 .jpg (first $folder/shapes/train/a/x.jpg)"
rm -r "$folder/shapes/val"
images shapes/val/b 3
train shapes || fault "it failed"
says "3 test images: reconstruction"

images alone 5
train alone || fault "it failed"
says "no test images in $folder/alone, so no score"
if grep -q "test images: " "$folder/words"; then fault "it scores what it learnt from"; fi

images shapes/val/c 1
if train shapes; then fault "a class that training does not know has no label"; fi
says "val/c: class: found c, of which $folder/shapes/train has no image, expected one of a, b"
echo "Every test image is scored, and none that was learnt from."
