# Clang beside the compiler that builds the project.
find_program(GENOTYPE_CLANG NAMES clang++-21 clang++-20 clang++-19 clang++)
set(GENOTYPE_CLANG_IS_NEW FALSE)
if(GENOTYPE_CLANG)
  execute_process(COMMAND "${GENOTYPE_CLANG}" -dumpversion OUTPUT_VARIABLE clang_version)
  if(clang_version VERSION_GREATER_EQUAL 19)
    set(GENOTYPE_CLANG_IS_NEW TRUE)
  endif()
endif()

# Clang takes little more than half of GCC's time for what is not optimised. Where there is one, with OpenMP and the
# sanitizers, and GCC builds the rest, it builds that in the quick run, and gives its warnings. The level of what calculates
# little is GENOTYPE_LITTLE_LEVEL.
set(GENOTYPE_CLANG_INSTEAD "")
if(GENOTYPE_SANITIZE STREQUAL "ON" AND GENOTYPE_CLANG_IS_NEW AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/clang_instead.cpp" CONTENT
    "#include <omp.h>\nint main() { return omp_get_max_threads() > 0 ? 0 : 1; }\n")
  if(NOT GENOTYPE_CLANG_LINKS)
    execute_process(COMMAND "${GENOTYPE_CLANG}" -std=c++20 -fopenmp -fsanitize=address,undefined
      "${CMAKE_CURRENT_BINARY_DIR}/clang_instead.cpp" -o "${CMAKE_CURRENT_BINARY_DIR}/clang_instead"
      RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    if(NOT failed)
      set(GENOTYPE_CLANG_LINKS TRUE CACHE INTERNAL "Clang builds programs with OpenMP and the sanitizers")
    endif()
  endif()
  if(GENOTYPE_CLANG_LINKS)
    set(GENOTYPE_CLANG_INSTEAD bash "${CMAKE_CURRENT_LIST_DIR}/support/clang_instead.sh" "${GENOTYPE_CLANG}")
  endif()
endif()
set(GENOTYPE_LITTLE_LEVEL -Og)
if(GENOTYPE_CLANG_INSTEAD)
  set(GENOTYPE_LITTLE_LEVEL -O0)
endif()
function(genotype_by_clang target)
  if(GENOTYPE_CLANG_INSTEAD)
    set(cache -)
    if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache$")
      set(cache "${CMAKE_CXX_COMPILER_LAUNCHER}")
    endif()
    string(REGEX REPLACE "^unit_" "" name "${target}")
    set_property(GLOBAL APPEND PROPERTY genotype_clang_built "${name}")
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "${GENOTYPE_CLANG_INSTEAD};${cache}"
      CXX_LINKER_LAUNCHER "${GENOTYPE_CLANG_INSTEAD};-")
  endif()
endfunction()
