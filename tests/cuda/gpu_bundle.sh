#!/usr/bin/env bash
# What a bundle for a GPU does with its programs, tried with scripts in their place: the order, the time that it is given,
# what a run that was ended has written, what it ends with, and what it says of what is not there.
# usage: gpu_bundle.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bundle=$folder/bundle out=$folder/out
path=$folder/tools:/usr/bin:/bin  # without what else this machine has
mkdir -p "$bundle"/{bin,benchmarks,tests/cuda} "$folder/tools"
cp "$root/benchmarks/gpu/bundle/run.sh" "$bundle"
echo 'commit abc' >"$bundle/made_of.txt"

# program FILE COMMANDS: says its name where the order is looked for.
program() {
    printf '#!/bin/bash\necho "%s${1:+ $1}" >>"%s"\n%s\n' "$(basename "$1")" "$folder/order" "$2" >"$1"
    chmod +x "$1"
}
make_good() {
    program "$bundle/bin/gpu_kernels" 'echo "A card"'
    for name in elementwise random product graph training text_run kernels_attention kernels_stored faulty; do
        program "$bundle/bin/cuda_$name" 'echo "[doctest] 3 passed"'
    done
    touch "$bundle"/bin/gpu_{images,text}
    program "$bundle/tests/cuda/sanitize.sh" 'echo "$GENOTYPE_SANITIZER_TOOLS of ${@:2}" | sed "s|[^ ]*/||g"'
    program "$folder/tools/compute-sanitizer" ''
    # Asked whether PyTorch is there, or to race.
    program "$folder/tools/python3" '[[ $2 == -c ]] || { echo "races ${*:3}"; exit 0; }'
}
make_good

fault() {
    echo "FAULT: $*"
    cat "$out/results.json" "$out/results.txt"
    exit 1
}
# run EXPECTED ARGUMENTS...: what run.sh ends with; its results in $out.
run() {
    local expected=$1 code=0
    shift
    rm -rf "$out" "$folder/order"
    PATH=$path CUDA_PATH=$folder GENOTYPE_PEERS='' bash "$bundle/run.sh" --out "$out" "$@" >"$folder/said" 2>&1 ||
        code=$?
    ((code == expected)) || fault "run.sh $* ends with $code, expected $expected"
    valid
}
# Each line is JSON.
valid() {
    ! command -v python3 >/dev/null ||
        python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$out/results.json" ||
        fault 'results.json has a line that is no JSON'
}
states() { sed -n 's/.*"step": "\([^"]*\)", "state": "\([a-z]*\)".*/\1 \2/p' "$out/results.json"; }
expect() { states | grep -qx "$1" || fault "no step with: $1"; }

run 0 60
diff - <(states) <<'END' || fault 'the steps are others, or in another order'
machine known
cuda_elementwise passed
cuda_random passed
cuda_product passed
cuda_graph passed
cuda_kernels_attention passed
cuda_kernels_stored passed
cuda_training passed
cuda_text_run passed
memcheck passed
racecheck passed
race passed
END
grep -q '"says": "commit abc.nGPU: A card' "$out/results.json" || fault 'not said: of which commit, on which GPU'
grep -q '"racecheck", .*"says": "racecheck of cuda_faulty cuda_elementwise cuda_graph cuda_random"' "$out/results.json" ||
    fault 'compute-sanitizer is asked for something else'
grep -q 'races .*--quick .*--python .*python3.*--seconds 5[0-9]$' "$out/results.txt" || fault 'the race is another'
tail -n 1 "$out/results.json" | grep -q '"part": "end", "passed": 11, "failed": 0, .*"code": 0}' || fault 'no right end'

# What fails is told of with its words, and does not keep the others.
program "$bundle/bin/cuda_random" $'printf \'ERROR: "a\\\\b"\\tis \\xff 1\\nand 2\\n\'; exit 1'
run 1 60
grep -qF '"code": 1, "says": "ERROR: \"a\\b\"\tis  1\nand 2"}' "$out/results.json" ||
    fault 'a failure has not its words'
expect 'race passed'

# What hangs is ended when its own time is over, which is a failure; there is time for the others.
program "$bundle/bin/cuda_random" 'echo begins; sleep 60'
run 1 60 --step 3
grep -q '"cuda_random", "state": "failed", .*"says": "begins.nno end within 3 s"}' "$out/results.json" ||
    fault 'what hangs is not told of'
expect 'race passed'

# The time is kept, and what was not begun is named.
begin=$SECONDS
run 3 3
((SECONDS - begin <= 30)) || fault "3 seconds were $((SECONDS - begin))"  # on a busy machine
expect 'cuda_elementwise passed'
expect 'cuda_random cut'
expect 'cuda_product left'
expect 'race left'

