// What a family of text models says of itself. All that reads files walks `TextFamilies`, the list of families.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1 {

/// A tensor of a file that is some rows of a parameter, or all of it. In names "#" stands for the number of a block,
/// and
/// ".weight" or ".bias" is left out.
struct FamilyTensor {
    std::string_view name = {};  ///< Hugging Face's: "model.layers.#.self_attn.q_proj"
    std::string_view gguf = {};  ///< llama.cpp's: "blk.#.attn_q"
    long rows = 0;               ///< rows of the parameter that it makes
    /// Above 0: in a GGUF file it has the rows of so many heads, in each of which the two of a rotary pair are
    /// neighbours, where Hugging Face has all first ones before all second ones.
    int interleaved_heads = 0;
};

/// What a parameter has beside its weight, and which way round files have that.
enum class FamilyForm {
    weight,            ///< a weight alone
    weight_and_bias,   ///< a bias, too, where the config has biases
    transposed_weight  ///< the same, and Hugging Face has the weight as (in, out): `Conv1D`
};

/// A layer's parameters and what they are made of: up to three tensors, stacked row below row.
struct FamilyParameter {
    std::string_view name;  ///< ours, which comes from the nesting of layers: "body.0.#.0.branch.1.0"
    FamilyForm form;
    FamilyTensor tensors[3] = {};
};

/// Words and numbers of a family.
struct FamilyFacts {
    std::string_view name = {};    ///< `model_type` of config.json and "general.architecture" of GGUF: "gpt2"
    std::string_view title = {};   ///< for sentences: "GPT-2"
    std::string_view body = {};    ///< what precedes all names but the head's: "transformer."
    std::string_view model = {};   ///< the template that makes a network of a config: "genotype::GPT2"
    std::string_view config = {};  ///< the config's type: "genotype::GPT2Config"
    std::string_view header = {};  ///< where both are: "genotype/models/gpt2.hpp"
    /// Options with which a type is always written: the others may follow from them.
    std::array<std::string_view, 4> said = {};
    /// Ends of names of tensors that are no parameters, and are left out.
    std::array<std::string_view, 4> buffers = {};
    /// Names of such tensors of a GGUF file.
    std::array<std::string_view, 4> gguf_buffers = {};
    /// What transformers' config class has where config.json does not say it.
    std::optional<TokenId> end_token = {}, first_token = {};
    /// transformers' class of the family's tokenizers, where no file names one.
    std::string_view tokenizer_class = {};
    /// The initial values of what a residual branch ends with are smaller: `initialize_gpt2`, and not
    /// `initialize_llama`.
    bool scaled_residuals = false;
};

/// A family of text models, known by the type of its config. A specialisation has
///
///     static constexpr FamilyFacts facts{...};
///     static constexpr std::array<FamilyParameter, N> parameters(const Config&);  // all of them, in any order
///     static Config read(const ConfigField& top);                                 // config.json
///     static Config read(const Gguf& file);                                       // the metadata of a GGUF file
///     static constexpr Config base(const Config&);  // all that follows from the options of `facts.said`
///
/// and the config has `vocabulary`, `width`, `layers`, `tied` and `for_each_option`. See docs/adding.md.
template <class Config>
struct TextFamily;

/// Whether there is a family of this config.
template <class Config>
concept FamilyConfig = requires(const Config& config) {
    { TextFamily<Config>::facts } -> std::convertible_to<FamilyFacts>;
    TextFamily<Config>::parameters(config);
};

namespace detail {

template <class... Configs>
constexpr bool family_names_differ() {
    const std::array<std::string_view, sizeof...(Configs)> names{TextFamily<Configs>::facts.name...};
    for (std::size_t one = 0; one < names.size(); ++one)
        for (std::size_t other = 0; other < one; ++other)
            if (names[one] == names[other]) return false;
    return true;
}

}  // namespace detail

/// The families whose files are read, by their configs' types. What reads files takes such a list; without one it is
/// `TextFamilies`.
///
///     const TextFiles files("mine", TextFamilyList<GPT2Config, LlamaConfig, MyConfig>{});
template <FamilyConfig... Configs>
struct TextFamilyList {
    static_assert(sizeof...(Configs) > 0 && detail::family_names_differ<Configs...>(), "each family by one name");
};

namespace detail {

/// "gpt2 or llama", each between two `quote`s, for messages.
template <class... Configs>
[[gnu::cold]] std::string family_names(TextFamilyList<Configs...>, std::string_view quote) {
    std::string words;
    std::size_t left = sizeof...(Configs);
    const auto add = [&](std::string_view name) {
        words.append(quote).append(name).append(quote);
        if (--left > 0) words += left == 1 ? " or " : ", ";
    };
    (add(TextFamily<Configs>::facts.name), ...);
    return words;
}

/// A size of a file's from 1 on to this fits: no product of two overflows 64 bits, nor four times one of them an int.
inline constexpr int largest_size = 1 << 24;

/// A number, a truth value or a name; numbers as the shortest texts that read back as the same bits. An enumeration has
/// `option_word(value)` beside it.
template <class Value>
[[gnu::cold]] std::string config_text(const Value& value) {
    if constexpr (std::same_as<Value, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_enum_v<Value>) {
        return std::string(option_word(value));
    } else {
        std::array<char, 64> text;
        char *const begin = text.data(), *const end = begin + text.size();
        if constexpr (std::floating_point<Value>)
            if (value >= 1e-3f && value < 1e7f)  // 100000, where the shortest would be 1e+05
                return {begin, std::to_chars(begin, end, value, std::chars_format::fixed).ptr};
        return {begin, std::to_chars(begin, end, value).ptr};
    }
}

/// The same as a literal of C++. An enumeration has `option_type(value)`, "genotype::RopeScaling".
template <class Value>
[[gnu::cold]] std::string config_literal(const Value& value) {
    const std::string text = config_text(value);
    if constexpr (std::is_enum_v<Value>)
        return std::string(option_type(value)) + "::" + text;
    else if constexpr (std::floating_point<Value>)
        return text.find_first_of(".e") != text.npos ? text + "f" : text;
    else
        return text;
}

/// The number for which "#" stands in `pattern`, in digits, where `text` is of its form: "" where it has none.
constexpr std::optional<std::string_view> number_in_name(std::string_view pattern, std::string_view text) {
    const std::size_t place = pattern.find('#');
    if (place == pattern.npos) return pattern == text ? std::optional(std::string_view()) : std::nullopt;
    const std::string_view behind = pattern.substr(place + 1);
    if (text.size() < pattern.size() || !text.starts_with(pattern.substr(0, place)) || !text.ends_with(behind))
        return {};
    const std::string_view number = text.substr(place, text.size() - place - behind.size());
    if (number.find_first_not_of("0123456789") != number.npos) return {};
    return number;
}
/// The pattern with this number.
[[gnu::cold]] inline std::string name_with_number(std::string_view pattern, std::string_view number) {
    std::string name(pattern);
    if (const std::size_t place = name.find('#'); place != name.npos) name.replace(place, 1, number);
    return name;
}

}  // namespace detail
}  // namespace genotype::inline v0_1
