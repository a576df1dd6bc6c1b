# Settings of the project's own programs (tests, examples, benchmarks). Users of the library get none of them.

# A compiler cache shortens the second build where one is installed.
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(GENOTYPE_CCACHE ccache)
  if(GENOTYPE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${GENOTYPE_CCACHE}")
  endif()
endif()

# -O2 is what the compile budgets are stated for; CMake's own release level is -O3.
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_FLAGS_RELEASE "-O2")
endif()

set(GENOTYPE_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Werror)
# Users have these, so nothing in a header earns one. Clang's are stricter, and tests/structure/headers.sh asks for them.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND GENOTYPE_WARNINGS -Wconversion -Wsign-conversion)
endif()

# GCC looks for memory that it can free from 128 MB on, which is a tenth to a fifth of what a large file of tests takes.
# Where a core has some gigabytes it may use a quarter of them first.
set(GENOTYPE_COMPILER_MEMORY "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  cmake_host_system_information(RESULT memory QUERY TOTAL_PHYSICAL_MEMORY)
  cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
  math(EXPR memory "${memory} * 256 / ${cores}")  # a quarter of a core's, in KiB
  if(memory GREATER 1000000)
    set(GENOTYPE_COMPILER_MEMORY --param=ggc-min-heapsize=${memory})
  endif()
endif()

# genotype_own(target): strict warnings, C++20 without extensions, the native processor when that is asked for.
# PORTABLE leaves the processor at the compiler's default.
function(genotype_own target)
  cmake_parse_arguments(PARSE_ARGV 1 own "PORTABLE" "" "")
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE ${GENOTYPE_WARNINGS} ${GENOTYPE_COMPILER_MEMORY})
  if(GENOTYPE_NATIVE AND NOT own_PORTABLE)
    target_compile_options(${target} PRIVATE -march=native)
  endif()
endfunction()
