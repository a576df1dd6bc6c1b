#!/usr/bin/env bash
# Ctrl-C or SIGTERM in an example saves and says how to resume, and what resumes ends with the files of a training nobody
# stopped. A pipe that is closed is no other end, and a training that diverges says so.
# usage: examples.sh VAE DCGAN
set -euo pipefail
vae=$1 dcgan=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GENOTYPE_DATA=$scratch/data
fail() {
    echo "FAULT $*"
    tail -n 5 "$scratch"/*.log
    exit 1
}

# Data sets of 128 images of digits' bytes, in the files that MNIST has.
mkdir -p "$GENOTYPE_DATA/mnist"
head -c $((128 * 784)) < <(seq 100000) >"$scratch/pixels"
for part in train t10k; do
    { printf '\0\0\x08\x03\0\0\0\x80\0\0\0\x1c\0\0\0\x1c' && cat "$scratch/pixels"; } \
        >"$GENOTYPE_DATA/mnist/$part-images-idx3-ubyte"
    { printf '\0\0\x08\x01\0\0\0\x80' && head -c 128 /dev/zero; } >"$GENOTYPE_DATA/mnist/$part-labels-idx1-ubyte"
done

# stopped_and_resumed SIGNAL EXIT_CODE NAME PROGRAM FLAGS...: once undisturbed, once stopped by a signal after some steps
# and the command that is then told; every file of both is the same, but for older checkpoints.
stopped_and_resumed() {
    local signal=$1 expected=$2
    shift 2
    local name=$1 whole=$scratch/$1_whole stopped=$scratch/$1_stopped log=$scratch/$1.log process code=0
    shift
    "$@" --out "$whole" >"$log" || fail "$name: the undisturbed training"
    "$@" --out "$stopped" >"$log" 2>&1 &
    process=$!
    until [[ $(wc -l 2>/dev/null <"$stopped/training.csv") -gt 4 ]]; do
        kill -0 "$process" 2>/dev/null || fail "$name: ended before it was stopped"
        sleep 0.02
    done
    kill "-$signal" "$process"
    wait "$process" || code=$?
    ((code == expected)) || fail "$name: exit code $code after $signal, $expected expected"
    grep -q "^stopped after step [0-9]*; saved: $stopped/checkpoints/step_[0-9]*.safetensors$" "$log" ||
        fail "$name: no word of what was saved"
    [[ ! -e $stopped/losses.png ]] || fail "$name: resumed after $signal"
    cp "$stopped/training.csv" "$scratch/csv"

    # Other flags are refused, and nothing is written over.
    if "$@" --out "$stopped" --learning-rate 0.5 --resume >"$log.refused" 2>&1; then
        fail "$name: resumed with another learning rate"
    fi
    grep -q 'learning_rate": found "[0-9.e-]*", expected "0.5"' "$log.refused" || fail "$name: no word of what differs"
    cmp "$stopped/training.csv" "$scratch/csv" || fail "$name: a refused resume has changed the table"

    # The newest is the one with the most steps, whatever a copy has made of the files' times.
    touch -d "1 hour ago" "$(ls "$stopped"/checkpoints/*.safetensors | tail -n 1)"
    eval "$(sed -n 's/^to resume: //p' "$log")" >"$log.resumed" 2>&1 || fail "$name: the command that resumes"
    grep -q "^resumes after $(sed -n 's/^stopped after \(step [0-9]*\);.*/\1/p' "$log") of " "$log.resumed" ||
        fail "$name: no word of what resumes, or another step"
    local last
    last=$(ls "$whole/checkpoints" | tail -n 1)
    cmp "$whole/checkpoints/$last" "$stopped/checkpoints/$last" || fail "$name: the last checkpoints differ"
    rm -r "$whole/checkpoints"
    mv "$stopped/checkpoints" "$scratch/$name.checkpoints"
    diff -r "$whole" "$stopped" || fail "$name: the files of a resumed training differ"
}

stopped_and_resumed INT 130 vae "$vae" --data mnist --batch 16 --epochs 40 --checkpoint-every 3 --threads 1
stopped_and_resumed TERM 143 dcgan "$dcgan" --data mnist --batch 32 --epochs 3 --threads 1 --average 0.9

# From a file, with more epochs; and from a folder with nothing in it.
last=$(ls "$scratch/vae.checkpoints"/step_*.safetensors | tail -n 1)
"$vae" --data mnist --batch 16 --epochs 41 --out "$scratch/more" --resume "$last" >"$scratch/more.log" ||
    fail "from a file"
(($(wc -l <"$scratch/more/training.csv") == 41 * 8 + 1)) || fail "from a file: not as many steps as 41 epochs have"
if "$vae" --data mnist --out "$scratch/none" --resume >"$scratch/none.log" 2>&1; then fail "from nothing"; fi
grep -q -- "--resume: checkpoint in $scratch/none/checkpoints: found none" "$scratch/none.log" ||
    fail "from nothing: no word of it"

# Whoever read the output has gone: saved, and ended. Also where SIGPIPE is ignored, as under systemd.
reader_has_gone() {
    local out=$1
    "$vae" --data mnist --batch 16 --epochs 100000 --threads 1 --out "$out" 2>"$out.log" | head -n 1 >/dev/null
    ((PIPESTATUS[0] == 141)) || fail "a closed pipe: exit code ${PIPESTATUS[0]}, 141 expected"
    grep -q "^stopped after step [0-9]*; saved: $out/checkpoints/step_[0-9]*.safetensors$" "$out.log" ||
        fail "a closed pipe: no word of what was saved"
    [[ -e $(sed -n 's/^stopped after .*saved: //p' "$out.log") ]] || fail "a closed pipe: nothing was saved"
}
set +o pipefail
reader_has_gone "$scratch/pipe"
(trap '' PIPE && reader_has_gone "$scratch/pipe_ignored")
set -o pipefail

# diverges WHERE WORDS PROGRAM FLAGS...: ends at once with a sentence, and every checkpoint is one to resume from.
diverges() {
    local out=$1 words=$2 code=0
    shift 2
    "$@" --data mnist --threads 1 --epochs 50 --checkpoint-every 1 --out "$out" >"$out.log" 2>&1 || code=$?
    ((code == 1)) || fail "$out: exit code $code after a loss that is NaN, 1 expected"
    (($(wc -l <"$out/training.csv") < 10)) || fail "$out: resumed after a loss that is NaN"
    tail -n 1 "$out.log" | grep -q "$words" || fail "$out: other last words"
}
diverges "$scratch/vae_nan" "^error: step 2: .*: found .*, expected a finite number: the training has diverged (learning \
rate 1e+06; last good checkpoint: $scratch/vae_nan/checkpoints/step_000001.safetensors)" \
    "$vae" --batch 16 --learning-rate 1e6
diverges "$scratch/dcgan_nan" "^error: step 1: .*: found NaN, expected .* (learning rate 1e+30; last good checkpoint: none)" \
    "$dcgan" --batch 32 --learning-rate 1e30
echo "Stopped trainings resumed, to the byte."
