#!/usr/bin/env bash
# Installs what is missing, builds three programs, trains a VAE, a DCGAN and a flow on Fashion-MNIST, draws images and puts
# them all on one page: out/index.html.
# usage: examples/run.sh [--seconds N]   (how long the DCGAN trains; 60 when not given)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=60
while (($#)); do
    case $1 in
        --seconds)
            [[ ${2:-} =~ ^[0-9]+$ ]] || { echo "--seconds wants a number of seconds" >&2; exit 2; }
            seconds=$2
            shift 2
            ;;
        *)
            sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}"
            [[ $1 == --help || $1 == -h ]] && exit 0
            exit 2
            ;;
    esac
done
# Beside other programs a thread that waits for another must not keep it from a processor.
read -r load _ 2>/dev/null </proc/loadavg || load=0
((${load%.*} < $(nproc))) || export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
bash cmake/install_packages.sh examples

# A build that is there stays as it was configured; a new one is without what needs nvcc.
new=()
if [[ ! -e build/CMakeCache.txt ]]; then
    new=(-DGENOTYPE_CUDA=OFF)
    ! command -v ninja >/dev/null || new+=(-G Ninja)
fi
cmake -S . -B build "${new[@]}" -DGENOTYPE_TESTS=OFF -DGENOTYPE_EXAMPLES=ON -DGENOTYPE_BENCHMARKS=OFF
cmake --build build --parallel "$(nproc)" --target vae dcgan 11_conditional_flow_matching

begin=$(mktemp)
trap 'rm -f "$begin"' EXIT
build/examples/vae --data fashion-mnist --epochs 4 --out out/vae
# Steadier than the default, so that garments show after the first epoch (Radford et al., 2016, section 4).
build/examples/dcgan --data fashion-mnist --seconds "$seconds" --beta1 0.5 --out out/dcgan
build/examples/11_conditional_flow_matching 800

# figure FILE SENTENCE [CLASS]: of this run alone, because an older and longer one may have left images of later epochs.
figure() {
    [[ ! out/$1 -ot $begin ]] || return 0
    printf '<figure class="%s"><a href="%s"><img src="%s" alt="%s"></a><figcaption>%s</figcaption></figure>\n' "${3:-half}" "$1" "$1" "$2" "$2"
}
{
    cat <<'HTML'
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>genotype: what it drew</title>
<style>
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #282c34; }
main section { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); gap: 1.5rem; }
h2 { margin: 2.5rem 0 1rem; border-bottom: 1px solid #d5d8dc; }
figure { margin: 0; }
figure.wide { grid-column: 1 / -1; }
figure img { width: 100%; image-rendering: pixelated; border: 1px solid #d5d8dc; }
figure img[src$="losses.png"], figure img[src$="latents.png"] { image-rendering: auto; }
figcaption { margin-top: .3rem; }
code { background: #f0f1f3; padding: .1rem .3rem; }
</style>
</head>
<body>
<h1>What three models learned from Fashion-MNIST</h1>
<p>All of it was trained on this machine's processor, by <code>examples/run.sh</code>. Click an image for its file.</p>
<main>
<h2>A variational autoencoder, <code>VAE&lt;784, 256, 20&gt;</code></h2>
<section>
HTML
    figure vae/reconstructions.png "Test images, which it has not learned from, and below each what it makes of the image's 20 latents." wide
    figure vae/samples.png "New garments: 20 numbers of noise each, decoded."
    figure vae/interpolation.png "Each row walks in ten steps from one test image to the next, in a straight line through the latents."
    figure vae/latents.png "The latents of all 10 000 test images, seen along their two principal components. No label was used in training."
    figure vae/losses.png "Losses of every step: how far images are from their reconstructions, and how far latents are from noise (KL)."
    cat <<'HTML'
</section>
<h2>A DCGAN, whose generator plays against a discriminator</h2>
<section>
HTML
    figure dcgan/real.png "Images of the data set, with which the discriminator compares."
    for image in out/dcgan/samples_epoch_*.png; do
        epoch=${image##*_}
        figure "dcgan/${image##*/}" "What the generator drew in epoch $((10#${epoch%.png})), from the same noise each time."
    done
    figure dcgan/losses.png "Losses of every step. Neither is to reach zero: what one network gains the other loses."
    cat <<'HTML'
</section>
<h2>A U-Net that follows a flow from noise to images</h2>
<section>
HTML
    figure 11_conditional_flow_matching/samples.png "A row for each of the ten classes, which the network reads: T-shirts, trousers, pullovers, dresses, coats, sandals, shirts, sneakers, bags, boots."
    cat <<'HTML'
</section>
<h2>Where to resume</h2>
<p>Longer: <code>examples/run.sh --seconds 600</code>. All flags: <code>build/examples/dcgan --help</code>. Every step's numbers:
HTML
    echo '<a href="vae/training.csv">vae/training.csv</a> and <a href="dcgan/training.csv">dcgan/training.csv</a>.'
    cat <<'HTML'
Programs to copy, each one file: <a href="../examples/README.md">examples/README.md</a>.</p>
</main>
</body>
</html>
HTML
} >out/index.html
echo "Written:"
find out/vae out/dcgan out/11_conditional_flow_matching out/index.html -type f | sort | sed 's/^/  /'
echo "All of it on one page: $PWD/out/index.html"
