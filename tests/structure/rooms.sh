#!/usr/bin/env bash
# Holds the #include lines of include/genotype against rooms.txt, and keeps third-party headers in the rooms that need them.
# usage: rooms.sh [TREE [TABLE]] (for the check of this check: another tree than the project's own)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
tree=${1:-$root/include}
table=${2:-$root/tests/structure/rooms.txt}

declare -A may reach includes
while IFS=: read -r room rooms; do
    [[ $room == \#* || -z $room ]] || may[$room]=" $room$rooms "
done <"$table"
faults=0
fault() {
    echo "FAULT $*"
    faults=$((faults + 1))
}
room_of() { # genotype/room/file.hpp -> room; genotype/file.hpp -> .
    local inside=${1#genotype/}
    [[ $inside != version.hpp ]] || { echo shape; return; }  # macros alone, which any room may read
    [[ $inside == */* ]] && echo "${inside%%/*}" || echo .
}

cd "$tree"
while IFS=: read -r file line text; do
    header=$(sed -E 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]([^">]+)[">].*/\1/' <<<"$text")
    room=$(room_of "$file")
    where="$file:$line"
    case $header in
        genotype/*)
            [[ $text == *\"*\"* ]] || fault "$where: our own header in angle brackets: $header"
            [[ -e $header ]] || fault "$where: there is no $header"
            other=$(room_of "$header")
            [[ ${may[$room]:- } == *" $other "* ]] || fault "$where: room $room may not include room $other ($header)"
            includes[$file]+=" $header"
            ;;
        Eigen/* | unsupported/Eigen/*)
            [[ $file == genotype/tensor/eigen.hpp || $room == data || $room == io ]] || fault "$where: Eigen outside its rooms"
            reach[$file]+=" $header"
            ;;
        xtensor/* | xtl/*)
            [[ $file == genotype/tensor/xtensor.hpp || $room == data || $room == io ]] || fault "$where: xtensor outside its rooms"
            reach[$file]+=" $header"
            ;;
        png.h | zip.h | zlib.h)
            [[ $room == data || $room == io ]] || fault "$where: $header outside the rooms data and io"
            reach[$file]+=" $header"
            ;;
        nlohmann/*)
            [[ $room == data || $room == io || $room == text ]] || fault "$where: $header outside the rooms data, io and text"
            reach[$file]+=" $header"
            ;;
        pcre2.h)
            [[ $room == text ]] || fault "$where: $header outside the room text"
            reach[$file]+=" $header"
            ;;
        thrust/* | cuda*.h | cub/* | cublas*.h)
            [[ $file == genotype/kernels/thrust/* ]] || fault "$where: $header outside kernels/thrust"
            reach[$file]+=" $header"
            ;;
        sys/*) ;;
        xsimd/*) [[ $file == genotype/kernels/cpu/* ]] || fault "$where: xsimd outside kernels/cpu" ;;
        */* | *.hpp) fault "$where: an include of neither ours nor a known library: $header" ;;
    esac
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include' genotype)

while IFS= read -r file; do
    room=$(room_of "$file")
    [[ -n ${may[$room]:-} ]] || fault "$file: room $room is not in the table"
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
echo "$(find genotype -name '*.hpp' | wc -l) headers keep to their rooms; the core header reaches ${#seen[@]} of them."
