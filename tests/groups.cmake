# Test files of one topic as one program: the headers, and the templates that several files instantiate, are compiled once.
# Each file still is a ctest of its own, which runs that file's cases and no others.

# UBSan without what costs as much as all else together, the looks at each pointer before it is read: ASan ends a program
# there, too, in all but an aligned access to memory that is another's.
set(GENOTYPE_FEWER_CHECKS
  -fno-sanitize=null,alignment,vptr,object-size,pointer-overflow,nonnull-attribute,returns-nonnull-attribute)
# What looks at memory is called and not written out at each place, so that the compiler has less to compile.
set(GENOTYPE_OUTLINED_CHECKS "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(GENOTYPE_OUTLINED_CHECKS --param asan-instrumentation-with-call-threshold=0)
endif()
# GCC gives these falsely in instrumented code; the programs that are not instrumented have them.
set(GENOTYPE_FALSE_WARNINGS -Wno-maybe-uninitialized -Wno-uninitialized -Wno-array-bounds -Wno-stringop-overflow
  -Wno-nonnull -Wno-restrict)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND GENOTYPE_FALSE_WARNINGS -Wno-stringop-overread -Wno-dangling-pointer -Wno-free-nonheap-object)
endif()

# genotype_group_source(result name renamed file...): the one file that includes all those of this folder, in `result`.
# Each is in a namespace of its own; what they include comes first, because that may not be in a namespace. `renamed`, if
# it is not empty, is a function of C's that each of them has: in that of FILE.cpp it is called renamed_FILE.
function(genotype_group_source result name renamed)
  set(system "")
  set(own "")
  set(body "")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
    file(STRINGS "${file}" includes REGEX "^#include ")
    foreach(include IN LISTS includes)
      if(include MATCHES "<")
        list(APPEND system "${include}")
      else()
        list(APPEND own "${include}")
      endif()
    endforeach()
    string(MAKE_C_IDENTIFIER "${file}" space)
    string(REGEX REPLACE "_cpp$" "" space "${space}")
    set(inside "#include \"${file}\"\n")
    if(renamed)
      set(inside "#define ${renamed} ${renamed}_${space}\n${inside}#undef ${renamed}\n")
    endif()
    string(APPEND body "namespace file_${space} {\n${inside}}\n")
  endforeach()
  list(REMOVE_DUPLICATES system)
  list(REMOVE_DUPLICATES own)
  list(JOIN system "\n" system)
  list(JOIN own "\n" own)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/groups/${name}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "${system}\n${own}\n${body}" @ONLY)
  set(${result} "${source}" PARENT_SCOPE)
endfunction()

# genotype_group(label topic files [PORTABLE] [CLANG] [AS other] [PREFIX words] [OPTIONS ...] [LIBRARIES ...]): `files` are a list.
# The tests are label.PREFIXname, or, AS another label, other.PREFIXname with both labels.
function(genotype_group label topic files)
  cmake_parse_arguments(PARSE_ARGV 3 group "PORTABLE;CLANG" "AS;PREFIX" "OPTIONS;LIBRARIES")
  if(NOT files)
    return()
  endif()
  set(target group_${label}_${topic})
  genotype_group_source(source ${target} "" ${files})
  add_executable(${target} "${source}")
  if(group_PORTABLE)
    genotype_own(${target} PORTABLE)
  else()
    genotype_own(${target})
  endif()
  genotype_test_settings(${target} ${group_OPTIONS})
  if(group_CLANG)
    genotype_by_clang(${target})
  endif()
  target_link_libraries(${target} PRIVATE ${group_LIBRARIES})
  foreach(file IN LISTS files)
    cmake_path(GET file STEM name)
    set(labels ${group_AS} ${label})
    list(GET labels 0 first)
    genotype_add_test(${first} ${group_PREFIX}${name} ${target} "--source-file=*/${file}")
    # A file that is no longer in the program must not count as passed.
    set_tests_properties(${first}.${group_PREFIX}${name} PROPERTIES
      LABELS "${labels}" FAIL_REGULAR_EXPRESSION "test cases: +0 ")
  endforeach()
endfunction()
