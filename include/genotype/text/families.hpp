// The families of text models whose files are read: the one list.
#pragma once

#include "genotype/text/families/gpt2.hpp"
#include "genotype/text/families/llama.hpp"
#include "genotype/text/families/mistral.hpp"
#include "genotype/text/families/qwen2.hpp"
#include "genotype/text/families/qwen3.hpp"

namespace genotype::inline v0_1 {

using TextFamilies = TextFamilyList<GPT2Config, LlamaConfig, Qwen2Config, Qwen3Config, MistralConfig>;

}  // namespace genotype::inline v0_1
