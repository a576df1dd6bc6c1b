// A name as the word that files and tables have for it.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "genotype/network/type_name.hpp"

namespace genotype::inline v0_1::detail {

/// Without what is around it: "skip" of "main()::skip".
constexpr std::string_view last_word(std::string_view type) {
    const std::string_view head = type.substr(0, type.find('<'));
    const auto colons = head.rfind("::");
    return colons == std::string_view::npos ? type : type.substr(colons + 2);
}

template <class N>
inline constexpr auto name_letters = [] {
    constexpr std::string_view word = last_word(raw_type_name<N>());
    std::array<char, word.size() + 1> letters{};
    std::copy(word.begin(), word.end(), letters.begin());
    return letters;
}();

template <class N>
constexpr const char* name_word() {
    return name_letters<N>.data();
}

}  // namespace genotype::inline v0_1::detail
