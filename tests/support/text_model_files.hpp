// Small text models as files: tensors by Hugging Face's names with values that tell them apart, as a folder and as
// GGUF.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "genotype/models/gpt2_config.hpp"
#include "genotype/models/llama_config.hpp"
#include "genotype/models/mistral_config.hpp"
#include "genotype/models/qwen2_config.hpp"
#include "genotype/models/qwen3_config.hpp"
#include "support/gguf_file.hpp"
#include "support/safetensors_file.hpp"

/// A tensor of whole numbers from -125 to 125, which every type holds exactly. A vector has one column.
struct TestTensor {
    long rows = 0, columns = 1;
    bool is_matrix = false;
    std::vector<float> values = {};

    float at(long row, long column) const { return values[static_cast<std::size_t>(row * columns + column)]; }
};
using TestTensors = std::map<std::string, TestTensor>;

inline TestTensor test_tensor(const std::string& name, long rows, long columns, bool is_matrix) {
    std::uint32_t state = 7;
    for (const char letter : name) state = state * 31 + static_cast<unsigned char>(letter);
    TestTensor tensor{rows, columns, is_matrix, {}};
    for (long at = 0; at < rows * columns; ++at) {
        state = state * 1664525 + 1013904223;
        tensor.values.push_back(static_cast<float>(state >> 8) / (1 << 24) * 251);
        tensor.values.back() = static_cast<float>(static_cast<int>(tensor.values.back())) - 125;
    }
    return tensor;
}

/// The Llama of the same sizes as a Qwen2.
inline genotype::LlamaConfig llama_of(const genotype::Qwen2Config& c) {
    return {.vocabulary = c.vocabulary,
            .width = c.width,
            .layers = c.layers,
            .heads = c.heads,
            .key_value_heads = c.key_value_heads,
            .hidden = c.hidden,
            .context = c.context,
            .rope_theta = c.rope_theta,
            .rms_epsilon = c.rms_epsilon,
            .tied = c.tied,
            .attention_bias = true};
}
/// The Llama of the same sizes as a Qwen3.
inline genotype::LlamaConfig llama_of(const genotype::Qwen3Config& c) {
    return {.vocabulary = c.vocabulary,
            .width = c.width,
            .layers = c.layers,
            .heads = c.heads,
            .key_value_heads = c.key_value_heads,
            .head_width = c.head_width,
            .hidden = c.hidden,
            .context = c.context,
            .rope_theta = c.rope_theta,
            .rms_epsilon = c.rms_epsilon,
            .tied = c.tied};
}

class TestModel {
  public:
    TestTensors tensors{};

    explicit TestModel(const genotype::GPT2Config& c) {
        matrix("transformer.wte.weight", c.vocabulary, c.width);
        matrix("transformer.wpe.weight", c.context, c.width);
        for (int layer = 0; layer < c.layers; ++layer) {
            const std::string h = "transformer.h." + std::to_string(layer) + ".";
            const auto linear = [&](const std::string& name, long in, long out) {
                matrix(h + name + ".weight", in, out);
                vector(h + name + ".bias", out);
            };
            norm(h + "ln_1", c.width);
            linear("attn.c_attn", c.width, 3 * c.width);
            linear("attn.c_proj", c.width, c.width);
            norm(h + "ln_2", c.width);
            linear("mlp.c_fc", c.width, c.hidden);
            linear("mlp.c_proj", c.hidden, c.width);
        }
        norm("transformer.ln_f", c.width);
        if (!c.tied) matrix("lm_head.weight", c.vocabulary, c.width);
    }

    explicit TestModel(const genotype::LlamaConfig& c) {
        matrix("model.embed_tokens.weight", c.vocabulary, c.width);
        for (int layer = 0; layer < c.layers; ++layer) {
            const std::string prefix = "model.layers." + std::to_string(layer) + ".";
            const auto linear = [&](const std::string& name, long in, long out, bool bias) {
                matrix(prefix + name + ".weight", out, in);
                if (bias) vector(prefix + name + ".bias", out);
            };
            const long queries = c.heads * c.head_width, keys = c.key_value_heads * c.head_width;
            vector(prefix + "input_layernorm.weight", c.width);
            linear("self_attn.q_proj", c.width, queries, c.attention_bias);
            linear("self_attn.k_proj", c.width, keys, c.attention_bias);
            linear("self_attn.v_proj", c.width, keys, c.attention_bias);
            linear("self_attn.o_proj", queries, c.width, c.attention_bias);
            vector(prefix + "post_attention_layernorm.weight", c.width);
            linear("mlp.gate_proj", c.width, c.hidden, c.mlp_bias);
            linear("mlp.up_proj", c.width, c.hidden, c.mlp_bias);
            linear("mlp.down_proj", c.hidden, c.width, c.mlp_bias);
        }
        vector("model.norm.weight", c.width);
        if (!c.tied) matrix("lm_head.weight", c.vocabulary, c.width);
    }

