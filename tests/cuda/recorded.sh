#!/usr/bin/env bash
# A recorded step asks the GPU for kernels and copies within its own memory, and for nothing that allocates, waits or
# copies to the host; a step that does is refused.
# usage: recorded.sh STAND_IN PROGRAM [ARGUMENT]
set -euo pipefail
stand_in=$1 program=("${@:2}")

words=$(LD_PRELOAD=$stand_in "${program[@]}" step) || { echo "FAULT: the step is not recorded"; echo "$words"; exit 1; }
echo "$words"
# A clear, a copy, and a launch for each of six kernels.
for line in '8 nodes' 'recorded and replayed'; do
    grep -qx "$line" <<<"$words" || { echo "FAULT: no line '$line'"; exit 1; }
done
! grep 'refused' <<<"$words" || { echo "FAULT: the step asks for what a recording refuses"; exit 1; }

for what in allocates:cudaMalloc waits:cudaStreamSynchronize reads:cudaMemcpyAsync; do
    if words=$(LD_PRELOAD=$stand_in "${program[@]}" "${what%:*}"); then
        echo "FAULT: a step that ${what%:*} is recorded"
        exit 1
    fi
    grep -q "^Cuda: ${what#*:}: found cudaErrorStreamCaptureUnsupported" <<<"$words" ||
        { echo "FAULT: a step that ${what%:*} ends so:"; echo "$words"; exit 1; }
    echo "A step that ${what%:*} is refused: ${words##*$'\n'}"
done

words=$(GENOTYPE_STAND_IN_REFUSES=1 LD_PRELOAD=$stand_in "${program[@]}" refused)
echo "$words"
for call in for_each_n sum_groups multiply; do
    grep -q "^Cuda: $call: found .*no kernel image is available.*, expected success$" <<<"$words" ||
        { echo "FAULT: a kernel of $call that the GPU does not know is not an Error"; exit 1; }
done
