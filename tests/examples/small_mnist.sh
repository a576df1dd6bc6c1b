# Read by tests of this folder: a folder that is removed at the end, in which the data are to lie, and how a fault is told.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GENOTYPE_DATA=$scratch/data
fault() { # WORDS: with what the program said last, in $scratch/words
    echo "FAULT: $1"
    tail -n 5 "$scratch/words"
    exit 1
}

# small_mnist FOLDER: 16 images of digits' bytes with labels 0 to 9, in the files that MNIST has, to learn from and to test.
small_mnist() {
    local part
    mkdir -p "$1/mnist"
    for part in train t10k; do
        { printf '\0\0\x08\x03\0\0\0\x10\0\0\0\x1c\0\0\0\x1c' && head -c $((16 * 784)) < <(seq 10000); } \
            >"$1/mnist/$part-images-idx3-ubyte"
        { printf '\0\0\x08\x01\0\0\0\x10' && printf '\0\1\2\3\4\5\6\7\x08\x09\0\1\2\3\4\5'; } \
            >"$1/mnist/$part-labels-idx1-ubyte"
    done
}
