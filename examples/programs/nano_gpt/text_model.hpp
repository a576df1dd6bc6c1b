// The model of `train_text`: the GPT that nanoGPT trains on a processor, without biases, for up to 65 characters.
#pragma once

#include <genotype/models/gpt2.hpp>

namespace text_model {

inline constexpr genotype::GPT2Config config{
    .vocabulary = 65, .context = 64, .width = 128, .layers = 4, .heads = 4, .bias = false};
using Model = genotype::GPT2<config>;

}  // namespace text_model
