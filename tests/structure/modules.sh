#!/usr/bin/env bash
# Holds the #include lines of include/genotype against modules.txt, and keeps third-party headers in the modules that need them.
# usage: modules.sh [TREE [TABLE]] (for the check of this check: another tree than the project's own)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
tree=${1:-$root/include}
table=${2:-$root/tests/structure/modules.txt}

declare -A may reach includes
while IFS=: read -r module modules; do
    [[ $module == \#* || -z $module ]] || may[$module]=" $module$modules "
done <"$table"
faults=0
fault() {
    echo "FAULT $*"
    faults=$((faults + 1))
}
# module_of VARIABLE FILE: genotype/module/file.hpp -> module; genotype/file.hpp -> . In a variable, because a process for
# each line would take most of the time.
module_of() {
    local inside=${2#genotype/} result=.
    [[ $inside != */* ]] || result=${inside%%/*}
    [[ $inside != version.hpp ]] || result=shape  # macros alone, which any module may read
    printf -v "$1" %s "$result"
}

included='^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]([^">]+)[">]'
cd "$tree"
while IFS=: read -r file line text; do
    header=$text
    [[ ! $text =~ $included ]] || header=${BASH_REMATCH[1]}
    module_of module "$file"
    where="$file:$line"
    case $header in
        genotype/*)
            [[ $text == *\"*\"* ]] || fault "$where: our own header in angle brackets: $header"
            [[ -e $header ]] || fault "$where: there is no $header"
            module_of other "$header"
            [[ ${may[$module]:- } == *" $other "* ]] || fault "$where: module $module may not include module $other ($header)"
            includes[$file]+=" $header"
            ;;
        Eigen/* | unsupported/Eigen/*)
            [[ $file == genotype/interop/eigen.hpp || $module == data || $module == io || $module == metrics ]] || fault "$where: Eigen outside its modules"
            reach[$file]+=" $header"
            ;;
        xtensor/* | xtl/*)
            [[ $file == genotype/interop/xtensor.hpp || $module == data || $module == io ]] || fault "$where: xtensor outside its modules"
            reach[$file]+=" $header"
            ;;
        png.h | zip.h | zlib.h)
            [[ $module == files || $module == images || $module == io ]] || fault "$where: $header outside the modules files, images and io"
            reach[$file]+=" $header"
            ;;
        nlohmann/*)
            [[ $module == io || $module == text ]] || fault "$where: $header outside the modules io and text"
            reach[$file]+=" $header"
            ;;
        pcre2.h)
            [[ $module == text ]] || fault "$where: $header outside the module text"
            reach[$file]+=" $header"
            ;;
        thrust/* | cuda*.h | cub/* | cublas*.h)
            [[ $file == genotype/kernels/portable/* || $file == genotype/kernels/cuda/* ]] || fault "$where: $header outside kernels/portable and kernels/cuda"
            reach[$file]+=" $header"
            ;;
        sys/*) ;;
        xsimd/*) [[ $file == genotype/kernels/cpu/* ]] || fault "$where: xsimd outside kernels/cpu" ;;
        */* | *.hpp) fault "$where: an include of neither ours nor a known library: $header" ;;
    esac
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include' genotype)

while IFS= read -r file; do
    module_of module "$file"
    [[ -n ${may[$module]:-} ]] || fault "$file: module $module is not in the table"
done < <(find genotype -type f -name '*.hpp')

# What the core header reaches, by breadth.
declare -A seen=()
queue=(genotype/genotype.hpp)
while ((${#queue[@]})); do
    file=${queue[0]}
    queue=("${queue[@]:1}")
    [[ -z ${seen[$file]:-} ]] || continue
    seen[$file]=1
    [[ -z ${reach[$file]:-} ]] || fault "genotype/genotype.hpp reaches$(printf '%s' "${reach[$file]}") through $file"
    for header in ${includes[$file]:-}; do queue+=("$header"); done
done

((faults == 0)) || { echo "$faults faults."; exit 1; }
echo "$(find genotype -name '*.hpp' | wc -l) headers keep to their modules; the core header reaches ${#seen[@]} of them."
