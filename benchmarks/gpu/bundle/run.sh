#!/usr/bin/env bash
# Runs this bundle on an NVIDIA GPU, what matters first: every kernel against the host, training steps against the host,
# compute-sanitizer's memcheck and racecheck on the smallest programs, the race against PyTorch.
# usage: run.sh [SECONDS] [--out FOLDER] [--step SECONDS] [--rehearse]
#   SECONDS     it ends within so many (420)
#   --out       where results go ("results" beside this file): results.txt has what the programs said, results.json a
#               line of JSON for each step, written as it ends, and race/ the race's tables
#   --step      no single program gets more (120; the race gets all that is left)
#   --rehearse  without a GPU: an interpreter on the processor runs the kernels, which takes many times as long
# Ends with 0 when all passed, 1 when something failed, 3 when the time was too short for all, and 77 when nothing could
# be run. Needs the NVIDIA driver, and libstdc++ and libgomp of GCC 12 or newer; no compiler, no CMake, no network.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
seconds=420 step_seconds=120 out=$here/results rehearse=false
usage() { sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
while (($#)); do
    case $1 in
        --out) out=${2:?--out needs a folder}; shift ;;
        --step) step_seconds=${2:?--step needs seconds}; shift ;;
        --rehearse) rehearse=true ;;
        --help | -h) usage; exit 0 ;;
        *[!0-9]* | '') echo "run.sh: found '$1', expected a number of seconds or an option; --help lists them" >&2; exit 2 ;;
        *) seconds=$1 ;;
    esac
    shift
done
[[ $seconds =~ ^[1-9][0-9]*$ && $step_seconds =~ ^[1-9][0-9]*$ ]] ||
    { echo "run.sh: found '$seconds' and '$step_seconds' for seconds, expected numbers from 1 on" >&2; exit 2; }
mkdir -p "$out" || exit 2
out=$(cd "$out" && pwd)
log=$out/results.txt lines=$out/results.json
: >"$log" && : >"$lines" || exit 2

# In milliseconds. A program that time is up for gets TERM, and a second later KILL; the rest is for the last words.
now() { local t=${EPOCHREALTIME/[.,]/}; time_now=$((${t%???})); }
now
begin=$time_now
end=$((begin + 1000 * seconds - (seconds > 9 ? 3000 : 500)))
seconds_of() { printf -v "$1" '%d.%03d' $(($2 / 1000)) $(($2 % 1000)); }

# quote TEXT: as JSON, in `quoted`; ASCII alone, so that a program's broken bytes do not break the line.
quote() {
    local LC_ALL=C text=${1//\\/\\\\}
    text=${text//\"/\\\"} text=${text//$'\n'/\\n} text=${text//$'\t'/\\t}
    quoted=\"${text//[! -~]/}\"
}

passed=0 failed=0 skipped=0 cut=0 left_over=0
# record PART STEP STATE MILLISECONDS CODE SAYS: the one line of a step, for people and for programs.
record() {
    local took says step
    seconds_of took "$4"
    quote "$2"; step=$quoted
    quote "$6"; says=$quoted
    printf '{"part": "%s", "step": %s, "state": "%s", "seconds": %s, "code": %d, "says": %s}\n' \
        "$1" "$step" "$3" "$took" "$5" "$says" >>"$lines"
    case $3 in
        passed) passed=$((passed + 1)) ;;
        failed) failed=$((failed + 1)) ;;
        skipped) skipped=$((skipped + 1)) ;;
        cut) cut=$((cut + 1)) ;;
        left) left_over=$((left_over + 1)) ;;
    esac
    local told="$3  $1  $2  $took s"
    case $3 in
        skipped | left) told="$3  $1  $2: $6" ;;
        failed | cut) told+=$'\n    '${6//$'\n'/$'\n    '} ;;
    esac
    printf '%s\n' "$told"
    printf '%s\n' "$told" >>"$log"
}

# Whoever ends this script early ends the program that runs, and finds all steps told of nonetheless.
child='' stopped=false
trap 'stopped=true end=0; [[ -z $child ]] || kill "$child" 2>/dev/null' TERM INT HUP

