// A type's name with every argument, the same from every compiler.
#pragma once

#include <cxxabi.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>

#include "genotype/network/type_name.hpp"

namespace genotype::inline v0_1::detail {

/// From the name that linkers see: it has every argument, and is a rule of the platform, not a compiler's taste.
[[gnu::cold, gnu::noinline]] inline std::string linked_type_name(const char* linked) {
    struct Free {
        void operator()(char* text) const { std::free(text); }
    };
    int status = 0;
    const std::unique_ptr<char, Free> text(abi::__cxa_demangle(linked, nullptr, nullptr, &status));
    std::string name = text ? text.get() : linked;
    constexpr std::string_view start = "(float)[";  // and the number's bits: "(float)[3e4ccccd]"
    for (auto at = name.find(start); at != std::string::npos; at = name.find(start, at + 1)) {
        const auto bits = static_cast<std::uint32_t>(std::strtoul(name.c_str() + at + start.size(), nullptr, 16));
        char number[32];
        std::snprintf(number, sizeof number, "%.9gf", static_cast<double>(std::bit_cast<float>(bits)));
        name.replace(at, name.find(']', at) + 1 - at, number);
    }
    return readable_type_name(name);
}

/// The same without run-time type information (-fno-rtti): what is thrown has it in any case. A pointer is thrown, so
/// that T need not be made; its name is "P" before that of T.
template <class T>
[[gnu::cold]] std::string linked_type_name() {
#if defined(__cpp_rtti)
    return linked_type_name(typeid(T).name());
#else
    try {
        throw static_cast<T*>(nullptr);
    } catch (...) {
        return linked_type_name(abi::__cxa_current_exception_type()->name() + 1);
    }
#endif
}

}  // namespace genotype::inline v0_1::detail
