// A GGUF file's metadata of a GPT-2 or a Llama, as llama.cpp's converter writes it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/io/gguf.hpp"
#include "genotype/kernels/rotary.hpp"
#include "genotype/text/text_config.hpp"

namespace genotype::detail {

/// The metadata under one architecture's prefix. What is asked for is known; the rest is refused in the end.
class GgufConfigReader {
  public:
    GgufConfigReader(const Gguf& file, std::string_view architecture) : file_(file), prefix_(architecture) {
        prefix_ += '.';
    }

    bool has(std::string_view key) {
        known_.push_back(prefix_ + std::string(key));
        return file_.find_value(known_.back()) != nullptr;
    }
    int size(std::string_view key) {
        const std::uint32_t value = has(key) ? same_of_layers() : file_.get_u32(known_.back());
        if (value < 1 || value > std::uint32_t{largest_size})
            wrong(std::to_string(value), "1 to " + std::to_string(largest_size));
        return static_cast<int>(value);
    }
    int size(std::string_view key, int if_absent) { return has(key) ? size(key) : if_absent; }
    float positive(std::string_view key) {
        has(key);
        const float value = file_.get_f32(known_.back());
        if (!(value > 0 && std::isfinite(value))) wrong(config_text(value), "a number above 0");
        return value;
    }
    float number(std::string_view key, float if_absent) { return has(key) ? file_.get_f32(known_.back()) : if_absent; }
    float positive(std::string_view key, float if_absent) { return has(key) ? positive(key) : if_absent; }
    std::string_view text(std::string_view key, std::string_view if_absent) {
        return has(key) ? file_.get_string(known_.back()) : if_absent;
    }
    bool flag(std::string_view key, bool if_absent) { return has(key) ? file_.get_bool(known_.back()) : if_absent; }

    /// Passes over a key of something that these models have not, where its value says that this one has it not.
    template <class Value>
    void expect_off(std::string_view key, Value off, std::string_view expected) {
        if (!has(key)) return;
        const GgufValue& value = *file_.find_value(known_.back());
        if (file_.get<Value>(known_.back()) != off) wrong(value_text(value), std::string(expected));
    }
    /// Knows all keys that begin so.
    void pass_over(std::string_view begin) {
        for (const GgufEntry& entry : file_.metadata())
            if (entry.name.starts_with(prefix_ + std::string(begin))) known_.push_back(entry.name);
    }

    /// The key that was asked for last.
    const std::string& last() const { return known_.back(); }
    /// Says what is wrong with it.
    [[noreturn]] void wrong(const std::string& found, const std::string& expected) const {
        fail(file_.name(), in_quotes(known_.back()), found, expected);
    }
    /// Refuses keys of this architecture that nothing asked for: nobody knows what they change.
    void expect_no_others() const {
        for (const GgufEntry& entry : file_.metadata())
            if (entry.name.starts_with(prefix_) && std::find(known_.begin(), known_.end(), entry.name) == known_.end())
                fail(file_.name(), in_quotes(entry.name), "a key of this name", "keys that are known here");
    }

  private:
    /// The value of the key that was asked for last: a number, or an array of one for each layer, all the same.
    std::uint32_t same_of_layers() const {
        const GgufValue& value = *file_.find_value(known_.back());
        if (value.type != GgufType::ARRAY) return file_.get_u32(known_.back());
        const auto list = file_.get<std::vector<std::uint32_t>>(known_.back());
        const std::uint32_t layers = file_.get_u32(prefix_ + "block_count");
        if (list.size() != layers || list.empty())
            wrong(value.text(), "one number, or one for each of the " + std::to_string(layers) + " layers");
        for (const std::uint32_t one : list)
            if (one != list[0])
                wrong(std::to_string(list[0]) + " and " + std::to_string(one) + " for two layers",
                      "the same for all layers");
        return list[0];
    }
    static std::string value_text(const GgufValue& value) {
        if (const auto text = value.as<std::string_view>()) return in_quotes(*text);
        if (const auto number = value.whole<std::int64_t>()) return config_text(*number);
        if (const auto number = value.as<float>()) return config_text(*number);
        if (const auto truth = value.as<bool>()) return config_text(*truth);
        return value.text();
    }

