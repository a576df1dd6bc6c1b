#!/usr/bin/env bash
# cmake/single_header.py makes the core one file: it has every header that genotype.hpp reaches, once, needs nothing of
# include/, and a program that trains does with it what it does with include/. Prints what compiling costs. The links to
# Compiler Explorer hold programs that compile against it, with the options that they say.
# usage: single_header.sh COMPILER FOLDER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_compiler gcc "$1"
command -v python3 >/dev/null || { echo "SKIPPED: no python3 here."; exit 77; }
folder=$2 program=$root/tests/structure/single_header.cpp
rm -rf "$folder"
mkdir -p "$folder"
python3 "$root/cmake/single_header.py" "$folder/genotype.hpp"
faults=0
fault() {
    echo "FAULT $*"
    faults=$((faults + 1))
}

# -MM names what the compiler reads: all that the file must have, each once.
"$compiler" "${standard[@]}" -MM "$root/include/genotype/genotype.hpp" | tr -d '\\' | tr ' ' '\n' |
    sed -n "s|^$root/include/||p" | sort >"$folder/reached"
sed -n 's|^// ---- ||p' "$folder/genotype.hpp" | sort >"$folder/written"
diff "$folder/reached" "$folder/written" || fault "the file has other headers (>) than genotype.hpp reaches (<)"
if grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<](genotype/|")' "$folder/genotype.hpp"; then
    fault "the file includes some of ours"
fi

# cost WORDS COMMAND...: says the processor's time, of which other work on the machine takes nothing.
cost() {
    local TIMEFORMAT='%U %S' words=$1
    { time "${@:2}" 2>&3; } 3>&2 2>"$folder/cost" || { fault "it does not compile ($words)"; return; }
    awk -v words="$words" '{printf "In one file, %s: %.1f s\n", words, $1 + $2}' "$folder/cost"
}
options=(-std=c++20 -fopenmp "${system_includes[@]}" -Wall -Wextra -Werror)
alone=("$compiler" "${options[@]}" "-DGENOTYPE_HEADER=\"$folder/genotype.hpp\"" "$program")
[[ ${GENOTYPE_COMPILE_BUDGET:-} != all ]] || cost "syntax alone" "${alone[@]}" -fsyntax-only
cost "a program that trains, -O0" "${alone[@]}" -O0 -o "$folder/alone"
((faults == 0)) || { echo "$faults faults."; exit 1; }
"$compiler" "${options[@]}" "-I$root/include" '-DGENOTYPE_HEADER=<genotype/genotype.hpp>' "$program" -O0 -o "$folder/tree"
"$folder/alone" >"$folder/alone.txt"
"$folder/tree" >"$folder/tree.txt"
diff "$folder/alone.txt" "$folder/tree.txt" || fault "the program prints something else with the one file"
[[ -s $folder/alone.txt ]] || fault "the program prints nothing"

# The links' address is a path below this folder, so that what they hold compiles as it is.
address=https://example.org/genotype.hpp
mkdir -p "$folder/https:/example.org" "$folder/copy/docs"
cp "$folder/genotype.hpp" "$folder/https:/example.org/"
cp "$root/README.md" "$folder/copy/"
cp -r "$root"/docs/compiler_explorer* "$folder/copy/docs/"
python3 -B "$folder/copy/docs/compiler_explorer.py" https://elsewhere.org/genotype.hpp --write >"$folder/elsewhere"
python3 -B "$folder/copy/docs/compiler_explorer.py" $address --write >"$folder/links"
[[ $(wc -l <"$folder/links") == 3 ]] || fault "there are not three links"
while IFS= read -r link; do
    grep -qF "$link" "$folder/copy/README.md" || fault "README.md got no link $link"
    ! grep -qF "$link" "$folder/elsewhere" || fault "the link does not depend on the address: $link"
    python3 - "${link#*(}" "$folder/link" <<'PROGRAM'
import base64, json, sys
state = json.loads(base64.urlsafe_b64decode(sys.argv[1].removesuffix(")").removeprefix("https://godbolt.org/clientstate/")))
session = state["sessions"][0]
compiler = (session["compilers"] + [executor["compiler"] for executor in session["executors"]])[0]
open(sys.argv[2] + ".cpp", "w").write(session["source"])
open(sys.argv[2] + ".options", "w").write(compiler["options"] + "\n")
PROGRAM
    read -ra link_options <"$folder/link.options"
    compiles=yes
    "$compiler" "${link_options[@]}" "${system_includes[@]}" "-I$folder" -Wall -Wextra -Werror -fsyntax-only "$folder/link.cpp" \
        2>"$folder/link.words" || compiles=no
    case $link in
        *"wrong shape"*) grep -q 'why::channels_do_not_match<genotype::why::At<3>' "$folder/link.words" ;;
        *) [[ $compiles == yes ]] ;;
    esac || fault "the program of $link: $(head -n 5 "$folder/link.words")"
done <"$folder/links"
[[ $(grep -c 'godbolt.org/clientstate' "$folder/copy/README.md") == 1 ]] || fault "README.md has other links beside the three"

((faults == 0)) || { echo "$faults faults."; exit 1; }
echo "The core in one file has $(wc -l <"$folder/written") headers, and does what include/ does."
