// What a file of a text model says it is, and how that is held against a type.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/io/load_report.hpp"
#include "genotype/models/gpt2_config.hpp"
#include "genotype/models/llama_config.hpp"
#include "genotype/shape/error.hpp"

namespace genotype {

/// The kinds of text models that are read.
enum class TextFamily { gpt2, llama };

/// The sizes of a text model of either family. A type's sizes turn into one of their own accord.
struct TextConfig {
    TextFamily family = TextFamily::llama;
    GPT2Config gpt2 = {};    // where the family is gpt2
    LlamaConfig llama = {};  // where it is llama

    constexpr TextConfig() = default;
    constexpr TextConfig(const GPT2Config& sizes) : family(TextFamily::gpt2), gpt2(sizes) {}
    constexpr TextConfig(const LlamaConfig& sizes) : family(TextFamily::llama), llama(sizes) {}

    int vocabulary() const { return family == TextFamily::gpt2 ? gpt2.vocabulary : llama.vocabulary; }
    int width() const { return family == TextFamily::gpt2 ? gpt2.width : llama.width; }
    bool tied() const { return family == TextFamily::gpt2 ? gpt2.tied : llama.tied; }

    bool operator==(const TextConfig&) const = default;
};

/// "gpt2" or "llama", as config.json and GGUF name them.
constexpr std::string_view text_family_name(TextFamily family) {
    return family == TextFamily::gpt2 ? "gpt2" : "llama";
}
/// "none", "linear" or "llama3".
constexpr std::string_view rope_scaling_name(RopeScaling scaling) {
    return scaling == RopeScaling::none ? "none" : scaling == RopeScaling::linear ? "linear" : "llama3";
}

namespace detail {

/// A size of a file's from 1 on to this fits: no product of two overflows 64 bits, nor four times one of them an int.
inline constexpr int largest_size = 1 << 24;

/// A number, a truth value or a name; numbers as the shortest texts that read back as the same bits.
template <class Value>
std::string config_text(const Value& value) {
    if constexpr (std::same_as<Value, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::same_as<Value, RopeScaling>) {
        return std::string(rope_scaling_name(value));
    } else {
        std::array<char, 64> text;
        char *const begin = text.data(), *const end = begin + text.size();
        if constexpr (std::floating_point<Value>)
            if (value >= 1e-3f && value < 1e7f)  // 100000, where the shortest would be 1e+05
                return {begin, std::to_chars(begin, end, value, std::chars_format::fixed).ptr};
        return {begin, std::to_chars(begin, end, value).ptr};
    }
}

/// "vocabulary" and "49152" for each field of the family's config.
inline std::vector<std::pair<std::string, std::string>> config_texts(const TextConfig& config) {
    std::vector<std::pair<std::string, std::string>> texts;
    const auto add = [&](const char* name, const auto& value) { texts.emplace_back(name, config_text(value)); };
    if (config.family == TextFamily::gpt2)
        config.gpt2.for_each_option(add);
    else
        config.llama.for_each_option(add);
    return texts;
}

/// Throws one `Error` of everything that does not fit, with what became of it.
[[noreturn]] inline void fail_with(const std::string& file, const std::vector<LoadFault>& faults,
                                   const std::string& consequence = "") {
    const bool one = faults.size() == 1;
    throw Error(file + ": " + std::to_string(faults.size()) + (one ? " fault" : " faults") + consequence +
                (one ? ": " : ":\n") + LoadReport{.faults = faults}.text());
}

}  // namespace detail

/// Throws one `Error` that lists every field in which a file (`found`) is not what a type is (`expected`).
///
///     check_config(read_text_config("smollm2"), smollm2_135m, "smollm2");
inline void check_config(const TextConfig& found, const TextConfig& expected, const std::string& file) {
    std::vector<LoadFault> faults;
    if (found.family != expected.family) {
        faults.push_back(
            {"family", std::string(text_family_name(found.family)), std::string(text_family_name(expected.family))});
    } else {
        const auto there = detail::config_texts(found), wanted = detail::config_texts(expected);
        for (std::size_t field = 0; field < wanted.size(); ++field)
            if (there[field].second != wanted[field].second)
                faults.push_back({wanted[field].first, there[field].second, wanted[field].second});
    }
    if (!faults.empty()) detail::fail_with(file, faults);
}

}  // namespace genotype
