# Looks for what the library needs, for this build and for those who use an installed tree. Each function sets the
# named variable to lines that say what is missing and which Debian package has it, or to nothing.

macro(genotype_find package target debian)
  find_package(${package} QUIET ${ARGN})
  if(NOT TARGET ${target})
    string(APPEND genotype_lines "  ${package} (Debian: ${debian})\n")
  endif()
endmacro()

# Macros, because some packages' files set variables that their users read.
macro(genotype_find_core missing)
  set(genotype_lines "")
  genotype_find(xsimd xsimd libxsimd-dev)
  # Debian's xsimd links to xtl, which its own package file does not look for. Its headers read none of it unless told to.
  if(TARGET xsimd AND NOT TARGET xtl)
    get_target_property(genotype_links xsimd INTERFACE_LINK_LIBRARIES)
    if("xtl" IN_LIST genotype_links)
      find_package(xtl QUIET)
      if(NOT TARGET xtl)
        add_library(xtl INTERFACE IMPORTED GLOBAL)
      endif()
    endif()
  endif()
  genotype_find(OpenMP OpenMP::OpenMP_CXX "g++, or libomp-19-dev for clang-19" COMPONENTS CXX)
  set(${missing} "${genotype_lines}")
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES AND NOT CMAKE_CXX_FLAGS MATCHES "-O")
    message(NOTICE "genotype: CMAKE_BUILD_TYPE is empty, so that programs are not optimised and train many times slower; "
      "-DCMAKE_BUILD_TYPE=Release optimises them")
  endif()
endmacro()

# Adaptors to other libraries' arrays: interop/eigen.hpp, data/principal_components.hpp and
# metrics.hpp; interop/xtensor.hpp.
set(genotype_eigen_library Eigen3::Eigen)
set(genotype_xtensor_library xtensor)
macro(genotype_find_eigen missing)
  set(genotype_lines "")
  genotype_find(Eigen3 Eigen3::Eigen libeigen3-dev)
  set(${missing} "${genotype_lines}")
endmacro()

macro(genotype_find_xtensor missing)
  set(genotype_lines "")
  genotype_find(xtensor xtensor libxtensor-dev)
  set(${missing} "${genotype_lines}")
endmacro()

# Not by libzip's own package file: Debian's fails where libzip's programs are not installed too.
macro(genotype_find_npz missing)
  set(genotype_lines "")
  find_path(GENOTYPE_LIBZIP_INCLUDE_DIR zip.h)
  find_library(GENOTYPE_LIBZIP_LIBRARY zip)
  mark_as_advanced(GENOTYPE_LIBZIP_INCLUDE_DIR GENOTYPE_LIBZIP_LIBRARY)
  if(NOT GENOTYPE_LIBZIP_INCLUDE_DIR OR NOT GENOTYPE_LIBZIP_LIBRARY)
    string(APPEND genotype_lines "  libzip (Debian: libzip-dev)\n")
  elseif(NOT TARGET genotype::libzip)
    add_library(genotype::libzip UNKNOWN IMPORTED GLOBAL)
    set_target_properties(genotype::libzip PROPERTIES
      IMPORTED_LOCATION "${GENOTYPE_LIBZIP_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${GENOTYPE_LIBZIP_INCLUDE_DIR}")
  endif()
  set(${missing} "${genotype_lines}")
endmacro()

# Not by PCRE2's own package file, which Debian has not.
macro(genotype_find_text missing)
  set(genotype_lines "")
  find_path(GENOTYPE_PCRE2_INCLUDE_DIR pcre2.h)
  find_library(GENOTYPE_PCRE2_LIBRARY pcre2-8)
  mark_as_advanced(GENOTYPE_PCRE2_INCLUDE_DIR GENOTYPE_PCRE2_LIBRARY)
  if(NOT GENOTYPE_PCRE2_INCLUDE_DIR OR NOT GENOTYPE_PCRE2_LIBRARY)
    string(APPEND genotype_lines "  PCRE2 (Debian: libpcre2-dev)\n")
  elseif(NOT TARGET genotype::pcre2)
    add_library(genotype::pcre2 UNKNOWN IMPORTED GLOBAL)
    set_target_properties(genotype::pcre2 PROPERTIES
      IMPORTED_LOCATION "${GENOTYPE_PCRE2_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${GENOTYPE_PCRE2_INCLUDE_DIR}")
  endif()
  set(${missing} "${genotype_lines}")
endmacro()

macro(genotype_find_io missing)
  set(genotype_lines "")
  genotype_find(PNG PNG::PNG libpng-dev)
  genotype_find(ZLIB ZLIB::ZLIB zlib1g-dev)
  genotype_find(nlohmann_json nlohmann_json::nlohmann_json nlohmann-json3-dev)
  set(${missing} "${genotype_lines}")
endmacro()

# Thrust as g++ compiles it. The CUDA toolkit's comes first, because nvcc uses that one, whatever else is installed.
macro(genotype_find_thrust missing)
  set(genotype_lines "")
  find_program(GENOTYPE_NVCC nvcc HINTS ENV CUDAToolkit_ROOT ENV CUDA_PATH PATHS /usr/local/cuda PATH_SUFFIXES bin)
  if(GENOTYPE_NVCC)
    cmake_path(GET GENOTYPE_NVCC PARENT_PATH genotype_toolkit)
    cmake_path(GET genotype_toolkit PARENT_PATH genotype_toolkit)
  endif()
  find_path(GENOTYPE_THRUST_INCLUDE_DIR thrust/version.h
    HINTS "${genotype_toolkit}/include/cccl" "${genotype_toolkit}/include")
  mark_as_advanced(GENOTYPE_NVCC GENOTYPE_THRUST_INCLUDE_DIR)
  if(NOT GENOTYPE_THRUST_INCLUDE_DIR)
    string(APPEND genotype_lines "  thrust (the CUDA toolkit has it, or Debian: libthrust-dev)\n")
  elseif(NOT TARGET genotype::thrust_headers)
    add_library(genotype::thrust_headers INTERFACE IMPORTED GLOBAL)
    set_target_properties(genotype::thrust_headers PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${GENOTYPE_THRUST_INCLUDE_DIR}")
  endif()
  set(${missing} "${genotype_lines}")
endmacro()
