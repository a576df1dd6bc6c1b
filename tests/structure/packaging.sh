#!/usr/bin/env bash
# The ways into a project beside CMake's: each installs the tree, and a program is built against that and runs. Without a
# network: what a recipe depends on is this machine's.
# usage: packaging.sh pkgconfig|vcpkg|conan CMAKE GENERATOR COMPILER BUILD FOLDER
# pkgconfig: genotype.pc, where the tree was installed and moved elsewhere. vcpkg: the port's two files, with vcpkg's own
# functions replaced by packaging_vcpkg.cmake. conan: the recipe and its test_package, with a recipe for xsimd that packs
# the headers that are here; GENOTYPE_CONAN names a conan that is not in the path.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
way=$1 cmake=$2 generator=$3 compiler=$4 build=$5 folder=$6
rm -rf "$folder"
mkdir -p "$folder"
number() { sed -n "s/^#define GENOTYPE_VERSION_$1 //p" "$root/include/genotype/version.hpp"; }
version=$(number MAJOR).$(number MINOR).$(number PATCH)
skip() { echo "SKIPPED: $*"; exit 77; }
fail() { echo "FAULT: $*"; exit 1; }

case $way in
pkgconfig)
    command -v pkg-config >/dev/null || skip "no pkg-config here (Debian: pkgconf)."
    pkg-config --exists xsimd || skip "pkg-config does not know xsimd, which genotype.pc requires (Debian: libxsimd-dev)."
    "$cmake" --install "$build" --prefix "$folder/first" >/dev/null
    mv "$folder/first" "$folder/moved"
    export PKG_CONFIG_PATH=$folder/moved/share/pkgconfig
    [[ $(pkg-config --modversion genotype) == "$version" ]] ||
        fail "genotype.pc has version $(pkg-config --modversion genotype), the headers $version"
    read -ra flags <<<"$(pkg-config --cflags --libs genotype)"
    [[ " ${flags[*]} " != *"$root/include"* ]] || fail "genotype.pc names the source tree: ${flags[*]}"
    "$compiler" -std=c++20 "$root/tests/consumer/main.cpp" "${flags[@]}" -o "$folder/core"
    "$folder/core"
    echo "A program built with ${flags[*]} runs."
    ;;
vcpkg)
    port=$root/cmake/packaging/vcpkg/genotype
    command -v python3 >/dev/null || skip "no python3 here, which reads vcpkg.json."
    python3 - "$port/vcpkg.json" "$version" <<'PYTHON'
import json, re, sys
port = json.load(open(sys.argv[1]))
known = {"name", "version", "port-version", "description", "homepage", "license", "supports", "dependencies", "features"}
assert set(port) <= known, f"vcpkg.json: unknown fields {set(port) - known}"
assert port["name"] == "genotype", "vcpkg.json: another name"
assert port["version"] == sys.argv[2], f"vcpkg.json: version {port['version']}, the headers have {sys.argv[2]}"
groups = [port["dependencies"]] + [feature["dependencies"] for feature in port["features"].values()]
for dependency in sum(groups, []):
    name = dependency if isinstance(dependency, str) else dependency["name"]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), f"vcpkg.json: {name} is no port's name"
    for feature in [] if isinstance(dependency, str) or name != port["name"] else dependency["features"]:
        assert feature in port["features"], f"vcpkg.json: no feature {feature}"
for name, feature in port["features"].items():
    assert feature["description"], f"vcpkg.json: feature {name} has no description"
PYTHON
    "$cmake" "-DPORT_FOLDER=$port" "-DFOLDER=$folder" "-DGENERATOR=$generator" "-DCOMPILER=$compiler" \
        -P "$root/tests/structure/packaging_vcpkg.cmake"
    [[ -s $folder/packages/share/genotype/copyright && -s $folder/packages/share/genotype/usage ]] ||
        fail "the port installs no copyright or no usage"
    [[ -e $folder/packages/share/pkgconfig/genotype.pc ]] || fail "the port installs no genotype.pc"
    if leftover=$(find "$folder/packages" -mindepth 1 -maxdepth 2 ! -path '*/include*' ! -path '*/share' ! -path '*/share/genotype' \
        ! -path '*/share/pkgconfig' | grep .); then
        fail "the port installs what vcpkg's check refuses: $leftover"
    fi
    "$cmake" -S "$root/tests/consumer" -B "$folder/consumer" -G "$generator" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DCOMPONENTS= \
        "-DCMAKE_CXX_COMPILER=$compiler" "-DCMAKE_PREFIX_PATH=$folder/packages" >/dev/null
    "$cmake" --build "$folder/consumer" --parallel "$jobs"
    "$folder/consumer/core"
    echo "The port installs, and a program built against that runs; vcpkg itself was not asked."
    ;;
conan)
    conan=${GENOTYPE_CONAN:-conan}
    command -v "$conan" >/dev/null || skip "no conan here (Python's package conan; or name it by GENOTYPE_CONAN)."
    headers=$(dirname "$(echo '#include <xsimd/xsimd.hpp>' |
        "$compiler" "${standard[@]}" -M -x c++ - | tr -d '\\' | tr ' ' '\n' | grep -m 1 'xsimd/xsimd\.hpp$')")
    macro() { sed -n "s/^#define XSIMD_VERSION_$1 //p" "$headers/config/xsimd_config.hpp"; }
    mkdir "$folder/xsimd"
    cat >"$folder/xsimd/conanfile.py" <<PYTHON
import os
from conan import ConanFile
from conan.tools.files import copy

class Xsimd(ConanFile):
    name = "xsimd"
    version = "$(macro MAJOR).$(macro MINOR).$(macro PATCH)"
    package_type = "header-library"

    def package(self):
        copy(self, "*.hpp", src="$headers", dst=os.path.join(self.package_folder, "include", "xsimd"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "xsimd")
        self.cpp_info.set_property("cmake_target_name", "xsimd")
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
PYTHON
    export CONAN_HOME=$folder/home CXX=$compiler
    quietly() { "$@" >"$folder/words" 2>&1 || { tail -n 40 "$folder/words"; fail "$*"; }; }
    quietly "$conan" profile detect
    quietly "$conan" create "$folder/xsimd" --no-remote
    # Without Eigen and xtensor, which the recipe does not ask for either.
    cp -r "$root/cmake/packaging/conan/test_package" "$folder/test_package"  # which is built where it lies
    quietly "$conan" create "$root/cmake/packaging/conan" --test-folder "$folder/test_package" --no-remote \
        -s compiler.cppstd=20 \
        -c "tools.cmake.cmaketoolchain:generator=$generator" \
        -c 'tools.cmake.cmaketoolchain:extra_variables={"CMAKE_DISABLE_FIND_PACKAGE_Eigen3": "ON", "CMAKE_DISABLE_FIND_PACKAGE_xtensor": "ON"}'
    grep -q "genotype $version: 3 samples" "$folder/words" || {
        tail -n 20 "$folder/words"
        fail "the package's test did not run"
    }
    echo "The recipe makes genotype/$version with $("$conan" --version), and a program built against that runs."
    ;;
*) fail "unknown way: $way" ;;
esac
