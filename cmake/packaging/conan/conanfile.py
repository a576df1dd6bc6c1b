# A Conan recipe of the tree that it lies in: conan create <tree>/cmake/packaging/conan -s compiler.cppstd=20
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load
from conan.errors import ConanInvalidConfiguration

required_conan_version = ">=2.0"


class Genotype(ConanFile):
    name = "genotype"
    description = "Generative models whose architecture is their type"
    license = "Apache-2.0"
    topics = ("generative-models", "deep-learning", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"eigen": [True, False], "io": [True, False], "text": [True, False], "xtensor": [True, False]}
    default_options = {"eigen": False, "io": False, "text": False, "xtensor": False}
    no_copy_source = True

    @property
    def _tree(self):
        return os.path.normpath(os.path.join(self.recipe_folder, "..", "..", ".."))

    def set_version(self):
        text = load(self, os.path.join(self._tree, "include", "genotype", "version.hpp"))
        parts = (re.search(rf"GENOTYPE_VERSION_{part} (\d+)", text)[1] for part in ("MAJOR", "MINOR", "PATCH"))
        self.version = ".".join(parts)

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "examples/programs/genotype-config.cpp"):
            copy(self, pattern, src=self._tree, dst=self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("xsimd/[>=8.1 <15]")
        if self.options.eigen:
            self.requires("eigen/[>=3.4 <4]")
        if self.options.xtensor:
            self.requires("xtensor/[>=0.24 <0.28]")
        if self.options.io or self.options.text:
            self.requires("libpng/[>=1.6 <2]")
            self.requires("zlib/[>=1.2.11 <2]")
            self.requires("nlohmann_json/[>=3.11 <4]")
        if self.options.text:
            self.requires("pcre2/[>=10.42 <11]")

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("genotype runs on Linux alone")

    def package_id(self):
        self.info.settings.clear()  # headers alone
        self.info.requires.clear()

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "EXAMPLES", "BENCHMARKS", "CUDA"):
            toolchain.cache_variables[f"GENOTYPE_{part}"] = "OFF"
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        # The package's own file, which knows the components: find_package(genotype CONFIG COMPONENTS io).
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("share", "cmake", "genotype")]
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        # For build systems other than CMake.
        self.cpp_info.cxxflags = ["-fopenmp"]
        self.cpp_info.exelinkflags = ["-fopenmp"]
        self.cpp_info.sharedlinkflags = ["-fopenmp"]
