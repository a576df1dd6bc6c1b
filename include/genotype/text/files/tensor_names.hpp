// The names of a text model's tensors: ours, which come from the nesting of layers, Hugging Face's and llama.cpp's.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/text/files/text_config.hpp"

namespace genotype::inline v0_1 {

/// A tensor of a file that is some rows of a parameter of ours, or all of it.
struct WeightPart {
    std::string name = {};  ///< Hugging Face's
    long rows = 0;          ///< rows of ours that it makes
};

/// What a parameter is made of: its parts are stacked, row below row.
struct WeightSources {
    std::vector<WeightPart> parts = {};
    bool transposed = false;  ///< Hugging Face has (in, out) for our (out, in): `Conv1D`
};

namespace detail {

/// Cuts ".weight" or ".bias" off a name, and returns it; "" where the name ends otherwise.
constexpr std::string_view take_leaf(std::string_view& name) {
    for (const std::string_view leaf : {std::string_view(".weight"), std::string_view(".bias")})
        if (name.ends_with(leaf)) {
            name.remove_suffix(leaf.size());
            return leaf;
        }
    return {};
}

/// The number for which "#" stands in a parameter's name, "" where there is none, where the parameter is this one.
constexpr std::optional<std::string_view> number_of_parameter(const FamilyParameter& parameter, std::string_view name,
                                                              int layers, bool tied) {
    const std::string_view leaf = take_leaf(name);
    if (leaf.empty() || (leaf == ".bias" && parameter.form == FamilyForm::weight)) return {};
    if (tied && parameter.name == "head") return {};
    const auto number = number_in_name(parameter.name, name);
    if (!number || number->empty()) return number;
    long value = 0;
    for (const char digit : *number)
        if (value <= layers) value = value * 10 + (digit - '0');
    return value < layers ? number : std::nullopt;
}

}  // namespace detail

/// What a parameter of such a model is made of, or nothing where it has none of this name.
///
///     body.0.3.0.branch.1.0.weight    model.layers.3.self_attn.q_proj.weight, k_proj and v_proj, stacked
inline std::optional<WeightSources> weight_sources(std::string_view name, const TextConfig& config) {
    for (const FamilyParameter& parameter : config.parameters()) {
        const auto number = detail::number_of_parameter(parameter, name, config.layers(), config.tied());
        if (!number) continue;
        const std::string_view leaf = detail::take_leaf(name);
        WeightSources sources;
        sources.transposed = parameter.form == FamilyForm::transposed_weight && leaf == ".weight";
        for (const FamilyTensor& tensor : parameter.tensors)
            if (!tensor.name.empty())
                sources.parts.push_back(
                    {detail::name_with_number(tensor.name, *number) + std::string(leaf), tensor.rows});
        return sources;
    }
    return {};
}

[[deprecated("take weight_sources, for any family")]] inline std::optional<WeightSources> gpt2_sources(
    std::string_view name, const GPT2Config& config) {
    return weight_sources(name, config);
}
[[deprecated("take weight_sources, for any family")]] inline std::optional<WeightSources> llama_sources(
    std::string_view name, const LlamaConfig& config) {
    return weight_sources(name, config);
}

namespace detail {

/// What a tensor of a GGUF file is.
struct GgufName {
    std::string hugging_face;
    bool transposed = false;    // (out, in) where Hugging Face has (in, out)
    int interleaved_heads = 0;  // above 0: rows of so many heads, in each of which rotary pairs are neighbours
};

/// "blk.3.attn_q.weight" is "model.layers.3.self_attn.q_proj.weight". Nothing where no such tensor is known.
/// Source: gguf-py, gguf/tensor_mapping.py, and llama.cpp's convert_hf_to_gguf.py, which turns the rows of `llama`'s
/// queries and keys, and GPT-2's matrices.
[[gnu::cold]] inline std::optional<GgufName> read_gguf_name(std::string_view name, const TextConfig& config) {
    const std::string_view leaf = take_leaf(name);
    if (leaf.empty()) return {};
    for (const FamilyParameter& parameter : config.parameters())
        for (const FamilyTensor& tensor : parameter.tensors)
            if (const auto number = number_in_name(tensor.gguf, name); number && !tensor.gguf.empty())
                return GgufName{name_with_number(tensor.name, *number) + std::string(leaf),
                                parameter.form == FamilyForm::transposed_weight && leaf == ".weight",
                                tensor.interleaved_heads};
    return {};
}

/// A name of the whole model: a file of its body alone has none of them under "transformer." or "model.".
[[gnu::cold]] inline std::string whole_name(const std::string& name, const TextConfig& config) {
    const std::string_view body = config.family().body, first = std::string_view(name).substr(0, name.find('.') + 1);
    if (body.empty() || first.empty()) return name;
    for (const FamilyParameter& parameter : config.parameters())
        for (const FamilyTensor& tensor : parameter.tensors)
            if (tensor.name.starts_with(body) &&
                (std::string(tensor.name.substr(body.size())) + ".").starts_with(first))
                return std::string(body) + name;
    return name;
}

/// Whether a tensor's name ends as those of what is no parameter.
[[gnu::cold]] inline bool is_buffer(std::string_view name, const FamilyFacts& family) {
    return std::any_of(family.buffers.begin(), family.buffers.end(),
                       [&](std::string_view end) { return !end.empty() && name.ends_with(end); });
}

}  // namespace detail
}  // namespace genotype::inline v0_1
