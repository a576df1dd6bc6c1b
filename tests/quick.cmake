# The quick run's tests: each file once, in one program with the others of its topic, as unit.NAME. The forms:
#   steps  under ASan and UBSan, not optimised: what reads and writes files, and what puts together the kernels
#   unit   without them: gradients, trainings and texts, which calculate too much to be instrumented
#   plain  without them, not optimised: what instantiates more than it calculates
#   both   the kernels themselves, as built for this processor, and once more, as sanitize.NAME, for the compiler's default
#   small  the same, of which those under the sanitizers calculate so little that Clang need not optimise them
# A file of unit/ that no topic names is one of `more`.
# quick_and_all.md says what is left to tests/run.sh --all. Programs for one file are there for work on it: unit_NAME.
set(GENOTYPE_QUICK_SANITIZE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)

set(steps OPTIONS -O0 ${GENOTYPE_QUICK_SANITIZE} ${GENOTYPE_FEWER_CHECKS} ${GENOTYPE_OUTLINED_CHECKS}
  ${GENOTYPE_FALSE_WARNINGS})
set(kernels -DGENOTYPE_FEWER_SIZES ${GENOTYPE_QUICK_SANITIZE} ${GENOTYPE_FEWER_CHECKS} ${GENOTYPE_FALSE_WARNINGS})
set(small_level -O1)
set(thrust_level -Og)
if(GENOTYPE_CLANG_INSTEAD)
  set(small_level -O0)
  set(thrust_level -O0)
endif()

