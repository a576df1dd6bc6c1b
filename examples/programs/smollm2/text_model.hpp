// The model of `text` where CMake is given no other: SmolLM2-135M, or SmolLM2-135M-Instruct.
#pragma once

#include <genotype/models/llama.hpp>

namespace text_model {

inline constexpr genotype::LlamaConfig config = genotype::smollm2_135m;
using Model = genotype::Llama<config>;

}  // namespace text_model
