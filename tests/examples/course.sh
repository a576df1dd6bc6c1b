#!/usr/bin/env bash
# One example of the course as a reader runs it, in a folder of its own and for a few steps: what it prints, that the files
# that it names are there, and what is particular to it.
# usage: course.sh PROGRAM SOURCE COMPILER
set -euo pipefail
program=$1 source=$2 compiler=$3
name=$(basename "$source" | sed 's/\..*//')
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
fault() {
    echo "FAULT: $1"
    tail -n 8 words
    exit 1
}
run() { "$program" "$@" >words 2>&1 || fault "$name $*: exit code $?"; }
says() { grep -qF -- "$1" words || fault "not said: $1"; }
says_not() { ! grep -qF -- "$1" words || fault "said: $1"; }
# The files behind "written: ", which are below one folder.
written() {
    local file
    says "written: out/$name/"
    for file; do [[ -s out/$name/$file ]] || fault "there is no out/$name/$file"; done
}
# A header as IDX has it, and bytes of the program's: 256 images of eight classes, under a name that is looked for.
images() {
    mkdir -p data/fashion-mnist
    { printf '\0\0\x08\x03\0\0\1\0\0\0\0\x1c\0\0\0\x1c'; head -c $((256 * 784)) "$program"; } >data/fashion-mnist/train-images-idx3-ubyte
    { printf '\0\0\x08\x01\0\0\1\0'; for ((n = 0; n < 256; ++n)); do printf "\\$((n % 8))"; done; } >data/fashion-mnist/train-labels-idx1-ubyte
    export GENOTYPE_DATA=$folder/data
}

case $name in
    01_* | 02_*) ;;
    *) run --help; says "usage: $name" ;;
esac
case $name in
    01_* | 02_* | 07_* | 09_*) ;;
    *) if "$program" 1.5 >words 2>&1; then fault "it takes 1.5 steps"; fi; says "usage: $name" ;;
esac
case $name in
    01_*) run; says "5 images, 10 scores each" ;;
    02_*)
        run
        says "a batch of 17: "
        if "$compiler" -std=c++20 -fopenmp "-I$root/include" -DSHOW_THE_ERROR -fsyntax-only "$source" >words 2>&1; then
            fault "the wrong network compiles"
        fi
        # The sentence of its comment, in whatever way the compiler puts spaces.
        sentence=$(sed -n '/^\/\/ why::/,/^[^/]/p' "$source" | grep '^//' | tr -d '/ \n')
        [[ $sentence == why::* ]] || fault "there is no sentence in $source"
        grep -m 1 'error:' words | tr -d ' ' | grep -qF "$sentence" || fault "the compiler does not say $sentence"
        ;;
    03_*) images; run 3; says "step 3: "; written reconstructions.png samples.png interpolation.png vae.safetensors ;;
    04_*) images; run 3; says "step 3: "; written samples.png losses.png ;;
    05_*) run 3; says "gradients: right"; says "step 3: "; written curve.png ;;
    06_*) images; run 3; says "step 3: "; written denoised.png ;;
    07_*)
        run
        says "into a network of another last layer:"
        says "4.weight"
        written net.safetensors renamed.safetensors
        outputs=$(sed -n '/^outputs:/{p;q}' words)
        (($(grep -cxF -- "$outputs" words) == 2)) || fault "other outputs by other names"
        run "out/$name/net.safetensors"
        says "$outputs"
        ;;
    08_*)
        images
        run 3
        says_not "resumed"
        says "saved: "
        run 6
        says "resumed at step 3 from out/$name/checkpoints/"
        written losses.png
        run 6
        says "all 6 steps are done"
        ;;
    09_*)
        export XDG_CACHE_HOME=$folder
        if "$program" >words 2>&1; then fault "it runs without a model"; fi
        says "fetch_smollm2.py fetches it"
        ;;
    10_*)
        run 3
        says "step 3: "
        says "sample 3: "
        written model.safetensors vocab.json merges.txt
        cp "$root/LICENSE" text.txt
        run 2 text.txt
        ;;
    11_*) images; run 3; written samples.png flow.safetensors ;;
    12_*)
        images
        if "$program" 3 >words 2>&1; then
            written samples.png generator.safetensors
        else
            says "error: "
            grep -qE "Cuda|GPU" words || fault "not a word of the GPU"
            echo "SKIPPED: no GPU here; it says so."
            exit 77
        fi
        ;;
    *) fault "$0 does not know $name" ;;
esac
echo "$name does as it says."
