// The name of a type as its user writes it.
#pragma once

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace genotype::inline v0_1 {
namespace detail {

template <class T>
constexpr std::string_view raw_type_name() {
#if defined(__clang__)
    std::string_view name = __PRETTY_FUNCTION__;
    const auto start = name.find("T = ") + 4;
    return name.substr(start, name.rfind(']') - start);
#else
    std::string_view name = __PRETTY_FUNCTION__;
    const auto start = name.find("T = ") + 4;
    return name.substr(start, name.find(';', start) - start);
#endif
}

[[gnu::cold]] inline void erase_all(std::string& text, std::string_view word) {
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at)) text.erase(at, word.size());
}

/// Writes GCC's 2.00000003e-1f and Clang's 2.000000e-01 as 0.2f.
[[gnu::cold]] inline void shorten_floats(std::string& text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool starts = std::isdigit(static_cast<unsigned char>(text[at])) &&
                            (at == 0 || text[at - 1] == '<' || text[at - 1] == ' ' || text[at - 1] == '-');
        if (!starts) continue;
        char* end = nullptr;
        const float value = std::strtof(text.c_str() + at, &end);
        const auto digits = static_cast<std::size_t>(end - (text.c_str() + at));
        const bool suffix = *end == 'f' || *end == 'F';
        if (!suffix && text.substr(at, digits).find('.') == std::string::npos) continue;  // an integer
        char number[32];
        std::snprintf(number, sizeof number, "%gf", static_cast<double>(value));
        text.replace(at, digits + suffix, number);
    }
}

[[gnu::cold, gnu::noinline]] inline std::string readable_type_name(std::string_view raw) {
    std::string name(raw);
    for (std::string_view word : {"genotype::v0_1::combinators::", "genotype::v0_1::", "genotype::combinators::",
                                  "genotype::", "(anonymous namespace)::", "{anonymous}::", "struct ", "class "})
        erase_all(name, word);
    shorten_floats(name);
    for (auto at = name.find(" >"); at != std::string::npos; at = name.find(" >", at)) name.erase(at, 1);
    return name;
}

}  // namespace detail

/// "Conv<3, 64, 4, 2, 1>": without namespaces.
template <class T>
std::string type_name() {
    return detail::readable_type_name(detail::raw_type_name<T>());
}

}  // namespace genotype::inline v0_1