file(GLOB left RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" CONFIGURE_DEPENDS unit/*.cpp)
# genotype_take(result regex): those of `left` whose name is one; they are left no longer.
macro(genotype_take result regex)
  set(${result} ${left})
  list(FILTER ${result} INCLUDE REGEX "^[a-z]+/(${regex})\\.cpp$")
  list(FILTER left EXCLUDE REGEX "^[a-z]+/(${regex})\\.cpp$")
endmacro()

# Programs of their own: what learns, as it does for users; what replaces the allocator; what uses deprecated names; what
# specialises templates of the library's, or looks at the names of its own types.
genotype_take(files "learning_.*|threads|large_model|.*allocations|old_names|text_families|\
older_files|model_name|summary|metrics")
foreach(file IN LISTS files)
  cmake_path(GET file STEM name)
  set(level PORTABLE OPTIONS -O0)  # nothing is calculated in these
  if(name MATCHES "^learning_")
    set(level "")
  elseif(name MATCHES "^(threads|large_model|allocations|metrics)$")
    set(level OPTIONS -O1)
  endif()
  genotype_test(unit ${name} ${file} ${level})
  if(level MATCHES "PORTABLE")
    genotype_by_clang(unit_${name})
  endif()
endforeach()
genotype_take(files "loader")
genotype_test(unit loader unit/loader.cpp PORTABLE ${steps})
genotype_by_clang(unit_loader)
set_tests_properties(unit.loader PROPERTIES LABELS "unit;sanitize")

# For work on one of the others: a program for each file, unit_NAME, which is built when it is asked for.
foreach(file IN LISTS left)
  cmake_path(GET file STEM name)
  genotype_test(unit ${name} ${file} BY_HAND OPTIONS -O1)
endforeach()

# A topic, its form and its files.
set(topics
  kernels_products both "(attention|convolution|winograd|general_conv|stored)_kernels|stored"
  kernels_rows small "(batch_norm|cross_entropy|embedding|group_norm|layer_norm|rms_norm|pooling|query_key_norm|rearrange|rotary|text_rows)_kernels"
  kernels_elements small "(elementwise|gaussian|math|random)_kernels|spread|logits|quantized|block_types"
  gradients unit "gradients_.*|sequential"
  layers unit "activations|custom_layer|exact|gated|latents|linear|model|repeat|residual|self_attention"
  trainings unit "dcgan_devices|fused|gan_penalties|gan_trainer|shortcut|text_trainer|profile"
  saving unit "checkpoint_folder|checkpoints_bits|load_trainers|save_load|save_trainers"
  texts unit "answers|generate|generate_models|generate_sampling|load_text|mixed_blocks|score_text"
  files steps "augmentation|cifar10|dataset|idx|image_folder|plot|png|resize|concat|dtypes|files|gguf|gguf_faults|npy|npz|safetensors|\
safetensors_writer|sorted_places|tensor_layout|checkpoint_faults|file_kinds|history|interrupt|load_faults|characters|merges|nfc|\
pre_tokenizer|tokenizer|tokenizer_file|tokenizer_folder|tokenizer_gguf|tokenizer_pieces|utf8|utf8_stream|chat|jinja|generate_faults|text_config|\
text_config_types|text_files|text_windows|moving_digits"
  recipes steps "averages|diffusion|flow|losses|noise_assignment|optimizers|schedules|session|supervised_trainer|vae_trainer|vqvae"
  derivatives plain "parameter_groups|sample_norms|spectral_norm|tangents"
  plans steps "batch_norm|diff_augment|dropout|names|capture|carried_device|eigen_xtensor|model_name|norm_shapes|plan|shapes|summary|tensor"
  more steps ".*")
while(topics)
  list(POP_FRONT topics topic form regex)
  genotype_take(files "${regex}")
  if(form MATCHES "^(both|small)$")
    genotype_group(unit ${topic} "${files}" OPTIONS -O1)
    set(level -O1)
    if(form STREQUAL "small")
      set(level ${small_level})
    endif()
    genotype_group(sanitize ${topic} "${files}" PORTABLE CLANG OPTIONS ${level} ${kernels})
  elseif(form STREQUAL "unit")
    genotype_group(unit ${topic} "${files}" CLANG OPTIONS ${GENOTYPE_LITTLE_LEVEL})
  elseif(form STREQUAL "plain")
    genotype_group(unit ${topic} "${files}" PORTABLE CLANG OPTIONS -O0)
  else()
    genotype_group(sanitize ${topic} "${files}" PORTABLE CLANG AS unit ${${form}})
  endif()
endwhile()

file(GLOB left RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" CONFIGURE_DEPENDS golden/*.cpp)
genotype_take(files "dcgan|dcgan_reference|vae")
genotype_group(golden models "${files}" OPTIONS -O2)
genotype_take(files "generation|gpt2|llama|mistral|qwen2|qwen3|tokens")
genotype_group(golden texts "${files}" PORTABLE CLANG OPTIONS -O0)
genotype_take(files "convolutions|transposed_convolutions|general_convolutions|pools|residuals|videos")
genotype_group(golden convolutions "${files}" PORTABLE CLANG OPTIONS -O0)
genotype_group(golden more "${left}" CLANG OPTIONS ${GENOTYPE_LITTLE_LEVEL})

# The kernels over thrust, on thrust's two host systems. UBSan's check of null references fails within thrust itself.
if(TARGET genotype::thrust)
  set(thrust OPTIONS ${thrust_level} ${GENOTYPE_QUICK_SANITIZE} ${GENOTYPE_FEWER_CHECKS} ${GENOTYPE_FALSE_WARNINGS}
    LIBRARIES genotype::thrust)
  file(GLOB left RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" CONFIGURE_DEPENDS thrust/*.cpp)
  # What trains or reads texts on them. In memory that the host cannot reach, or as recorded steps, that takes the way that
  # a GPU's does.
  genotype_take(files "dcgan|far_text")
  genotype_take(files "far_memory|recorded_steps")
  foreach(file IN LISTS files)
    cmake_path(GET file STEM name)
    genotype_test(thrust ${name} ${file} PORTABLE OPTIONS ${GENOTYPE_LITTLE_LEVEL})
    genotype_by_clang(thrust_${name})
    target_link_libraries(thrust_${name} PRIVATE genotype::thrust)
  endforeach()
  genotype_take(files "block_.*|convolution|split_product|stored|long_sum")
  genotype_group(sanitize thrust_products "${files}" PORTABLE CLANG PREFIX thrust_ ${thrust})
  genotype_take(files "normalization_.*|pooling|query_key_norm|rearrange")
  genotype_group(sanitize thrust_rows "${files}" PORTABLE CLANG PREFIX thrust_ ${thrust})
  genotype_group(sanitize thrust_more "${left}" PORTABLE CLANG PREFIX thrust_ ${thrust})
endif()
