#!/usr/bin/env bash
# The kernels under compute-sanitizer, on a GPU: accesses out of bounds, races in shared memory, values that nobody wrote,
# barriers that not all threads reach. Runs each test program under each of its four tools, or under those that
# $GENOTYPE_SANITIZER_TOOLS names, and says what each found.
# usage: sanitize.sh NVCC FAULTY_PROGRAM PROGRAM...
set -euo pipefail
nvcc=$1 faulty=$2
shift 2
sanitizer=$(command -v compute-sanitizer || command -v "$(dirname "$nvcc")/compute-sanitizer") ||
    { echo "SKIPPED: compute-sanitizer, which the CUDA toolkit brings, is not here."; exit 77; }
# The test programs know whether there is a GPU.
words=$("$1" --count 2>&1) || { echo "${words:-SKIPPED: $1 does not start.}"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# under TOOL PROGRAM [ARGUMENT]
under() {
    local options=()
    # Tests ask for what CUDA refuses, and check that it does.
    [[ $1 != memcheck ]] || options=(--report-api-errors no)
    "$sanitizer" --tool "$1" "${options[@]}" --error-exitcode 99 "${@:2}" >"$folder/words" 2>&1
}

failed=0
for tool in ${GENOTYPE_SANITIZER_TOOLS:-memcheck racecheck initcheck synccheck}; do
    result=0
    under "$tool" "$faulty" "$tool" || result=$?
    ((result == 99)) || { echo "FAULT: $tool does not find the fault that was made for it"; failed=1; }
    for program in "$@"; do
        begin=$SECONDS result=0
        under "$tool" "$program" || result=$?
        case $result in
            0) echo "$(basename "$program"): $tool finds nothing ($((SECONDS - begin)) s)" ;;
            99) echo "FAULT: $(basename "$program"): $tool:"; grep '^=========' "$folder/words" | head -n 40; failed=1 ;;
            *) echo "FAULT: $(basename "$program") under $tool ends with $result:"; tail -n 20 "$folder/words"; failed=1 ;;
        esac
    done
done
exit "$failed"