    explicit TestModel(const genotype::Qwen2Config& c) : TestModel(llama_of(c)) {
        std::erase_if(tensors, [](const auto& tensor) { return tensor.first.ends_with("o_proj.bias"); });
    }

    explicit TestModel(const genotype::MistralConfig& c) : TestModel(genotype::detail::llama_of(c)) {}

    explicit TestModel(const genotype::Qwen3Config& c) : TestModel(llama_of(c)) {
        for (int layer = 0; layer < c.layers; ++layer)
            for (const char* const normed : {"q", "k"})
                vector("model.layers." + std::to_string(layer) + ".self_attn." + normed + "_norm.weight", c.head_width);
    }

    void matrix(const std::string& name, long rows, long columns) {
        tensors[name] = test_tensor(name, rows, columns, true);
    }
    void vector(const std::string& name, long size) { tensors[name] = test_tensor(name, size, 1, false); }

  private:
    void norm(const std::string& name, long size) {
        vector(name + ".weight", size);
        vector(name + ".bias", size);
    }
};

/// The bytes of a tensor as "F32", "BF16" or "Q8_0", in blocks of scale 1.
inline std::string bytes_as(const std::string& type, const std::vector<float>& values) {
    if (type == "F32") return bytes_of(values);
    std::string bytes;
    for (std::size_t at = 0; at < values.size(); ++at) {
        if (type == "BF16") {
            std::uint32_t bits;
            std::memcpy(&bits, &values[at], sizeof bits);
            bytes += gguf_number(static_cast<std::uint16_t>(bits >> 16));
        } else {
            if (at % 32 == 0) bytes += gguf_number(std::uint16_t{0x3c00});
            bytes += static_cast<char>(static_cast<signed char>(values[at]));
        }
    }
    return bytes;
}

/// A safetensors file of these tensors, matrices as `type`, vectors as F32.
inline std::string safetensors_of(const TestTensors& tensors, const std::string& type = "F32") {
    std::string header, data;
    for (const auto& [name, tensor] : tensors) {
        const std::string bytes = bytes_as(tensor.is_matrix ? type : "F32", tensor.values);
        const std::string shape =
            std::to_string(tensor.rows) + (tensor.is_matrix ? "," + std::to_string(tensor.columns) : "");
        header += (header.empty() ? "{" : ",") +
                  tensor_entry(name, tensor.is_matrix ? type : "F32", shape, data.size(), data.size() + bytes.size());
        data += bytes;
    }
    return safetensors_file(header + "}", data);
}

inline std::string gguf_u32(const std::string& key, std::uint32_t value) {
    return gguf_entry(key, 4, gguf_number(value));
}
inline std::string gguf_f32(const std::string& key, float value) {
    return gguf_entry(key, 6, gguf_number(value));
}
inline std::string gguf_string(const std::string& key, const std::string& value) {
    return gguf_entry(key, 8, gguf_text(value));
}

/// Adds a tensor behind the others.
inline void add_tensor(GgufFile& file, const std::string& name, const TestTensor& tensor, const std::string& type) {
    const std::string used = tensor.is_matrix ? type : "F32";
    std::vector<std::uint64_t> sizes{static_cast<std::uint64_t>(tensor.rows)};
    if (tensor.is_matrix) sizes.insert(sizes.begin(), static_cast<std::uint64_t>(tensor.columns));
    file.data.resize((file.data.size() + 31) / 32 * 32, '\0');
    file.tensors.push_back(gguf_tensor(name, sizes, used == "F32" ? 0 : used == "BF16" ? 30 : 8, file.data.size()));
    file.data += bytes_as(used, tensor.values);
}

/// Row i of the result is row order(i) of the tensor.
template <class Order>
TestTensor reordered(const TestTensor& tensor, Order order) {
    TestTensor result{tensor.rows, tensor.columns, tensor.is_matrix, {}};
    for (long row = 0; row < tensor.rows; ++row)
        for (long column = 0; column < tensor.columns; ++column) result.values.push_back(tensor.at(order(row), column));
    return result;
}
inline TestTensor turned_over(const TestTensor& tensor) {
    TestTensor result{tensor.columns, tensor.rows, true, {}};
    for (long row = 0; row < result.rows; ++row)
        for (long column = 0; column < result.columns; ++column) result.values.push_back(tensor.at(column, row));
    return result;
}

