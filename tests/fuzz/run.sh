#!/usr/bin/env bash
# Fuzzes the readers with libFuzzer under ASan and UBSan, one after the other, and says how often each was run. What is
# found lies in build-fuzz/finds; a copy of it in tests/fuzz/corpus/TARGET is the regression test.
# usage: tests/fuzz/run.sh [SECONDS [TARGET...]], 60 seconds for each of all targets where nothing is said
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "SECONDS: found $seconds, expected a number from 1 on" >&2; exit 2; }
targets=("${@:2}")
if ((${#targets[@]} == 0)); then
    for source in tests/fuzz/*.cpp; do targets+=("$(basename "$source" .cpp)"); done
fi
scratch=$(mktemp -d -p "$([[ -w /dev/shm ]] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$scratch"' EXIT

compiler=
for candidate in clang++-21 clang++-20 clang++-19 clang++; do
    if command -v "$candidate" >/dev/null && "$candidate" -std=c++20 -fsanitize=fuzzer,address,undefined -x c++ - \
        -o "$scratch/probe" 2>/dev/null <<<'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, decltype(sizeof 0)) { return 0; }'; then
        compiler=$candidate
        break
    fi
done
[[ $compiler ]] || { echo "SKIPPED: no Clang with libFuzzer here (Debian: clang-19, libclang-rt-19-dev)."; exit 77; }

jobs=$(nproc)
generator=()
[[ -e build-fuzz/CMakeCache.txt ]] || ! command -v ninja >/dev/null || generator=(-G Ninja)
mkdir -p build-fuzz/finds
cmake -S . -B build-fuzz "${generator[@]}" "-DCMAKE_CXX_COMPILER=$compiler" -DGENOTYPE_FUZZ=ON -DGENOTYPE_TESTS=ON \
    -DGENOTYPE_EXAMPLES=OFF -DGENOTYPE_BENCHMARKS=OFF >build-fuzz/configure.log 2>&1 || { cat build-fuzz/configure.log; exit 1; }
cmake --build build-fuzz --parallel "$jobs" --target "${targets[@]/#/fuzz_}"

# The largest input where it is not 8192 bytes: a small file of CIFAR-10's unpacks to many images, and a header of all
# that the small model has, or of all types of GGUF, takes some hundred bytes.
declare -A longest=([cifar10]=512 [gguf]=1024 [safetensors]=1024 [text_files]=2048)
# What one allocation and the whole process may take, in megabytes: an image of one colour is packed a thousand times
# smaller than it is. Seconds are the clock's: on a busy machine a program waits for many of them, so that only an input
# without end is told from a machine without time.
limits=(-malloc_limit_mb=256 -rss_limit_mb=1024 -timeout=120 -report_slow_units=120)
# Freed memory is watched for a while in less room than usual, which the caches hold; who allocated it is not written
# down, which a run of the find alone does. Small models are loaded by one thread.
export TMPDIR=$scratch UBSAN_OPTIONS=print_stacktrace=1 OMP_NUM_THREADS=1
export ASAN_OPTIONS=quarantine_size_mb=1:thread_local_quarantine_size_kb=64:malloc_context_size=1
table=$(printf '%-16s %12s %8s %7s' target executions 'a second' finds)
status=0
for target in "${targets[@]}"; do
    echo "$target: $seconds seconds"
    mkdir -p "build-fuzz/corpus/$target"
    log=build-fuzz/$target.log
    rm -f build-fuzz/finds/"$target"-*
    build-fuzz/tests/fuzz/fuzz_"$target" "${limits[@]}" "-max_len=${longest[$target]:-8192}" -max_total_time="$seconds" -print_final_stats=1 \
        -artifact_prefix="build-fuzz/finds/$target-" "build-fuzz/corpus/$target" "tests/fuzz/corpus/$target" \
        >"$log" 2>&1 || { status=1; grep -m 1 -A 40 -E 'ERROR|runtime error|does not hold' "$log" || tail -n 40 "$log"; }
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
    finds=$(find build-fuzz/finds -name "$target-*" | wc -l)
    table+=$(printf '\n%-16s %12s %8s %7s' "$target" "${runs:--}" "${rate:--}" "$finds")
done
echo "$table"
exit "$status"
