// Whether bytes are a text.
#pragma once

#include <cstddef>
#include <string_view>

namespace genotype::detail {

/// Whether the bytes are UTF-8: no sequence is cut, longer than it need be, a surrogate or beyond U+10FFFF.
/// Source: the Unicode Standard, table 3-7.
constexpr bool is_utf8(std::string_view text) {
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    const auto within = [](unsigned value, unsigned least, unsigned most) { return value >= least && value <= most; };
    for (std::size_t at = 0; at < text.size();) {
        const unsigned first = byte(at);
        const unsigned least = first == 0xe0 ? 0xa0u : first == 0xf0 ? 0x90u : 0x80u;
        const unsigned most = first == 0xed ? 0x9fu : first == 0xf4 ? 0x8fu : 0xbfu;
        const std::size_t length = first < 0x80                ? 1
                                   : within(first, 0xc2, 0xdf) ? 2
                                   : within(first, 0xe0, 0xef) ? 3
                                   : within(first, 0xf0, 0xf4) ? 4
                                                               : 0;
        if (length == 0 || (length > 1 && !within(byte(at + 1), least, most))) return false;
        for (std::size_t more = 2; more < length; ++more)
            if (!within(byte(at + more), 0x80, 0xbf)) return false;
        at += length;
    }
    return true;
}

}  // namespace genotype::detail
