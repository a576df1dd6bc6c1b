# Examples that make the same of the library as one file, which the quick run of the tests compiles once. Each is still a
# program of its name and in its place: a main function of its own, and what all of them compiled to.

# genotype_example_group(group source... [GLOBAL source...]): the object library examples_GROUP of those, and the programs of
# all that have a main function. GLOBAL are those that define what a header declares; one of these may be a program.
function(genotype_example_group group)
  cmake_parse_arguments(PARSE_ARGV 1 group "" "" "GLOBAL")
  set(includes "")
  set(body "")
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/groups")
  foreach(source IN LISTS group_UNPARSED_ARGUMENTS group_GLOBAL)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${source}")
    cmake_path(GET source STEM name)
    # What they include comes first: it may not be in a namespace, which each file gets.
    file(STRINGS "${source}" own REGEX "^#include ")
    list(FILTER own EXCLUDE REGEX "_cuda.hpp")
    list(APPEND includes ${own})
    set(space "program_${name}::")
    set(inside "#include \"${name}.inc\"\n")
    if(source IN_LIST group_GLOBAL)
      set(space "")
      string(APPEND body "${inside}")
    else()
      string(APPEND body "namespace program_${name} {\n${inside}}\n")
    endif()
    # Only a function of the name main may end without a return.
    file(READ "${source}" text)
    string(REPLACE "int main(" "int program_main(" text "${text}")
    string(REPLACE "\n} catch (const std::exception& error) {" "\nreturn 0; } catch (const std::exception& error) {" text
      "${text}")
    file(CONFIGURE OUTPUT "${folder}/${name}.inc" @ONLY CONTENT
      "#line 1 \"${CMAKE_CURRENT_SOURCE_DIR}/${source}\"\n${text}")
    if(NOT text MATCHES "int program_main\\(([^)]*)\\)")
      continue()
    endif()
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
    add_executable(${name} "${folder}/${name}_main.cpp")
    genotype_own(${name})
    target_link_libraries(${name} PRIVATE examples_${group})
  endforeach()
  list(REMOVE_DUPLICATES includes)
  list(JOIN includes "\n" includes)
  file(CONFIGURE OUTPUT "${folder}/${group}.cpp" @ONLY CONTENT "${includes}\n${body}")
  add_library(examples_${group} OBJECT "${folder}/${group}.cpp")
  genotype_own(examples_${group})
  target_include_directories(examples_${group} PRIVATE "${PROJECT_SOURCE_DIR}/examples/programs")
  target_compile_options(examples_${group} PRIVATE -O1)
endfunction()
