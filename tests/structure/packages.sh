#!/usr/bin/env bash
# Issue 17.25: install_packages.sh removes nothing of the user's, and does without what it only wishes for; a Clang without OpenMP is
# not used. Held against an apt of the test's own, in which Clang 19 would remove something.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
stub() { printf '%s\n' '#!/usr/bin/env bash' "${@:2}" >"$scratch/$1"; chmod +x "$scratch/$1"; }
stub dpkg-query 'exit 1' # nothing is installed
stub apt-cache 'echo "  Candidate: 1.0"'
stub sudo '[[ $1 != -n ]] || shift; [[ $# == 0 ]] || exec "$@"'
stub apt-get "echo \"\$*\" >>\"$scratch/calls\"" '[[ "$*" == *" install "* ]] || exit 0' \
    '[[ "$*" == *--no-remove* ]] || exit 100' '[[ "$*" != *clang-19* && "$*" != *"${GENOTYPE_UNFIT:-nothing}"* ]]'
faults=0
expect() { [[ $words == *"$1"* ]] || { printf 'FAULT: not told "%s" in:\n%s\n' "$1" "$words"; faults=1; }; }

words=$(PATH=$scratch:$PATH bash "$root/cmake/install_packages.sh" tests 2>&1) || { echo "FAULT: a wish that does not fit ends the script."; faults=1; }
expect "Not installed, because of what is here already: clang-19 libclang-rt-19-dev libomp-19-dev. Going on without."
if grep ' install ' "$scratch/calls" | grep -qv -- --no-remove; then
    echo "FAULT: an installation may remove packages:"
    grep ' install ' "$scratch/calls" | grep -v -- --no-remove
    faults=1
fi
grep -q ' install .* doxygen$' "$scratch/calls" || { echo "FAULT: one wish that does not fit costs another."; faults=1; }

if words=$(GENOTYPE_UNFIT=libeigen3-dev PATH=$scratch:$PATH bash "$root/cmake/install_packages.sh" tests 2>&1); then
    echo "FAULT: a needed package that does not fit is passed over."
    faults=1
fi
expect "These packages are needed, and could not be installed beside what is here:"

stub clang++-19 'case $* in -dumpversion) echo 19.1.4 ;; --version) echo "clang version 19.1.4" ;; *) exit 1 ;; esac'
words=$(use_compiler clang "$scratch/clang++-19") && status=0 || status=$?
[[ $status == 77 ]] || { echo "FAULT: a Clang without omp.h is used (status $status)."; faults=1; }
expect "finds no omp.h (Debian: libomp-19-dev)"

((faults == 0)) || exit 1
echo "Packages are only added, and a Clang without OpenMP is left alone."
