# Tries the nvcc that genotype_find_thrust() found, for NVIDIA's GPUs: GENOTYPE_CUDA_FOUND says whether it works, and
# genotype_own_cuda() gives a target of the project's own the settings of all its .cu files.
set(GENOTYPE_CUDA AUTO CACHE STRING "Build what runs on an NVIDIA GPU: ON, OFF, or AUTO (where nvcc is found)")
set_property(CACHE GENOTYPE_CUDA PROPERTY STRINGS AUTO ON OFF)
set(GENOTYPE_CUDA_FOUND FALSE)
set(GENOTYPE_CUDA_PROGRAMS ".*" CACHE STRING "Which of the examples' programs run on a GPU, too: a regular expression")

if(GENOTYPE_CUDA)
  # Through the environment: of a compiler named outright check_language() does not find out whether it works.
  if(GENOTYPE_NVCC AND NOT DEFINED ENV{CUDACXX})
    set(ENV{CUDACXX} "${GENOTYPE_NVCC}")
  endif()
  # Machine code for one GPU (sm_90: H100 and H200), and forms that the driver translates for newer ones and for all others
  # since Turing.
  # To be known before the language is.
  set(GENOTYPE_CUDA_ARCHITECTURES "90;75-virtual")
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND NOT DEFINED ENV{CUDAARCHS})
    set(CMAKE_CUDA_ARCHITECTURES "${GENOTYPE_CUDA_ARCHITECTURES}")
  endif()
  # g++ compiles the host's half, also where Clang compiles everything else: nvcc knows only old versions of that.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT DEFINED CMAKE_CUDA_HOST_COMPILER AND NOT DEFINED ENV{CUDAHOSTCXX})
    set(CMAKE_CUDA_HOST_COMPILER "${CMAKE_CXX_COMPILER}")
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    # CMake 3.25 does not know how nvcc is told C++20, and would take C++17 without a word.
    if(NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
      set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
      set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
    endif()
    if(CMAKE_CUDA_COMPILER_ID STREQUAL "NVIDIA" AND CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 12.4)
      set(GENOTYPE_CUDA_FOUND TRUE)
    endif()
  endif()
  if(GENOTYPE_CUDA_FOUND)
    message(STATUS "nvcc ${CMAKE_CUDA_COMPILER_VERSION} compiles for GPUs: ${CMAKE_CUDA_ARCHITECTURES}")
  elseif(NOT GENOTYPE_CUDA STREQUAL "AUTO")
    message(FATAL_ERROR "GENOTYPE_CUDA=${GENOTYPE_CUDA} needs a working nvcc of CUDA 12.4 or newer; none was found")
  else()
    message(STATUS "Nothing for GPUs is built, because no working nvcc of CUDA 12.4 or newer was found")
  endif()
else()
  message(STATUS "Nothing for GPUs is built, because GENOTYPE_CUDA is OFF")
endif()

# NVIDIA's cuBLASLt for the products of matrices, which nothing needs: genotype_cublas gives a target's .cu files the form
# that uses it.
set(GENOTYPE_CUBLAS AUTO CACHE STRING "Test the form that multiplies by cuBLASLt: ON, OFF, or AUTO (where it is found)")
set_property(CACHE GENOTYPE_CUBLAS PROPERTY STRINGS AUTO ON OFF)
set(GENOTYPE_CUBLAS_FOUND FALSE)
if(GENOTYPE_CUDA_FOUND AND GENOTYPE_CUBLAS)
  find_path(GENOTYPE_CUBLAS_INCLUDE_DIR cublasLt.h HINTS ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES} NO_DEFAULT_PATH)
  find_library(GENOTYPE_CUBLAS_LIBRARY cublasLt HINTS "${GENOTYPE_CUBLAS_INCLUDE_DIR}/.." PATH_SUFFIXES lib64 lib
    NO_DEFAULT_PATH)
  mark_as_advanced(GENOTYPE_CUBLAS_INCLUDE_DIR GENOTYPE_CUBLAS_LIBRARY)
  if(GENOTYPE_CUBLAS_INCLUDE_DIR AND GENOTYPE_CUBLAS_LIBRARY)
    set(GENOTYPE_CUBLAS_FOUND TRUE)
    add_library(genotype_cublas INTERFACE)
    target_compile_definitions(genotype_cublas INTERFACE GENOTYPE_WITH_CUBLASLT)
    target_include_directories(genotype_cublas SYSTEM INTERFACE "${GENOTYPE_CUBLAS_INCLUDE_DIR}")
    target_link_libraries(genotype_cublas INTERFACE "${GENOTYPE_CUBLAS_LIBRARY}")
  endif()
endif()
if(NOT GENOTYPE_CUBLAS_FOUND AND GENOTYPE_CUBLAS AND NOT GENOTYPE_CUBLAS STREQUAL "AUTO")
  message(FATAL_ERROR "GENOTYPE_CUBLAS=${GENOTYPE_CUBLAS} needs cublasLt.h and libcublasLt beside nvcc; they were not "
    "found")
endif()

# genotype_own_cuda(target): warnings are errors; C++20; what the kernels ask of nvcc.
function(genotype_own_cuda target)
  set_target_properties(${target} PROPERTIES CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON CUDA_EXTENSIONS OFF)
  # 20012: a defaulted function does not need the words __host__ __device__ that Eigen gives it.
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr;--extended-lambda;\
-diag-suppress=20012;-Werror=all-warnings;-Xcompiler=-Wall,-Wextra,-fopenmp>")
endfunction()
