// Options as names and texts, to be kept in a file and held against others.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "genotype/shape/concat_text.hpp"

namespace genotype::inline v0_1::detail {

/// "generator.learning_rate" and "0.0002". Numbers are the shortest text that reads back as the same bits.
using OptionTexts = std::vector<std::pair<std::string, std::string>>;

[[gnu::cold, gnu::noinline]] inline void add_option(OptionTexts& texts, std::string_view name, std::string_view text) {
    texts.emplace_back(name, text);
}

/// Whether an option is a number or a word, and has none itself.
template <class Value>
concept OptionValue = std::is_arithmetic_v<Value> || std::convertible_to<const Value&, std::string_view>;

/// What options come to in a file.
struct ListedOptions {
    OptionTexts texts;   // what the file says
    OptionTexts absent;  // what it means where it does not say it, of each option that files may lack
};

/// What `for_each_option` visits with: visit(name, value), or visit(name, value, absent) of an option that came after
/// the first files were written. `absent` is what those did, whatever the default of today is, and a file that has it
/// does not say so: files of trainings that do not use the option are as they were. An option that has options itself
/// gives its name as their prefix.
class OptionLister {
  public:
    [[gnu::cold]] explicit OptionLister(ListedOptions& options, std::string prefix = "")
        : options_(options), prefix_(std::move(prefix)) {}

    template <class Value>
    void operator()(std::string_view name, const Value& value) const {
        if constexpr (std::is_arithmetic_v<Value>) {
            add_number(name, value);
        } else if constexpr (OptionValue<Value>) {
            add(name, value);
        } else {
            static_assert(
                requires(OptionLister visit) { value.for_each_option(visit); },
                "options that go into a checkpoint have for_each_option: see optimizers/adam.hpp");
            value.for_each_option(OptionLister(options_, concat(prefix_, name, ".")));
        }
    }
    template <OptionValue Value>
    void operator()(std::string_view name, const Value& value, const Value& absent) const {
        if constexpr (std::is_arithmetic_v<Value>)
            add_number(name, value, absent);
        else
            add(name, value, absent);
    }

  private:
    template <class Number>
    [[gnu::cold]] static std::string text_of(Number value) {
        if constexpr (std::same_as<Number, bool>) {
            return value ? "true" : "false";
        } else if constexpr (std::is_integral_v<Number>) {
            return concat(value);  // std::to_chars is compiled anew for each type
        } else {
            std::array<char, 64> text;
            return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
        }
    }
    template <class Number, class... Absent>
    [[gnu::cold, gnu::noinline]] void add_number(std::string_view name, Number value, Absent... absent) const {
        add(name, text_of(value), text_of(absent)...);
    }
    [[gnu::cold, gnu::noinline]] void add(std::string_view name, std::string_view text) const {
        add_option(options_.texts, concat(prefix_, name), text);
    }
    [[gnu::cold, gnu::noinline]] void add(std::string_view name, std::string_view text, std::string_view absent) const {
        if (text != absent) add(name, text);
        add_option(options_.absent, concat(prefix_, name), absent);
    }

    ListedOptions& options_;
    std::string prefix_;
};

}  // namespace genotype::inline v0_1::detail
