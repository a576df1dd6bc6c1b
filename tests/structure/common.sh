# Read by the checks of this folder and of shape_errors/: the tree, its include flags, and which compiler will do.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jobs=${GENOTYPE_JOBS:-$(nproc)}
read -ra system_includes <<<"${GENOTYPE_SYSTEM_INCLUDES:--isystem /usr/include/eigen3}"
standard=(-std=c++20 -fopenmp "-I$root/include" "-I$root/tests" "${system_includes[@]}")
warnings=(-Wall -Wextra -Wpedantic -Wshadow -Werror)
golden=('-DGENOTYPE_GOLDEN_DIR=""')  # the same wherever what clang_headers.sh made is read
conversions=(-Wconversion -Wsign-conversion)  # also warnings, which headers and the programs of users are free of

compiler_version() {
    local words
    words=$("$compiler" --version)
    echo "${words%%$'\n'*}"
}

# use_compiler FAMILY PATH: ends the check as skipped (77) when there is no such compiler, Clang is older than 19, or the
# compiler has no OpenMP.
use_compiler() {
    compiler=$2
    if ! command -v "$compiler" >/dev/null; then
        echo "SKIPPED: no $1 here."
        exit 77
    fi
    if [[ $1 == clang ]] && (($("$compiler" -dumpversion | cut -d. -f1) < 19)); then
        echo "SKIPPED: $compiler is older than 19."
        exit 77
    fi
    if ! "$compiler" -fopenmp -fsyntax-only -x c++ - 2>/dev/null <<<'#include <omp.h>'; then
        echo "SKIPPED: $compiler finds no omp.h (Debian: libomp-$("$compiler" -dumpversion | cut -d. -f1)-dev)."
        exit 77
    fi
    compiler_version
}

# own_headers COMPILER: the library's headers, without those that nvcc alone compiles, and without those over thrust where
# it is not found.
own_headers() {
    local left_out=(-path '*/cuda*')
    if ! "$1" "${standard[@]}" -fsyntax-only -x c++ - <<<'#include <thrust/version.h>' 2>/dev/null; then
        left_out+=(-o -path '*/thrust/*' -o -name thrust.hpp)
    fi
    find "$root/include" -name '*.hpp' ! '(' "${left_out[@]}" ')' | sort
}

# collector COMPILER: the flags by which GCC collects no garbage, which takes a tenth of its time for a large file, where
# each core has the memory for that.
collector() {
    local kilobytes
    kilobytes=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo 2>/dev/null || true)
    [[ $("$1" --version) == *clang* ]] || ((${kilobytes:-0} < 4000000 * jobs)) || echo "--param ggc-min-heapsize=2000000"
}
