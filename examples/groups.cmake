# Examples that make the same of the library as one file, which the quick run of the tests compiles once. Each is still a
# program of its name and in its place: a main function of its own, and what all of them compiled to.

# genotype_example_copy(includes body main source [GLOBAL]): the copy of an example that is put together with others. To
# `includes` goes what it includes, which may not be in a namespace, and to `body` the rest, which is in one of its own, but
# where it defines what a header declares (GLOBAL). `main` is the file of its main function, or empty.
function(genotype_example_copy to_includes to_body to_main source)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/groups")
  cmake_path(GET source STEM name)
  file(STRINGS "${source}" own REGEX "^#include ")
  list(FILTER own EXCLUDE REGEX "_cuda.hpp")
  set(${to_includes} ${${to_includes}} ${own} PARENT_SCOPE)
  # Only a function of the name main may end without a return.
  file(READ "${source}" text)
  string(REPLACE "\nint main(" "\nint program_main(" text "${text}")
  string(REPLACE "\n} catch (const std::exception& error) {" "\nreturn 0; } catch (const std::exception& error) {" text
    "${text}")
  file(CONFIGURE OUTPUT "${folder}/${name}.inc" @ONLY CONTENT "#line 1 \"${source}\"\n${text}")
  set(space "")
  set(inside "#include \"${folder}/${name}.inc\"\n")
  if(NOT ARGN STREQUAL "GLOBAL")
    set(space "program_${name}::")
    set(inside "namespace program_${name} {\n${inside}}\n")
  endif()
  set(${to_body} "${${to_body}}${inside}" PARENT_SCOPE)
  set(${to_main} "" PARENT_SCOPE)
  if(text MATCHES "\nint program_main\\(([^)]*)\\)")
    set(declared "int program_main(${CMAKE_MATCH_1});")
    set(values "")
    if(CMAKE_MATCH_1)
      set(values "count, arguments")
    endif()
    if(space)
      set(declared "namespace program_${name} {\n${declared}\n}")
    endif()
    file(CONFIGURE OUTPUT "${folder}/${name}_main.cpp" @ONLY CONTENT "${declared}
int main([[maybe_unused]] int count, [[maybe_unused]] char** arguments) {
    return ${space}program_main(${values});
}
")
    set(${to_main} "${folder}/${name}_main.cpp" PARENT_SCOPE)
  endif()
endfunction()

# genotype_example_group(group source... [GLOBAL source...]): the object library examples_GROUP of those, and their programs.
function(genotype_example_group group)
  cmake_parse_arguments(PARSE_ARGV 1 group "" "" "GLOBAL")
  set(includes "")
  set(body "")
  foreach(source IN LISTS group_UNPARSED_ARGUMENTS group_GLOBAL)
    set(global "")
    if(source IN_LIST group_GLOBAL)
      set(global GLOBAL)
    endif()
    genotype_example_copy(includes body main "${CMAKE_CURRENT_SOURCE_DIR}/${source}" ${global})
    if(main)
      cmake_path(GET source STEM name)
      add_executable(${name} "${main}")
      genotype_own(${name})
      target_link_libraries(${name} PRIVATE examples_${group})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES includes)
  list(JOIN includes "\n" includes)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/groups/${group}.cpp")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT "${includes}\n${body}")
  add_library(examples_${group} OBJECT "${source}")
  genotype_own(examples_${group})
  target_include_directories(examples_${group} PRIVATE "${PROJECT_SOURCE_DIR}/examples/programs")
endfunction()
