// The names that llama.cpp gives the tensors of a GPT-2 or a Llama, and Hugging Face's for the same.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "genotype/text/text_config.hpp"

namespace genotype::detail {

/// What a tensor of a GGUF file is.
struct GgufName {
    std::string hugging_face;
    bool transposed = false;    // (out, in) where Hugging Face has (in, out)
    int interleaved_heads = 0;  // above 0: rows of so many heads, in each of which rotary pairs are neighbours
};

struct GgufNamePair {
    std::string_view gguf, hugging_face;
};

inline constexpr std::array<GgufNamePair, 3> llama_gguf_names{
    {{"token_embd", "model.embed_tokens"}, {"output_norm", "model.norm"}, {"output", "lm_head"}}};
inline constexpr std::array<GgufNamePair, 9> llama_gguf_block_names{{{"attn_norm", "input_layernorm"},
                                                                     {"attn_q", "self_attn.q_proj"},
                                                                     {"attn_k", "self_attn.k_proj"},
                                                                     {"attn_v", "self_attn.v_proj"},
                                                                     {"attn_output", "self_attn.o_proj"},
                                                                     {"ffn_norm", "post_attention_layernorm"},
                                                                     {"ffn_gate", "mlp.gate_proj"},
                                                                     {"ffn_up", "mlp.up_proj"},
                                                                     {"ffn_down", "mlp.down_proj"}}};
inline constexpr std::array<GgufNamePair, 4> gpt2_gguf_names{{{"token_embd", "transformer.wte"},
                                                              {"position_embd", "transformer.wpe"},
                                                              {"output_norm", "transformer.ln_f"},
                                                              {"output", "lm_head"}}};
inline constexpr std::array<GgufNamePair, 6> gpt2_gguf_block_names{{{"attn_norm", "ln_1"},
                                                                    {"attn_qkv", "attn.c_attn"},
                                                                    {"attn_output", "attn.c_proj"},
                                                                    {"ffn_norm", "ln_2"},
                                                                    {"ffn_up", "mlp.c_fc"},
                                                                    {"ffn_down", "mlp.c_proj"}}};

template <class Names>
std::string_view hugging_face_name(const Names& names, std::string_view gguf) {
    for (const GgufNamePair& pair : names)
        if (pair.gguf == gguf) return pair.hugging_face;
    return {};
}

/// "blk.3.attn_q.weight" is "model.layers.3.self_attn.q_proj.weight". Nothing where no such tensor is known.
/// Source: gguf-py, gguf/tensor_mapping.py, and llama.cpp's convert_hf_to_gguf.py, which turns the rows of `llama`'s
/// queries and keys, and GPT-2's matrices.
inline std::optional<GgufName> read_gguf_name(std::string_view name, const TextConfig& config) {
    const bool is_gpt2 = config.family == TextFamily::gpt2;
    const std::size_t last = name.rfind('.');
    if (last == std::string_view::npos) return {};
    const std::string_view kind = name.substr(last);  // ".weight" or ".bias"
    if (kind != ".weight" && kind != ".bias") return {};
    name = name.substr(0, last);
    if (!name.starts_with("blk.")) {
        const std::string_view found =
            is_gpt2 ? hugging_face_name(gpt2_gguf_names, name) : hugging_face_name(llama_gguf_names, name);
        if (found.empty()) return {};
        return GgufName{std::string(found) + std::string(kind)};
    }
    name.remove_prefix(4);
    const std::string_view number = name.substr(0, name.find('.'));
    if (number.empty() || number.size() == name.size() || number.find_first_not_of("0123456789") != number.npos)
        return {};
    name.remove_prefix(number.size() + 1);
    const std::string_view found =
        is_gpt2 ? hugging_face_name(gpt2_gguf_block_names, name) : hugging_face_name(llama_gguf_block_names, name);
    if (found.empty()) return {};
    return GgufName{(is_gpt2 ? "transformer.h." : "model.layers.") + std::string(number) + "." + std::string(found) +
                        std::string(kind),
                    is_gpt2 && kind == ".weight" && !name.ends_with("_norm"),
                    is_gpt2            ? 0
                    : name == "attn_q" ? config.llama.heads
                    : name == "attn_k" ? config.llama.key_value_heads
                                       : 0};
}

}  // namespace genotype::detail