/// The file that llama.cpp's converter makes of a Llama, or of another architecture with such keys and tensors,
/// matrices as `type`.
inline GgufFile gguf_of(const genotype::LlamaConfig& c, const TestTensors& tensors, const std::string& type,
                        const std::string& architecture = "llama") {
    const auto key = [&](const std::string& name) { return architecture + "." + name; };
    const auto size = [&](const std::string& name, int value) {
        return gguf_u32(key(name), static_cast<std::uint32_t>(value));
    };
    GgufFile file{.entries = {gguf_string("general.architecture", architecture), size("block_count", c.layers),
                              size("context_length", c.context), size("embedding_length", c.width),
                              size("feed_forward_length", c.hidden), size("attention.head_count", c.heads),
                              size("attention.head_count_kv", c.key_value_heads),
                              size("attention.key_length", c.head_width), size("rope.dimension_count", c.head_width),
                              gguf_f32(key("rope.freq_base"), c.rope_theta),
                              gguf_f32(key("attention.layer_norm_rms_epsilon"), c.rms_epsilon)}};
    const std::vector<std::pair<std::string, std::string>> words{{"model.embed_tokens", "token_embd"},
                                                                 {"model.norm", "output_norm"},
                                                                 {"lm_head", "output"},
                                                                 {"model.layers", "blk"},
                                                                 {"input_layernorm", "attn_norm"},
                                                                 {"post_attention_layernorm", "ffn_norm"},
                                                                 {"self_attn.q_proj", "attn_q"},
                                                                 {"self_attn.k_proj", "attn_k"},
                                                                 {"self_attn.v_proj", "attn_v"},
                                                                 {"self_attn.o_proj", "attn_output"},
                                                                 {"self_attn.q_norm", "attn_q_norm"},
                                                                 {"self_attn.k_norm", "attn_k_norm"},
                                                                 {"mlp.gate_proj", "ffn_gate"},
                                                                 {"mlp.up_proj", "ffn_up"},
                                                                 {"mlp.down_proj", "ffn_down"}};
    for (const auto& [name, tensor] : tensors) {
        std::string theirs = name;
        for (const auto& [from, to] : words)
            if (const auto at = theirs.find(from); at != theirs.npos) theirs.replace(at, from.size(), to);
        const bool turns =
            architecture == "llama" && (name.find("q_proj") != name.npos || name.find("k_proj") != name.npos);
        const long pairs = c.head_width / 2;
        // reshape(heads, 2, half, ...).swapaxes(1, 2): pair j of a head has rows 2 j and 2 j + 1.
        const auto order = [&](long row) {
            const long head = row / c.head_width, pair = row % c.head_width / 2, which = row % 2;
            return head * c.head_width + which * pairs + pair;
        };
        add_tensor(file, theirs, turns ? reordered(tensor, order) : tensor, type);
    }
    return file;
}

inline GgufFile gguf_of(const genotype::Qwen2Config& c, const TestTensors& tensors, const std::string& type) {
    return gguf_of(llama_of(c), tensors, type, "qwen2");
}
inline GgufFile gguf_of(const genotype::Qwen3Config& c, const TestTensors& tensors, const std::string& type) {
    return gguf_of(llama_of(c), tensors, type, "qwen3");
}

/// The same of a GPT-2: its matrices are turned over.
inline GgufFile gguf_of(const genotype::GPT2Config& c, const TestTensors& tensors, const std::string& type) {
    GgufFile file{.entries = {gguf_string("general.architecture", "gpt2"),
                              gguf_u32("gpt2.block_count", static_cast<std::uint32_t>(c.layers)),
                              gguf_u32("gpt2.context_length", static_cast<std::uint32_t>(c.context)),
                              gguf_u32("gpt2.embedding_length", static_cast<std::uint32_t>(c.width)),
                              gguf_u32("gpt2.feed_forward_length", static_cast<std::uint32_t>(c.hidden)),
                              gguf_u32("gpt2.attention.head_count", static_cast<std::uint32_t>(c.heads)),
                              gguf_f32("gpt2.attention.layer_norm_epsilon", c.norm_epsilon)}};
    const std::vector<std::pair<std::string, std::string>> words{{"transformer.wte", "token_embd"},
                                                                 {"transformer.wpe", "position_embd"},
                                                                 {"transformer.ln_f", "output_norm"},
                                                                 {"lm_head", "output"},
                                                                 {"transformer.h", "blk"},
                                                                 {"ln_1", "attn_norm"},
                                                                 {"ln_2", "ffn_norm"},
                                                                 {"attn.c_attn", "attn_qkv"},
                                                                 {"attn.c_proj", "attn_output"},
                                                                 {"mlp.c_fc", "ffn_up"},
                                                                 {"mlp.c_proj", "ffn_down"}};
    for (const auto& [name, tensor] : tensors) {
        std::string theirs = name;
        for (const auto& [from, to] : words)
            if (const auto at = theirs.find(from); at != theirs.npos) theirs.replace(at, from.size(), to);
        const bool turns = tensor.is_matrix && name.find(".c_") != name.npos;
        add_tensor(file, theirs, turns ? turned_over(tensor) : tensor, type);
    }
    return file;
}