# run PART STEP MOST COMMAND...: MOST in milliseconds, 0 for whatever is left.
run() {
    local part=$1 step=$2 most=$3
    shift 3
    now
    local left=$((end - time_now)) started=$time_now limit=$3 code=0 before text
    ((left >= 200)) || { record "$part" "$step" left 0 0 "no time was left"; return; }
    limit=$((most == 0 || most > left ? left : most))
    seconds_of text "$limit"
    printf '\n== %s %s\n' "$part" "$step" >>"$log"
    before=$(stat -c %s "$log")
    timeout -k 1 "$text" "$@" >>"$log" 2>&1 </dev/null &
    child=$!
    wait "$child" || code=$?
    while kill -0 "$child" 2>/dev/null; do code=0; wait "$child" || code=$?; done  # a signal ended the wait
    child=''
    now
    local took=$((time_now - started)) state=failed
    local ran_out=false
    ((code == 124 || code == 137)) && ((took >= limit)) && ran_out=true
    # A program that was held to its own limit while there was time for others has failed: it hangs, or is too slow.
    if $stopped || { $ran_out && ((limit < most || most == 0)); }; then state=cut
    elif ((code == 0)); then state=passed
    elif ((code == 77)); then state=skipped
    elif ((code == 3)) && [[ $part == race ]]; then state=cut
    fi
    local most_lines=40 those='[^=]'
    [[ $state != passed && $state != skipped ]] || most_lines=3
    [[ $part != race || $state != cut ]] || those='^Without .*: no time left$'
    text=$(tail -c "+$((before + 1))" "$log" | LC_ALL=C tr -cd '\11\12\40-\176' | grep "$those" | tail -n "$most_lines" |
        tail -c 6000)
    ! $ran_out || [[ $state != failed ]] || text+=$'\n'"no end within $((limit / 1000)) s"
    record "$part" "$step" "$state" "$took" "$code" "$text"
}

skip() { record "$1" "$2" skipped 0 77 "$3"; }

# The driver's library, where containers have it and nobody told the loader.
if [[ -d /usr/local/nvidia/lib64 ]] && ! ldconfig -p 2>/dev/null | grep -q 'libcuda\.so\.1'; then
    export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/local/nvidia/lib64
fi
export OMP_WAIT_POLICY=passive
bin=$here/bin
most=$((1000 * step_seconds))
on_gpu=()
if $rehearse; then
    on_gpu=(env GENOTYPE_STAND_IN_RUNS=1 "LD_PRELOAD=$bin/libcuda_stand_in.so")
    most=0
fi
# What a program says is to be in the file even if it is ended.
! command -v stdbuf >/dev/null || on_gpu+=(stdbuf -oL)

# What the results are about.
made_of=$(cat "$here/made_of.txt" 2>/dev/null)
export GENOTYPE_COMMIT=${made_of%%$'\n'*}
why='' gpu='none: a rehearsal' gpu_code=0
if ! $rehearse; then
    gpu=$(timeout -k 1 60 "$bin/gpu_kernels" gpu 2>&1 | tail -n 1) || gpu_code=$?
    ((gpu_code != 77)) || why='no GPU'
fi
driver=$(timeout 20 nvidia-smi --query-gpu=driver_version,clocks.max.sm,power.limit --format=csv,noheader --id=0 2>/dev/null |
    head -n 1)
printf -v said '%s\nGPU: %s\ndriver, clock, power: %s\nsystem: %s, %s cores\n%s, %s s' "$made_of" "$gpu" "${driver:-unknown}" \
    "$(uname -sr)" "$(nproc)" "$(date -u '+%Y-%m-%d %H:%M UTC')" "$seconds"
printf '%s\n\n' "$said" | tee -a "$log"
if ((gpu_code == 0)); then record start machine known 0 0 "$said"
elif ((gpu_code == 77)); then skip start machine 'no GPU'
else record start machine failed 0 "$gpu_code" "$said"
fi

# check PART PROGRAM: a program of tests, which ends with 77 where there is no GPU.
check() {
    [[ -e $bin/$2 ]] || return 0
    [[ -z $why ]] || { skip "$1" "$2" "$why"; return; }
    run "$1" "$2" "$most" "${on_gpu[@]}" "$bin/$2" --duration=true --abort-after=20
}

# 1. Every kernel.
first=(cuda_elementwise cuda_random cuda_product cuda_graph cuda_tangents)
for name in "${first[@]}"; do check kernels "$name"; done
for program in "$bin"/cuda_kernels_*; do check kernels "$(basename "$program")"; done

