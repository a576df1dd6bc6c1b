// Keys of a GGUF file's metadata, for families of text models, as llama.cpp's converter writes them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/io/gguf.hpp"
#include "genotype/text/family.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// The rows of the embedding, which every file has.
[[gnu::cold]] inline int gguf_vocabulary(const Gguf& file) {
    const GgufTensor& embedding = file.at("token_embd.weight");
    if (embedding.shape.size() != 2 || embedding.shape[0] < 1 || embedding.shape[0] > largest_size)
        fail(file.name(), "\"token_embd.weight\"", embedding.text(), "a matrix of 1 to 16777216 rows");
    return static_cast<int>(embedding.shape[0]);
}

/// Whether the head's weights are the embedding's: there is none, or (in files of GPT-2) it is there again.
[[gnu::cold]] inline bool gguf_is_tied(const Gguf& file) {
    const GgufTensor *const head = file.find("output.weight"), *const embedding = file.find("token_embd.weight");
    if (!head) return true;
    if (!embedding || head->type != embedding->type || head->shape != embedding->shape) return false;
    const auto left = file.bytes(*head), right = file.bytes(*embedding);
    return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

/// The metadata under one architecture's prefix. What is asked for is known; the rest is refused in the end.
class GgufConfigReader {
  public:
    [[gnu::cold]] GgufConfigReader(const Gguf& file, std::string_view architecture)
        : file_(file), prefix_(architecture) {
        prefix_ += '.';
    }

    [[gnu::cold]] bool has(std::string_view key) {
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
    [[gnu::cold]] float positive(std::string_view key) {
        has(key);
        const float value = file_.get_f32(known_.back());
        if (!(value > 0 && std::isfinite(value))) wrong(config_text(value), "a number above 0");
        return value;
    }
    float number(std::string_view key, float if_absent) { return has(key) ? file_.get_f32(known_.back()) : if_absent; }
    float positive(std::string_view key, float if_absent) { return has(key) ? positive(key) : if_absent; }
    [[gnu::cold]] std::string_view text(std::string_view key, std::string_view if_absent) {
        return has(key) ? file_.get_string(known_.back()) : if_absent;
    }
    bool flag(std::string_view key, bool if_absent) { return has(key) ? file_.get_bool(known_.back()) : if_absent; }

    /// Passes over a key of something that these models have not, where its value says that this one has it not.
    template <class Value>
    [[gnu::cold]] void expect_off(std::string_view key, Value off, std::string_view expected) {
        if (!has(key)) return;
        const GgufValue& value = *file_.find_value(known_.back());
        if (file_.get<Value>(known_.back()) != off) wrong(value_text(value), std::string(expected));
    }
    /// Knows all keys that begin so.
    [[gnu::cold]] void pass_over(std::string_view begin) {
        for (const GgufEntry& entry : file_.metadata())
            if (entry.name.starts_with(prefix_ + std::string(begin))) known_.push_back(entry.name);
    }

    /// Whether the head's weights are the embedding's.
    bool is_tied() const { return gguf_is_tied(file_); }

    /// The key that was asked for last.
    const std::string& last() const { return known_.back(); }
    /// Says what is wrong with it.
    [[noreturn]] void wrong(const std::string& found, const std::string& expected) const {
        fail(file_.name(), in_quotes(known_.back()), found, expected);
    }
    /// Refuses keys of this architecture that nothing asked for: what they change is unknown.
    [[gnu::cold]] void expect_no_others() const {
        for (const GgufEntry& entry : file_.metadata())
            if (entry.name.starts_with(prefix_) && std::find(known_.begin(), known_.end(), entry.name) == known_.end())
                fail(file_.name(), in_quotes(entry.name), "a key of this name", "keys that are known here");
    }

  private:
    /// The value of the key that was asked for last: a number, or an array of one for each layer, all the same.
    [[gnu::cold]] std::uint32_t same_of_layers() const {
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
    [[gnu::cold]] static std::string value_text(const GgufValue& value) {
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

/// The sizes that all families have under the same keys.
template <class Config>
[[gnu::cold]] Config read_common_sizes(const Gguf& file, GgufConfigReader& keys) {
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

/// Keys of what these layers have not, which say that the file's have it not either.
[[gnu::cold]] inline void expect_plain_layers(const Gguf& file, GgufConfigReader& keys, int context) {
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

}  // namespace detail

/// Reads keys that begin with an architecture's name; refuses those that nothing asked for.
using GgufKeys = detail::GgufConfigReader;

}  // namespace genotype::inline v0_1