/// A config.json of these sizes.
inline std::string config_json(const genotype::LlamaConfig& c) {
    const auto truth = [](bool value) { return value ? "true" : "false"; };
    return "{\"model_type\":\"llama\",\"vocab_size\":" + std::to_string(c.vocabulary) +
           ",\"hidden_size\":" + std::to_string(c.width) + ",\"num_hidden_layers\":" + std::to_string(c.layers) +
           ",\"num_attention_heads\":" + std::to_string(c.heads) +
           ",\"num_key_value_heads\":" + std::to_string(c.key_value_heads) +
           ",\"head_dim\":" + std::to_string(c.head_width) + ",\"intermediate_size\":" + std::to_string(c.hidden) +
           ",\"max_position_embeddings\":" + std::to_string(c.context) +
           ",\"rms_norm_eps\":1e-05,\"tie_word_embeddings\":" + truth(c.tied) +
           ",\"attention_bias\":" + truth(c.attention_bias) + ",\"mlp_bias\":" + truth(c.mlp_bias) + "}";
}
inline std::string config_json(const genotype::Qwen2Config& c) {
    return "{\"model_type\":\"qwen2\",\"vocab_size\":" + std::to_string(c.vocabulary) +
           ",\"hidden_size\":" + std::to_string(c.width) + ",\"num_hidden_layers\":" + std::to_string(c.layers) +
           ",\"num_attention_heads\":" + std::to_string(c.heads) +
           ",\"num_key_value_heads\":" + std::to_string(c.key_value_heads) +
           ",\"intermediate_size\":" + std::to_string(c.hidden) +
           ",\"max_position_embeddings\":" + std::to_string(c.context) +
           ",\"rms_norm_eps\":1e-06,\"rope_theta\":1000000.0,\"sliding_window\":4096,\"max_window_layers\":1,"
           "\"use_sliding_window\":false,\"tie_word_embeddings\":" +
           (c.tied ? "true" : "false") + "}";
}
inline std::string config_json(const genotype::MistralConfig& c) {
    return "{\"model_type\":\"mistral\",\"vocab_size\":" + std::to_string(c.vocabulary) +
           ",\"hidden_size\":" + std::to_string(c.width) + ",\"num_hidden_layers\":" + std::to_string(c.layers) +
           ",\"num_attention_heads\":" + std::to_string(c.heads) +
           ",\"num_key_value_heads\":" + std::to_string(c.key_value_heads) +
           ",\"head_dim\":" + std::to_string(c.head_width) + ",\"intermediate_size\":" + std::to_string(c.hidden) +
           ",\"max_position_embeddings\":" + std::to_string(c.context) +
           ",\"rms_norm_eps\":1e-05,\"rope_theta\":1000000.0,\"sliding_window\":null,\"tie_word_embeddings\":" +
           (c.tied ? "true" : "false") + "}";
}
inline std::string config_json(const genotype::Qwen3Config& c) {
    return "{\"model_type\":\"qwen3\",\"vocab_size\":" + std::to_string(c.vocabulary) +
           ",\"hidden_size\":" + std::to_string(c.width) + ",\"num_hidden_layers\":" + std::to_string(c.layers) +
           ",\"num_attention_heads\":" + std::to_string(c.heads) +
           ",\"num_key_value_heads\":" + std::to_string(c.key_value_heads) +
           ",\"head_dim\":" + std::to_string(c.head_width) + ",\"intermediate_size\":" + std::to_string(c.hidden) +
           ",\"max_position_embeddings\":" + std::to_string(c.context) +
           ",\"rms_norm_eps\":1e-06,\"rope_theta\":1000000.0,\"sliding_window\":null,\"max_window_layers\":1,"
           "\"use_sliding_window\":false,\"attention_bias\":false,\"tie_word_embeddings\":" +
           (c.tied ? "true" : "false") + "}";
}
inline std::string config_json(const genotype::GPT2Config& c) {
    return "{\"model_type\":\"gpt2\",\"vocab_size\":" + std::to_string(c.vocabulary) +
           ",\"n_positions\":" + std::to_string(c.context) + ",\"n_embd\":" + std::to_string(c.width) +
           ",\"n_layer\":" + std::to_string(c.layers) + ",\"n_head\":" + std::to_string(c.heads) +
           ",\"n_inner\":" + std::to_string(c.hidden) + ",\"tie_word_embeddings\":" + (c.tied ? "true" : "false") + "}";
}