    const Gguf& file_;
    std::string prefix_;
    std::vector<std::string> known_;
};

/// The rows of the embedding, which every file has.
inline int gguf_vocabulary(const Gguf& file) {
    const GgufTensor& embedding = file.at("token_embd.weight");
    if (embedding.shape.size() != 2 || embedding.shape[0] < 1 || embedding.shape[0] > largest_size)
        fail(file.name(), "\"token_embd.weight\"", embedding.text(), "a matrix of 1 to 16777216 rows");
    return static_cast<int>(embedding.shape[0]);
}

/// Whether the head's weights are the embedding's: there is none, or (in files of GPT-2) it is there again.
inline bool gguf_is_tied(const Gguf& file) {
    const GgufTensor *const head = file.find("output.weight"), *const embedding = file.find("token_embd.weight");
    if (!head) return true;
    if (!embedding || head->type != embedding->type || head->shape != embedding->shape) return false;
    const auto left = file.bytes(*head), right = file.bytes(*embedding);
    return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

/// By how much llama3's scaling divides each frequency.
inline std::vector<double> llama3_divisors(const LlamaConfig& config) {
    const kernels::RotaryTurns plain{.theta = config.rope_theta};
    const kernels::RotaryTurns scaled{.theta = config.rope_theta,
                                      .factor = config.rope_factor,
                                      .low_freq_factor = config.rope_low_freq_factor,
                                      .high_freq_factor = config.rope_high_freq_factor,
                                      .original_context = static_cast<double>(config.rope_original_context)};
    std::vector<float> before(static_cast<std::size_t>(config.head_width) / 2), after(before.size());
    kernels::rotary_frequencies(plain, config.head_width, before.data());
    kernels::rotary_frequencies(scaled, config.head_width, after.data());
    std::vector<double> divisors;
    for (std::size_t pair = 0; pair < before.size(); ++pair)
        divisors.push_back(double{before[pair]} / double{after[pair]});
    return divisors;
}

/// Converted files of Llama 3.1 and later have no words for their scaling but the divisors that it comes to. Those of
/// Meta's own models, which differ in one factor alone, are found again; any others are an `Error`.
inline void read_rope_freqs(const Gguf& file, LlamaConfig& config) {
    const GgufTensor* const tensor = file.find("rope_freqs.weight");
    if (!tensor) return;
    const auto wrong = [&](const std::string& found) {
        fail(file.name(), "\"rope_freqs.weight\"", found,
             "the divisors of llama3's scaling with low_freq_factor 1, high_freq_factor 4 and an original context of "
             "8192");
    };
    std::vector<float> found(static_cast<std::size_t>(config.head_width) / 2);
    if (tensor->type != GgmlType::F32 || tensor->count() != found.size()) wrong(tensor->text());
    file.dequantize(*tensor, found);
    if (config.rope_scaling != RopeScaling::none) wrong("them beside another scaling");
    config.rope_scaling = RopeScaling::llama3;
    config.rope_factor = found.back();
    if (!(config.rope_factor >= 1 && std::isfinite(config.rope_factor)))
        wrong("a last one of " + config_text(found.back()));
    const std::vector<double> wanted = llama3_divisors(config);
    for (std::size_t pair = 0; pair < found.size(); ++pair)
        if (!(std::abs(double{found[pair]} - wanted[pair]) <= 1e-4 * wanted[pair]))
            wrong(config_text(found[pair]) + " for pair " + std::to_string(pair));
}

/// The sizes that both families have under the same keys.
template <class Config>
Config read_common_sizes(const Gguf& file, GgufConfigReader& keys) {
    Config config;
    config.vocabulary = gguf_vocabulary(file);
    if (const int said = keys.size("vocab_size", config.vocabulary); said != config.vocabulary)
        keys.wrong(std::to_string(said), std::to_string(config.vocabulary) + ", the rows of the embedding");
    config.context = keys.size("context_length");
    config.width = keys.size("embedding_length");
    config.layers = keys.size("block_count");
    config.hidden = keys.size("feed_forward_length");
    return config;
}

/// As llama.cpp has it: a factor without words for the kind of scaling is a linear one, 0 and 1 are none.
inline void read_rope_scaling(GgufConfigReader& keys, LlamaConfig& config) {
    const std::string_view scaling = keys.text("rope.scaling.type", "linear");
    if (scaling != "linear" && scaling != "none") keys.wrong(in_quotes(scaling), "none or linear");
    const char* const key = keys.has("rope.scaling.factor") ? "rope.scaling.factor" : "rope.scale_linear";
    const float factor = keys.number(key, 1);
    for (const char* other :
         {"rope.scaling.factor", "rope.scale_linear", "rope.scaling.original_context_length", "rope.scaling.finetuned"})
        keys.has(other);
    if (scaling == "none" || factor == 0 || factor == 1) return;
    config.rope_scaling = RopeScaling::linear;
    config.rope_factor = keys.positive(key);
}

/// Keys of what these layers have not, which say that the file's have it not either.
inline void expect_plain_layers(const Gguf& file, GgufConfigReader& keys, int context) {
    keys.expect_off("attention.causal", true, "true");
    keys.expect_off("use_parallel_residual", false, "false");
    for (const char* key : {"attention.max_alibi_bias", "attention.clamp_kqv"}) keys.expect_off(key, 0.0f, "0");
    for (const char* key : {"logit_scale", "embedding_scale", "residual_scale", "rope.scaling.attn_factor"})
        keys.expect_off(key, 1.0f, "1, or nothing");
    keys.expect_off("tensor_data_layout", std::string_view("Meta AI original pth"), "\"Meta AI original pth\"");
    if (keys.has("attention.sliding_window"))
        if (const auto window = file.get_u32(keys.last()); window != 0 && window < static_cast<std::uint32_t>(context))
            keys.wrong(std::to_string(window), "0, or at least the context of " + std::to_string(context));
    keys.expect_off("expert_count", std::uint32_t{0}, "0: one feed-forward part a layer");
    keys.pass_over("expert_");  // of which there are none
    // The converter copies a norm's epsilon of any name; each family has one of its own.
    for (const char* other : {"attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon"}) keys.has(other);
}

inline LlamaConfig read_llama_config(const Gguf& file) {
    GgufConfigReader keys(file, "llama");
    auto config = read_common_sizes<LlamaConfig>(file, keys);
    config.rms_epsilon = keys.positive("attention.layer_norm_rms_epsilon");
    config.heads = keys.size("attention.head_count");
    config.key_value_heads = keys.size("attention.head_count_kv", config.heads);
    if (config.heads % config.key_value_heads != 0)
        keys.wrong(std::to_string(config.key_value_heads), "a divisor of head_count, " + std::to_string(config.heads));
    const bool has_head_width = keys.has("attention.key_length");
    if (!has_head_width && config.width % config.heads != 0)
        keys.wrong("nothing", "the features of a head: " + std::to_string(config.heads) + " heads do not divide " +
                                  std::to_string(config.width));
    config.head_width = keys.size("attention.key_length", config.width / config.heads);
    if (config.head_width % 2 != 0) keys.wrong(std::to_string(config.head_width), "an even number");
    for (const char* same : {"attention.value_length", "rope.dimension_count"})
        if (const int said = keys.size(same, config.head_width); said != config.head_width)
            keys.wrong(std::to_string(said), std::to_string(config.head_width) + ", a head's features");
    config.rope_theta = keys.positive("rope.freq_base", 10'000);
    read_rope_scaling(keys, config);
    expect_plain_layers(file, keys, config.context);
    keys.expect_no_others();
    read_rope_freqs(file, config);
    config.tied = gguf_is_tied(file);
    config.attention_bias = file.find("blk.0.attn_output.bias") != nullptr;
    config.mlp_bias = file.find("blk.0.ffn_down.bias") != nullptr;
    return config;
}

inline GPT2Config read_gpt2_config(const Gguf& file) {
    GgufConfigReader keys(file, "gpt2");
    auto config = read_common_sizes<GPT2Config>(file, keys);
    config.norm_epsilon = keys.positive("attention.layer_norm_epsilon");
    config.heads = keys.size("attention.head_count");
    if (config.width % config.heads != 0)
        keys.wrong(std::to_string(config.heads), "a divisor of embedding_length, " + std::to_string(config.width));
    if (const int said = keys.size("attention.head_count_kv", config.heads); said != config.heads)
        keys.wrong(std::to_string(said), std::to_string(config.heads) + ", as head_count");
    for (const char* same : {"attention.key_length", "attention.value_length"})
        if (const int width = config.width / config.heads, said = keys.size(same, width); said != width)
            keys.wrong(std::to_string(said), std::to_string(width) + ", a head's features");
    expect_plain_layers(file, keys, config.context);
    keys.expect_no_others();
    config.tied = gguf_is_tied(file);
    return config;
}

/// What a GGUF file's metadata say. A key of the architecture that is not known here is an `Error`.
inline TextConfig read_config_gguf(const Gguf& file) {
    const std::string_view architecture = file.get_string("general.architecture");
    if (architecture == "gpt2") return read_gpt2_config(file);
    if (architecture == "llama") return read_llama_config(file);
    fail(file.name(), "\"general.architecture\"", in_quotes(architecture), "\"gpt2\" or \"llama\"");
}

}  // namespace genotype::detail
