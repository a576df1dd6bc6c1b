// Texts as Python has them, by characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "genotype/files/code_points.hpp"

namespace genotype::inline v0_1::jinja {

using detail::append_code_point;
using detail::code_point;
using detail::first_character;
using detail::strip;

inline std::vector<std::string_view> characters_of(std::string_view text) {
    std::vector<std::string_view> characters;
    for (; !text.empty(); text.remove_prefix(characters.back().size())) characters.push_back(first_character(text));
    return characters;
}
constexpr std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
    return count;
}

/// As `str.isspace` has it: four separators, too.
constexpr bool is_space(std::uint32_t code) {
    return detail::is_white_space(code) || (code >= 0x1c && code <= 0x1f);
}

constexpr std::string_view strip_space(std::string_view text, bool at_begin = true, bool at_end = true) {
    return strip(text, at_begin, at_end, [](std::string_view character) { return is_space(code_point(character)); });
}

}  // namespace genotype::inline v0_1::jinja
