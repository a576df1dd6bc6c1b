#!/usr/bin/env bash
# Sees to it that the packages for examples, tests or benchmarks are installed.
# usage: install_packages.sh examples|tests|benchmarks
# On Debian and Ubuntu what is missing is installed with apt, when root or a sudo that asks nothing allows it; otherwise
# the packages are named and the script fails. Elsewhere they are only named, and CMake says what it does not find.
# Nothing that is installed is removed or downgraded: what is wished for and would need that is done without.
set -euo pipefail

needed=(g++ cmake libeigen3-dev libxtensor-dev libxsimd-dev libpng-dev zlib1g-dev libpcre2-dev nlohmann-json3-dev
    libcli11-dev)
wished=(ninja-build ccache dataset-fashion-mnist)  # used where the distribution has them
clang=(clang-19 libclang-rt-19-dev libomp-19-dev)   # wished for as one, because no part is of use alone
case ${1:-} in
    examples) ;;
    tests)
        needed+=(doctest-dev libzip-dev)
        wished+=("${clang[@]}" libthrust-dev doxygen time python3 pkgconf)
        ;;
    benchmarks)
        needed+=(libbenchmark-dev)
        wished+=(time python3 libdlib-dev)
        ;;
    *)
        echo "usage: install_packages.sh examples|tests|benchmarks" >&2
        exit 2
        ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "This is neither Debian nor Ubuntu. These packages are needed, by their Debian names: ${needed[*]}"
    echo "These are used where they are found: ${wished[*]}"
    if ! command -v cmake >/dev/null || ! command -v c++ >/dev/null; then
        echo "There is no C++ compiler or no cmake: stopping." >&2
        exit 1
    fi
    exit 0
fi

absent() {
    local package
    for package; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
    done
}

# A build that needs only what is there already must not ask for root.
mapfile -t missing < <(absent "${needed[@]}")
mapfile -t missing_wishes < <(absent "${wished[@]}")
((${#missing[@]} + ${#missing_wishes[@]})) || exit 0

if ((EUID == 0)); then
    as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
elif ((${#missing[@]})); then
    echo "These packages are missing, and installing them needs root: ${missing[*]} ${missing_wishes[*]}" >&2
    echo "Run: sudo apt-get install ${missing[*]} ${missing_wishes[*]}" >&2
    exit 1
else
    echo "Going on without: ${missing_wishes[*]}"
    exit 0
fi

echo "Installing, where they exist: ${missing[*]} ${missing_wishes[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
"${apt[@]}" update || echo "apt-get update failed: going on with the lists that are here."
install() { "${apt[@]}" install --no-install-recommends --no-remove --yes "$@" >/dev/null; }

if ((${#missing[@]})); then
    install "${missing[@]}" || {
        echo "These packages are needed, and could not be installed beside what is here: ${missing[*]}" >&2
        exit 1
    }
fi
# One after the other, so that a package that does not exist or does not fit costs no other.
wish() {
    local package
    for package; do
        if [[ $(apt-cache policy "$package") != *'Candidate: '[^\(]* ]]; then
            echo "No package $package here: going on without it."
            return
        fi
    done
    install "$@" || echo "Not installed, because of what is here already: $*. Going on without."
}
for package in "${missing_wishes[@]}"; do
    [[ " ${clang[*]} " == *" $package "* ]] || wish "$package"
done
mapfile -t missing_clang < <(printf '%s\n' "${missing_wishes[@]}" | grep -xF "$(printf '%s\n' "${clang[@]}")")
((${#missing_clang[@]} == 0)) || wish "${missing_clang[@]}"
