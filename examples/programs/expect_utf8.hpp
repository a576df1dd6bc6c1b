// Texts of users that are no UTF-8.
#pragma once

#include <genotype/files/utf8.hpp>
#include <genotype/shape/error.hpp>
#include <string>
#include <string_view>

namespace example {

/// `where` is the file, or the flag, that the text comes from.
inline void expect_utf8(const std::string& where, std::string_view text) {
    const std::size_t good = genotype::detail::valid_utf8_bytes(text);
    if (good == text.size()) return;
    const bool is_utf16 = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
    genotype::fail(where, "byte " + std::to_string(good), is_utf16 ? "UTF-16" : "what is no UTF-8",
                   "a text in UTF-8 (iconv converts others)");
}

}  // namespace example