# 2. Steps of each model.
for name in cuda_training cuda_text_run; do check steps "$name"; done

# 3. The smallest under compute-sanitizer, each tool on a fault that it must find, too.
cuda=${CUDA_PATH:-/usr/local/cuda}
nvcc=$(command -v nvcc || echo "$cuda/bin/nvcc")
smallest=()
for name in cuda_elementwise cuda_graph cuda_random; do [[ ! -e $bin/$name ]] || smallest+=("$bin/$name"); done
for tool in memcheck racecheck; do
    if [[ -n $why ]]; then skip sanitizer "$tool" "$why"
    elif $rehearse; then skip sanitizer "$tool" 'a rehearsal'
    elif ! command -v compute-sanitizer >/dev/null && [[ ! -x $(dirname "$nvcc")/compute-sanitizer ]]; then
        skip sanitizer "$tool" 'no compute-sanitizer'
    elif ((${#smallest[@]})); then
        run sanitizer "$tool" "$most" env "GENOTYPE_SANITIZER_TOOLS=$tool" \
            bash "$here/tests/cuda/sanitize.sh" "$nvcc" "$bin/cuda_faulty" "${smallest[@]}"
    fi
done

# Products by cuBLASLt, where CUDA's toolkit is; the library is too large to be here.
if [[ -e $bin/cuda_product_cublas ]]; then
    if [[ -n $why ]]; then skip kernels cuda_product_cublas "$why"
    elif $rehearse; then skip kernels cuda_product_cublas 'a rehearsal'
    else
        libraries=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$cuda/lib64
        if LD_LIBRARY_PATH=$libraries ldd "$bin/cuda_product_cublas" 2>/dev/null | grep -q 'libcublasLt.*not found'; then
            skip kernels cuda_product_cublas 'no cuBLASLt'
        else
            run kernels cuda_product_cublas "$most" env "LD_LIBRARY_PATH=$libraries" "${on_gpu[@]}" \
                "$bin/cuda_product_cublas" --duration=true --abort-after=20
        fi
    fi
fi

# 4. The race, with as much of PyTorch as is here.
race() {
    local python=python3 candidate arguments=(--programs "$bin" --out "$out/race" --quick --lines "$lines") left
    local usable='import sys, torch; sys.exit(0 if "rehearse" in sys.argv or torch.cuda.is_available() else 77)'
    [[ -e $bin/gpu_images && -e $bin/gpu_text ]] || { skip race race 'not in this bundle'; return; }
    [[ -z $why ]] || { skip race race "$why"; return; }
    command -v python3 >/dev/null || { skip race race 'no python3'; return; }
    now
    ((time_now < end)) || { record race race left 0 0 "no time was left"; return; }
    local torch=''
    for candidate in ${GENOTYPE_PEERS:+"$GENOTYPE_PEERS/bin/python"} python3; do
        command -v "$candidate" >/dev/null || continue
        ! timeout -k 1 60 "$candidate" -B -c "$usable" $($rehearse && echo rehearse) </dev/null >/dev/null 2>&1 ||
            { torch=$candidate; break; }
    done
    if [[ -n $torch ]]; then
        python=$torch arguments+=(--python "$(command -v "$torch")")
    else
        arguments+=(--alone)
        skip race PyTorch 'no torch with CUDA'
    fi
    ! $rehearse || arguments+=(--rehearse)
    now
    left=$(((end - time_now) / 1000 - 3))
    run race race 0 "$python" -B "$here/benchmarks/gpu_race.py" "${arguments[@]}" --seconds "$((left > 0 ? left : 0))"
}
race

code=0
if ((failed)); then code=1
elif ((cut + left_over)); then code=3
elif ((passed == 0)); then code=77
fi
now
seconds_of took $((time_now - begin))
printf '{"part": "end", "passed": %d, "failed": %d, "skipped": %d, "cut": %d, "left": %d, "seconds": %s, "code": %d}\n' \
    "$passed" "$failed" "$skipped" "$cut" "$left_over" "$took" "$code" >>"$lines"
printf '\n%d passed, %d failed, %d skipped, %d cut off, %d not begun; %s s. Results: %s\n' \
    "$passed" "$failed" "$skipped" "$cut" "$left_over" "$took" "$out" | tee -a "$log"
exit "$code"
