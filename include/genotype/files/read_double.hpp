// A double from its text, whatever the locale.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#if !defined(__cpp_lib_to_chars)
#include <locale.h>  // NOLINT: <clocale> need not have newlocale
#if defined(__APPLE__)
#include <xlocale.h>
#endif
#endif

namespace genotype::inline v0_1::detail {

/// The number that `text` begins with, in the form that `std::to_chars` writes, rounded to the nearest. Nothing where
/// there is none, or where a double does not hold it.
[[gnu::cold, gnu::noinline]] inline std::optional<double> read_double(std::string_view text) {
    double value = 0;
#if defined(__cpp_lib_to_chars)
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{}) return {};
#else  // libc++ to version 19 has no std::from_chars of a double
    text = text.substr(0, text.find_first_not_of("0123456789+-.einfaty"));  // no hexadecimal digits, and no spaces
    if (text.empty() || text[0] == '+') return {};
    const std::string ended(text);
    char* stop = nullptr;
    const locale_t plain = newlocale(LC_ALL_MASK, "C", nullptr);
    value = strtod_l(ended.c_str(), &stop, plain);
    freelocale(plain);
    const bool is_too_large = std::isinf(value) && ended.find('i') == std::string::npos;
    if (stop == ended.c_str() || is_too_large) return {};
#endif
    return value;
}

}  // namespace genotype::inline v0_1::detail
