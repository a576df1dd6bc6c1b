// A whole model's name as its user writes it, the same from every compiler.
#pragma once

#include <cxxabi.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <typeinfo>

#include "genotype/model/repeat.hpp"
#include "genotype/model/residual.hpp"
#include "genotype/model/type_name.hpp"

namespace genotype {

template <class Net>
std::string model_name();

namespace detail {

[[gnu::noinline]] inline void add_argument(std::string& name, bool first, std::string_view argument) {
    name += first ? "<" : ", ";
    name += argument;
}
[[gnu::noinline]] inline std::string name_with(std::string name, std::initializer_list<std::string> arguments) {
    bool first = true;
    for (const std::string& argument : arguments) {
        add_argument(name, first, argument);
        first = false;
    }
    name += '>';
    return name;
}

/// From the name that linkers see: it has every argument, and is a rule of the platform, not a compiler's taste.
[[gnu::noinline]] inline std::string linked_type_name(const std::type_info& type) {
    struct Free {
        void operator()(char* text) const { std::free(text); }
    };
    int status = 0;
    const std::unique_ptr<char, Free> text(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status));
    std::string name = text ? text.get() : type.name();
    constexpr std::string_view start = "(float)[";  // and the number's bits: "(float)[3e4ccccd]"
    for (auto at = name.find(start); at != std::string::npos; at = name.find(start, at + 1)) {
        const auto bits = static_cast<std::uint32_t>(std::strtoul(name.c_str() + at + start.size(), nullptr, 16));
        char number[32];
        std::snprintf(number, sizeof number, "%.9gf", static_cast<double>(std::bit_cast<float>(bits)));
        name.replace(at, name.find(']', at) + 1 - at, number);
    }
    return readable_type_name(name);
}

template <class Net>
struct ModelName {
    static std::string text() {
        std::string name = linked_type_name(typeid(Net));
        if constexpr (Combinator<Net>) {
            name.resize(std::min(name.size(), name.find('<')));
            bool first = true;
            Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName) {
                add_argument(name, first, model_name<Child>());
                first = false;
            });
            name += '>';
        }
        return name;
    }
};
template <int N, class... L>
struct ModelName<combinators::Repeat<N, L...>> {
    static std::string text() { return name_with("Repeat", {concat(N), model_name<L>()...}); }
};
template <class... B>
struct ModelName<combinators::Residual<combinators::Sequential<B...>, Projection<>>> {
    static std::string text() { return name_with("Residual", {model_name<B>()...}); }
};
template <class... B, class... S>
struct ModelName<combinators::Residual<combinators::Sequential<B...>, Projection<S...>>> {
    static std::string text() {
        return name_with("Residual", {model_name<B>()..., name_with("Projection", {model_name<S>()...})});
    }
};

}  // namespace detail

/// "Sequential<Linear<784, 256, Bias>, ReLU>": as written, with all default arguments. (`type_name` has those that the
/// compiler sees fit to print.) A combinator that is not named here is its name with those of its children, so that a
/// VAE is its encoder and its decoder, whatever its loss.
template <class Net>
std::string model_name() {
    return detail::ModelName<Net>::text();
}

}  // namespace genotype
