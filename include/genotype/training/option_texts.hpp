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

#include "genotype/shape/concat.hpp"

namespace genotype::detail {

/// "generator.learning_rate" and "0.0002". Numbers are the shortest text that reads back as the same bits.
using OptionTexts = std::vector<std::pair<std::string, std::string>>;

[[gnu::noinline]] inline void add_option(OptionTexts& texts, std::string_view name, std::string_view text) {
    texts.emplace_back(name, text);
}

/// What `for_each_option` visits with. An option that has options itself gives its name as their prefix.
class OptionLister {
  public:
    explicit OptionLister(OptionTexts& texts, std::string prefix = "") : texts_(texts), prefix_(std::move(prefix)) {}

    template <class Value>
    void operator()(std::string_view name, const Value& value) const {
        if constexpr (std::same_as<Value, bool>) {
            add(name, value ? "true" : "false");
        } else if constexpr (std::is_integral_v<Value>) {
            add(name, concat(value));
        } else if constexpr (std::is_arithmetic_v<Value>) {
            add_number(name, value);
        } else if constexpr (std::convertible_to<const Value&, std::string_view>) {
            add(name, value);
        } else {
            static_assert(
                requires(OptionLister visit) { value.for_each_option(visit); },
                "options that go into a checkpoint have for_each_option: see optimizers/adam.hpp");
            value.for_each_option(OptionLister(texts_, concat(prefix_, name, ".")));
        }
    }

  private:
    [[gnu::noinline]] void add(std::string_view name, std::string_view text) const {
        add_option(texts_, concat(prefix_, name), text);
    }
    template <class Number>
    [[gnu::noinline]] void add_number(std::string_view name, Number number) const {
        std::array<char, 64> text;
        add(name, {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr});
    }

    OptionTexts& texts_;
    std::string prefix_;
};

}  // namespace genotype::detail
