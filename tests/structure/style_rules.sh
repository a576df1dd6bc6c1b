#!/usr/bin/env bash
# Rules of style that a look at the text can check: no left-overs, headers that say what they are, files of one idea.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"
faults=0
fault() {
    echo "FAULT $*"
    faults=$((faults + 1))
}

# Split, so that this file is not found.
left_overs='\b(TO''DO|FIX''ME|XX''X|HA''CK)\b'
while IFS= read -r hit; do fault "left over: $hit"; done < <(
    grep -rnIE "$left_overs" --exclude-dir='build*' --exclude-dir=out --exclude-dir=.git --exclude-dir=.cache . | cut -c1-160)

while IFS= read -r hit; do fault "$hit"; done < <(find include -name '*.hpp' -print0 | sort -z | xargs -0 awk '
    function ends() {
        if (!name) return
        if (!is_once) print name ": no #pragma once"
        if (lines > 300) print name ": " lines " lines, 300 at most"
    }
    FNR == 1 {
        ends(); name = FILENAME; is_once = 0
        if (!/^\/\//) print name ": the first line does not say what the file is"
    }
    { lines = FNR }
    /^#pragma once$/ { is_once = 1 }
    END { ends() }')
for file in $(find include -name '*.hpp' -empty); do fault "$file: is empty"; done
while IFS= read -r hit; do fault "$hit"; done < <(
    grep -rnE '^[^/]*\b(virtual|std::function|fast-math)\b' include --include='*.hpp' | cut -c1-160)
# A qualified call finds only the kernels that are already declared where it stands: a device's own come later.
while IFS= read -r hit; do fault "$hit: the call of a kernel is qualified"; done < <(
    grep -rnE '\bkernels::[a-z_]+\((Device\{|device\b|call\.device)' include --include='*.hpp' | cut -c1-160)
# A plain function has all that its body calls instantiated in each program that includes it.
while IFS= read -r hit; do fault "a kernel that is no template: $hit"; done < <(
    find include/genotype/kernels/{cpu,reference} -name '*.hpp' -print0 | sort -z | xargs -0 awk '
        /^(\[\[gnu::[a-z_]+\]\] )?inline [^=]*\(/ && !/^inline constexpr/ && before !~ /^template|^ *requires/ { print FILENAME ":" FNR ": " $0 }
        { before = $0 }' | cut -c1-160)
# The device that a caller was given is passed on, and a child's call is derived by `child` alone.
while IFS= read -r hit; do fault "a device made anew: $hit"; done < <(
    grep -rnE '[Dd]evice(_type)?\{\}' include/genotype --include='*.hpp' | grep -v '^include/genotype/kernels/' | cut -c1-160)
while IFS= read -r hit; do fault "a child's call derived by hand: $hit"; done < <(
    grep -rnE '\b(parameters|gradients|buffers|packed) [+-]=' include/genotype --include='*.hpp' |
        grep -vE '^include/genotype/(layers/pass.hpp|kernels/)' | cut -c1-160)
# The version that headers state is cited, and told of.
number() { sed -n "s/^#define GENOTYPE_VERSION_$1 //p" include/genotype/version.hpp; }
version=$(number MAJOR).$(number MINOR).$(number PATCH)
# All names carry the version in their symbols, but the sentences of the compiler do not.
inline=v$(number MAJOR)
[[ $(number MAJOR) != 0 ]] || inline+=_$(number MINOR)
while IFS= read -r hit; do fault "$hit: not in namespace genotype::inline $inline, nor in genotype::why"; done < <(
    grep -rnE '^namespace genotype' include | grep -vE "namespace genotype::(inline $inline(::[a-z_]+)*|why) \\{" | cut -c1-120)
grep -qxF "version: $version" CITATION.cff || fault "CITATION.cff does not cite version $version, which version.hpp states"
grep -qF "## [$version] - " CHANGELOG.md || fault "CHANGELOG.md has no section of version $version, which version.hpp states"

export LC_ALL=C.UTF-8 # columns are characters, not bytes
while IFS= read -r hit; do fault "more than 120 columns: $hit"; done < <(
    grep -rnE '^.{121,}' include tests examples benchmarks --include='*.hpp' --include='*.cpp' 2>/dev/null | cut -c1-80)

((faults == 0)) || { echo "$faults faults."; exit 1; }
echo "The style rules are kept."
