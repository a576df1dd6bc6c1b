// Mistral: what its files say of a model, and how they name its parameters.
#pragma once

#include <string>

#include "genotype/io/gguf.hpp"
#include "genotype/models/llama_config.hpp"
#include "genotype/models/mistral_config.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/text/families/llama.hpp"
#include "genotype/text/family.hpp"
#include "genotype/text/files/config_json.hpp"
#include "genotype/text/files/config_like_llama.hpp"
#include "genotype/text/files/config_rope.hpp"

namespace genotype::inline v0_1 {

/// transformers: `MistralConfig` and `MistralForCausalLM`, whose parameters have the names of a Llama's.
template <>
struct TextFamily<MistralConfig> {
    static constexpr FamilyFacts facts{.name = "mistral",
                                       .title = "Mistral",
                                       .body = "model.",
                                       .model = "genotype::Mistral",
                                       .config = "genotype::MistralConfig",
                                       .header = "genotype/models/mistral.hpp",
                                       .said = {"width", "heads"},
                                       .buffers = {".rotary_emb.inv_freq"},
                                       .end_token = 2,
                                       .first_token = 1};

    static constexpr auto parameters(const MistralConfig& c) {
        return TextFamily<LlamaConfig>::parameters(detail::llama_of(c));
    }

    static MistralConfig read(const ConfigField& top) {
        MistralConfig config;
        detail::read_sizes_like_llama(top, config, 8);
        detail::read_head_width_like_llama(top, config);
        config.rope_theta = 10'000;  // where nothing is said, as transformers has it
        read_rope(top, config);
        expect_no_window(top, config.context);
        return config;
    }

    /// llama.cpp makes a Llama of a Mistral, and has no architecture of this name.
    [[noreturn]] static MistralConfig read(const Gguf& file) {
        fail(file.name(), "\"general.architecture\"", "\"mistral\"", "\"llama\", as llama.cpp says of a Mistral");
    }

    static constexpr MistralConfig base(const MistralConfig& c) { return {.width = c.width, .heads = c.heads}; }

  private:
    /// A window that is no shorter than the context hides no token. Without a word of it transformers has one of 4096.
    static void expect_no_window(const ConfigField& top, int context) {
        const ConfigField window = top["sliding_window"];
        const bool is_said = top.value.contains("sliding_window");
        if (is_said && window.is_null()) return;
        if (config_size(window, 4096) >= context) return;
        window.wrong("null, or " + std::to_string(context) + " at least, the context" +
                     (is_said ? "" : " (without a word of it, it is 4096)"));
    }
};

}  // namespace genotype::inline v0_1
