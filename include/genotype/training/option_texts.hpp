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

namespace genotype::detail {

/// "generator.learning_rate" and "0.0002". Numbers are the shortest text that reads back as the same bits.
using OptionTexts = std::vector<std::pair<std::string, std::string>>;

/// What `for_each_option` visits with. An option that has options itself gives its name as their prefix.
class OptionLister {
  public:
    explicit OptionLister(OptionTexts& texts, std::string prefix = "") : texts_(texts), prefix_(std::move(prefix)) {}

    template <class Value>
    void operator()(const std::string& name, const Value& value) const {
        if constexpr (std::same_as<Value, bool>) {
            add(name, value ? "true" : "false");
        } else if constexpr (std::is_arithmetic_v<Value>) {
            std::array<char, 64> text;
            add(name, {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr});
        } else if constexpr (std::convertible_to<const Value&, std::string_view>) {
            add(name, std::string(std::string_view(value)));
        } else {
            static_assert(
                requires(OptionLister visit) { value.for_each_option(visit); },
                "options that go into a checkpoint have for_each_option: see optimizers/adam.hpp");
            value.for_each_option(OptionLister(texts_, prefix_ + name + "."));
        }
    }

  private:
    void add(const std::string& name, std::string text) const { texts_.emplace_back(prefix_ + name, std::move(text)); }

    OptionTexts& texts_;
    std::string prefix_;
};

}  // namespace genotype::detail
