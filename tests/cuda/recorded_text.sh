#!/usr/bin/env bash
# Of a language model that reads on the GPU, the second call with one token of a text is recorded and all further ones
# are launched as a whole; prompts are read without a recording. No code of the host's touches the GPU's memory. Says how
# many launches a token is.
# usage: recorded_text.sh STAND_IN PROGRAM [ARGUMENT]
set -euo pipefail
stand_in=$1 program=("${@:2}")
golden=$(dirname "${BASH_SOURCE[0]}")/../golden/data/text

for model in gpt2 llama; do
    words=$(LD_PRELOAD=$stand_in "${program[@]}" "$model") ||
        { echo "FAULT: the $model does not read"; tail -n 3 <<<"$words"; exit 1; }
    ! grep refused <<<"$words" || { echo "FAULT: a token of the $model asks for what a recording refuses"; exit 1; }
    grep -qx 'read' <<<"$words"
    # The second single token is recorded, and no other call.
    found=$(sed -n '/^token 8$/,/^token 9$/p' <<<"$words" | grep -c ' nodes$' || true)
    all=$(grep -c ' nodes$' <<<"$words" || true)
    ((found == 1 && all == 1)) ||
        { echo "FAULT: the $model's second token is recorded $found times, all calls $all times, not once"; exit 1; }
    # The first single token runs plainly, the five others by the recording; two texts at a time come only once.
    launched=$(grep -cx 'launched a recording' <<<"$words" || true)
    ((launched == 5)) || { echo "FAULT: of six single tokens $launched are launched as recorded, not five"; exit 1; }
    echo "$model of 12 layers, one token: $(grep ' nodes$' <<<"$words")"
done

# Weights from files, as float32 and as the files have them; several prompts, beams.
words=$(LD_PRELOAD=$stand_in "${program[@]}" "$golden/llama") || { echo "FAULT: no text is written"; tail -n 3 <<<"$words"; exit 1; }
! grep refused <<<"$words" || { echo "FAULT: writing a text asks for what a recording refuses"; exit 1; }
(($(grep -cx '72 tokens written' <<<"$words") == 2)) ||
    { echo "FAULT: not twice 72 tokens:"; tail -n 2 <<<"$words"; exit 1; }
echo "texts written from files: $(grep -c ' nodes$' <<<"$words") recordings, launched $(grep -cx 'launched a recording' <<<"$words") times"
