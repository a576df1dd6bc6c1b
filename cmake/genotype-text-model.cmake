# genotype_text_model(NAME FOLDER): a target NAME to link to, with NAME.hpp, in which NAME::Model is the type of the text
# model in FOLDER (in Hugging Face's form; or a GGUF file) and NAME::config its sizes. The header is made while CMake
# configures, and again when the model's config.json changes. The program that makes it, genotype-config, is compiled on
# first use; GENOTYPE_CONFIG_PROGRAM names another one, which cross-compiling needs.

function(genotype_config_program result)
  if(GENOTYPE_CONFIG_PROGRAM)
    set(${result} "${GENOTYPE_CONFIG_PROGRAM}" PARENT_SCOPE)
    return()
  endif()
  if(CMAKE_CROSSCOMPILING)
    message(FATAL_ERROR "genotype_text_model: set GENOTYPE_CONFIG_PROGRAM to a genotype-config of this machine's")
  endif()
  set(source "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/genotype-config.cpp")  # beside this file where it is installed
  if(NOT EXISTS "${source}")
    set(source "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../examples/programs/genotype-config.cpp")
  endif()
  set(program "${CMAKE_BINARY_DIR}/genotype-config-program")
  if(NOT EXISTS "${program}" OR "${source}" IS_NEWER_THAN "${program}")
    message(STATUS "Compiling genotype-config")
    get_target_property(directories genotype::genotype INTERFACE_INCLUDE_DIRECTORIES)
    # What a target of the source tree says of its folders only a generator understands.
    string(REGEX REPLACE "\\$<BUILD_INTERFACE:([^>]*)>" "\\1" directories "${directories}")
    string(GENEX_STRIP "${directories}" directories)
    try_compile(GENOTYPE_CONFIG_COMPILES
      SOURCES "${source}"
      CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${directories}"
      LINK_LIBRARIES nlohmann_json::nlohmann_json
      OUTPUT_VARIABLE words
      COPY_FILE "${program}"
      CXX_STANDARD 20
      CXX_STANDARD_REQUIRED ON)
    if(NOT GENOTYPE_CONFIG_COMPILES)
      message(FATAL_ERROR "genotype-config does not compile:\n${words}")
    endif()
  endif()
  set(${result} "${program}" PARENT_SCOPE)
endfunction()

function(genotype_text_model name folder)
  if(NOT TARGET genotype::text)
    message(FATAL_ERROR "genotype_text_model(${name}): needs genotype::text")
  endif()
  genotype_config_program(program)
  cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
  execute_process(COMMAND "${program}" --header "${name}" "${folder}"
    OUTPUT_VARIABLE header ERROR_VARIABLE words RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "genotype_text_model(${name}): ${words}")
  endif()
  set(directory "${CMAKE_CURRENT_BINARY_DIR}/genotype-text-models/${name}")
  file(CONFIGURE OUTPUT "${directory}/${name}.hpp" CONTENT "${header}" @ONLY)
  if(IS_DIRECTORY "${folder}")
    cmake_path(APPEND folder config.json)
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${folder}")
  add_library(${name} INTERFACE)
  target_include_directories(${name} INTERFACE "${directory}")
  target_link_libraries(${name} INTERFACE genotype::text)
endfunction()
