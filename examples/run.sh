#!/usr/bin/env bash
# Installs what is missing, builds the examples, trains the VAE and the DCGAN on Fashion-MNIST and draws images.
# usage: examples/run.sh [--seconds N]   (how long the DCGAN trains; 90 when not given)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=90
while (($#)); do
    case $1 in
        --seconds)
            [[ ${2:-} =~ ^[0-9]+$ ]] || { echo "--seconds wants a number of seconds" >&2; exit 2; }
            seconds=$2
            shift 2
            ;;
        *)
            sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"
            [[ $1 == --help || $1 == -h ]] && exit 0
            exit 2
            ;;
    esac
done
bash cmake/install_packages.sh examples

generator=()
[[ -e build/CMakeCache.txt ]] || ! command -v ninja >/dev/null || generator=(-G Ninja)
cmake -S . -B build "${generator[@]}" -DGENOTYPE_TESTS=OFF -DGENOTYPE_EXAMPLES=ON -DGENOTYPE_BENCHMARKS=OFF
cmake --build build --parallel "$(nproc)"

build/examples/vae --data fashion-mnist --epochs 10 --out out/vae
# Steadier than the default, so that garments show after the first epoch (Radford et al., 2016, section 4).
build/examples/dcgan --data fashion-mnist --seconds "$seconds" --beta1 0.5 --out out/dcgan
echo "Written:"
find out/vae out/dcgan -type f | sort | sed 's/^/  /'