# What a killed run leaves ends by itself.
program "$bundle/bin/cuda_random" 'echo begins; sleep 4'
# Ended by a signal: all is told of. Killed: what was done before.
for signal in TERM KILL; do
    rm -rf "$out"
    PATH=$path bash "$bundle/run.sh" --out "$out" 60 >"$folder/said" 2>&1 &
    run_id=$! code=0
    for ((i = 0; i < 300; ++i)); do
        ! grep -q begins "$out/results.txt" 2>/dev/null || break
        sleep 0.1
    done
    kill -s "$signal" "$run_id"
    wait "$run_id" 2>/dev/null || code=$?
    valid
    expect 'cuda_elementwise passed'
    if [[ $signal == TERM ]]; then
        ((code == 3)) || fault "ended by a signal with $code, expected 3"
        expect 'cuda_random cut'
        expect 'race left'
    else
        ! states | grep cuda_random || fault 'a killed run tells of a step that had not ended'
    fi
done
make_good

# What is not there has a word.
rm "$folder/tools/compute-sanitizer"
if ! PATH=$path command -v compute-sanitizer >/dev/null; then
    run 0 60
    grep -q '"memcheck", "state": "skipped", .*"no compute-sanitizer"' "$out/results.json" ||
        fault 'no word of compute-sanitizer'
fi
program "$folder/tools/compute-sanitizer" ''
program "$folder/tools/python3" '[[ $2 != -c ]]'
run 0 60
grep -q '"PyTorch", "state": "skipped", .*"no torch with CUDA"' "$out/results.json" || fault 'no word of PyTorch'
expect 'race passed'
make_good
program "$bundle/bin/gpu_kernels" 'echo "No GPU: no driver"; exit 77'
run 77 60
[[ $(states | grep -c ' skipped$') == 12 && $(cut -d' ' -f1 "$folder/order") == gpu_kernels ]] ||
    fault 'without a GPU something ran'
grep -q '"cuda_training", "state": "skipped", .*"says": "no GPU"}' "$out/results.json" || fault 'no word of the GPU'

make_good
# What the race had no time for is no failure, and named.
program "$folder/tools/python3" \
    '[[ $2 == -c ]] || { printf "%s\n" "a table" "Without VAE step: no time left" "a table"; exit 3; }'
run 3 60
grep -qF '"race", "state": "cut"' "$out/results.json" && grep -q '"says": "Without VAE step: no time left"}' "$out/results.json" ||
    fault 'the race that had no time is told of as another'
make_good

# A rehearsal has the interpreter before each program.
program "$bundle/bin/cuda_random" '[[ $GENOTYPE_STAND_IN_RUNS == 1 && $LD_PRELOAD == */bin/libcuda_stand_in.so* ]] 2>/dev/null'
run 0 60 --rehearse
grep -q '"memcheck", "state": "skipped", .*"a rehearsal"' "$out/results.json" || fault 'a rehearsal of compute-sanitizer'

# The race itself, alone, with programs that only say that they are done: a line for each heat, and what the time did not
# allow is left out.
if command -v python3 >/dev/null; then
    for name in images text kernels; do
        printf '%s\n' '#!/bin/bash' 'echo "{\"ready\": \"genotype\"}"' 'while read -r word n; do case $word in' \
            'run) echo "[2.5, 2]" ;; memory) echo "{\"gpu_mb\": 1}" ;; choose) ;; *) exit 0 ;; esac; done' \
            >"$bundle/bin/gpu_$name"
        chmod +x "$bundle/bin/gpu_$name"
    done
    race() {
        code=0
        rm -rf "$out"
        mkdir "$out"
        GENOTYPE_COMMIT=abc python3 -B "$root/benchmarks/gpu_race.py" --programs "$bundle/bin" --out "$out/race" --quick \
            --alone --lines "$out/results.json" "$@" >"$out/results.txt" 2>&1 || code=$?
    }
    race --heats VAE --seconds 60
    ((code == 0)) || fault "the race ends with $code"
    valid
    grep -q '"part": "race", "step": "VAE step, batch 64", "state": "passed", .*"fastest_ms": {"genotype": 2.0,' \
        "$out/results.json" || fault 'no line of a heat'
    [[ $(states | tail -n 1) == 'copy of 1 GiB, batch 1 passed' ]] || fault 'what others refer to does not come last'
    grep -q '"commit": "abc"' "$out/race/gpu.json" || fault 'the race does not say of which commit'
    race --seconds 0
    ((code == 3)) && grep -q 'DCGAN step, batch 64: no time left' "$out/race/gpu.md" || fault 'the race has another time'
    echo 'exit 1' >"$bundle/bin/gpu_text"
    race --heats 'a token'
    ((code == 1)) && grep -q 'GPT-2 small, a token.*"state": "failed"' "$out/results.json" ||
        fault 'a contestant of ours that fell out is passed over'
fi

code=0
said=$(bash "$bundle/run.sh" soon 2>&1) || code=$?
[[ $code == 2 && $said == *"found 'soon', expected a number of seconds"* ]] || fault "'soon' is taken for seconds: $said"
echo 'The bundle keeps its order and its time, and tells of what it did.'
