// The sizes of the model in tests/golden/data/text/llama.
#pragma once

#include "genotype/models/llama_config.hpp"

inline constexpr genotype::LlamaConfig small_llama{.vocabulary = 48,
                                                   .width = 24,
                                                   .layers = 2,
                                                   .heads = 4,
                                                   .key_value_heads = 2,
                                                   .hidden = 28,
                                                   .context = 64,
                                                   .tied = true};
