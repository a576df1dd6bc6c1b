# All tests, each file a program of its own: tests/run.sh --all, and builds without the sanitizers.
file(GLOB sources CONFIGURE_DEPENDS unit/*.cpp)
foreach(source IN LISTS sources)
  cmake_path(GET source STEM name)
  # What calculates much is optimised as users' programs are; the rest less, and compiles in three quarters of the time.
  set(options "")
  if(NOT name MATCHES "(_kernels|_devices|exact|allocations|learning_.*|threads|large_model)$")
    set(options OPTIONS -O1)
  endif()
  genotype_test(unit ${name} "${source}" ${options})
  # Those that only run the same code for longer, or count allocations, are never instrumented.
  if(GENOTYPE_SANITIZE AND NOT name MATCHES "^(learning_.*|threads|large_model|.*allocations)$")
    # Without warnings: the plain build has them, and GCC gives false ones in instrumented code. For the default vector
    # width: instrumented, the wide register tiles take the compiler five times as long.
    # What calculates much is optimised; the rest is not, and compiles in 0.6 of the time.
    set(level -O0)
    if(name MATCHES "(_kernels|_devices|exact)$")
      set(level -O1)
    endif()
    genotype_test(sanitize ${name} "${source}" PORTABLE OPTIONS -w ${level} ${GENOTYPE_SANITIZE_OPTIONS})
  endif()
  # Kernels alone depend on the processor's vector width: their tests also run as built for the compiler's default one.
  file(STRINGS "${source}" reads_kernels REGEX "#include \"genotype/kernels/(cpu|all)" LIMIT_COUNT 1)
  if(GENOTYPE_NATIVE AND reads_kernels)
    genotype_test(portable ${name} "${source}" PORTABLE)
  endif()
endforeach()

file(GLOB sources CONFIGURE_DEPENDS golden/*.cpp)
foreach(source IN LISTS sources)
  cmake_path(GET source STEM name)
  genotype_test(golden ${name} "${source}")
endforeach()

# The kernels over thrust, on thrust's two host systems. UBSan's check of null references fails within thrust itself.
if(TARGET genotype::thrust)
  file(GLOB sources CONFIGURE_DEPENDS thrust/*.cpp)
  # Tests of any device, once more on those.
  foreach(name IN ITEMS diff_augment dropout batch_norm fused gan_penalties gan_trainer vae_trainer text_trainer
      supervised_trainer
      text_rows_kernels session self_attention generate_models gradients_activations gradients_norm gradients_pooling
      gradients_tokens residual names flow diffusion vqvae sample_norms spectral_norm gradients_convolutions general_conv_kernels
      tangents parameter_groups)
    genotype_test(thrust on_${name} unit/${name}.cpp PORTABLE OPTIONS -O1 -DGENOTYPE_TEST_THRUST)
    target_link_libraries(thrust_on_${name} PRIVATE genotype::thrust)
  endforeach()
  foreach(name IN ITEMS learning_gan learning_text learning_vae learning_vqvae)
    genotype_test(thrust ${name} unit/${name}.cpp PORTABLE OPTIONS -DGENOTYPE_TEST_THRUST)
    target_link_libraries(thrust_${name} PRIVATE genotype::thrust)
  endforeach()
  foreach(name IN ITEMS activations convolutions losses normalisations optimizers parametrizations pools residuals
      tokens transposed_convolutions vae gpt2 llama general_convolutions videos penalties named)
    genotype_test(thrust golden_${name} golden/${name}.cpp PORTABLE OPTIONS -O1 -DGENOTYPE_TEST_THRUST)
    target_link_libraries(thrust_golden_${name} PRIVATE genotype::thrust)
  endforeach()
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM name)
    genotype_test(thrust ${name} "${source}" PORTABLE)
    target_link_libraries(thrust_${name} PRIVATE genotype::thrust)
    if(GENOTYPE_SANITIZE)
      genotype_test(sanitize thrust_${name} "${source}" PORTABLE
        OPTIONS -w -O1 ${GENOTYPE_SANITIZE_OPTIONS} -fno-sanitize=null)
      target_link_libraries(sanitize_thrust_${name} PRIVATE genotype::thrust)
    endif()
  endforeach()
endif()
