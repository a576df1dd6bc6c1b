# Sourced by the scripts of this folder.

# use_python VENV PACKAGE...: sets `python` to VENV's, or to that of $GENOTYPE_INTEROP, which comes first, and `scratch`
# to an empty folder that goes when the script does. Without a package the script ends as skipped.
use_python() {
    local place=${GENOTYPE_INTEROP:-$1} package
    python=$place/bin/python
    for package in "${@:2}"; do
        if ! "$python" -c "import $package" 2>/dev/null; then
            echo "SKIPPED: no $package in $place: tests/interop/setup.sh puts it there."
            exit 77
        fi
    done
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
}
