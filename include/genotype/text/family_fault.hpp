// A family's table of parameters held against a network of it, while compiling.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "genotype/network/children.hpp"
#include "genotype/text/files/tensor_names.hpp"

namespace genotype::inline v0_1 {

/// What is wrong with a family's table, and with which parameter; no words: nothing.
struct FamilyFault {
    const char* words = "";
    std::array<char, 160> name = {};

    constexpr explicit operator bool() const { return *words != 0; }
};

namespace detail {

/// A dotted name that grows while a network is gone through.
struct FamilyPath {
    std::array<char, 160> text = {};
    std::size_t size = 0;

    constexpr FamilyPath then(std::string_view word) const {
        FamilyPath path = *this;
        if (path.size > 0 && !word.empty()) path.text[path.size++] = '.';
        for (const char letter : word) path.text[path.size++] = letter;
        return path;
    }
    constexpr FamilyPath then(ChildName child) const {
        if (child.word) return then(std::string_view(child.word));
        std::array<char, 12> digits = {};
        std::size_t first = digits.size();
        int left = child.number;
        do digits[--first] = static_cast<char>('0' + left % 10);
        while ((left /= 10) > 0);
        return then(std::string_view(digits.data() + first, digits.size() - first));
    }
};

/// Finds the first parameter of `Net` that the table has not, or has with other rows; marks lines that are used.
template <class Net, std::size_t lines>
constexpr FamilyFault find_family_fault(const std::array<FamilyParameter, lines>& table, int layers, bool tied,
                                        std::array<bool, lines>& used, const FamilyPath& path) {
    FamilyFault fault;
    if constexpr (Combinator<Net>) {
        Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName child) {
            if (!fault) fault = find_family_fault<Child>(table, layers, tied, used, path.then(child));
        });
    } else {
        for (const Parameter& tensor : Net::parameters) {
            const FamilyPath full = path.then(std::string_view(tensor.name));
            int found = 0;
            long rows = 0;
            for (std::size_t line = 0; line < lines; ++line) {
                if (!number_of_parameter(table[line], {full.text.data(), full.size}, layers, tied)) continue;
                used[line] = true;
                ++found;
                for (const FamilyTensor& part : table[line].tensors) rows += part.rows;
            }
            if (found != 1)
                return {found == 0 ? "no line of the table has this parameter" : "two lines have this parameter",
                        full.text};
            if (rows != tensor.dims[0]) return {"the parts of this parameter have another number of rows", full.text};
        }
    }
    return fault;
}

}  // namespace detail

/// What does not fit between `TextFamily<Config>::parameters(config)` and a network of this config: a parameter that no
/// line has, or two have, or with other rows, and a line for which there is no parameter.
///
///     static_assert(!family_fault<Llama<smollm2_135m>>(smollm2_135m));
template <Layer Net, FamilyConfig Config>
constexpr FamilyFault family_fault(const Config& config) {
    const auto table = TextFamily<Config>::parameters(config);
    std::array<bool, table.size()> used = {};
    const FamilyFault fault = detail::find_family_fault<Net>(table, config.layers, config.tied, used, {});
    if (fault) return fault;
    for (std::size_t line = 0; line < table.size(); ++line)
        if (!used[line] && !(config.tied && table[line].name == "head"))
            return {"the network has no such parameter", detail::FamilyPath{}.then(table[line].name).text};
    return {};
}

}  // namespace genotype::inline v0_1
