// The name of a Mistral.
#pragma once

#include "genotype/models/llama.hpp"
#include "genotype/models/mistral_config.hpp"

namespace genotype::inline v0_1 {

/// `using Model7B = Mistral<mistral_7b_v0_3>;`: the type of a Llama of these sizes without biases. Its GGUF files say
/// "llama", and are read with a `LlamaConfig`. transformers: MistralForCausalLM without sliding windows. Source: Jiang
/// et al., "Mistral 7B", 2023, arXiv:2310.06825.
template <MistralConfig config>
using Mistral = Llama<detail::llama_of(config)>;

}  // namespace genotype::inline v0_1
