// A whole model's name as its user writes it, the same from every compiler.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "genotype/network/file_name.hpp"
#include "genotype/network/let.hpp"
#include "genotype/network/repeat.hpp"
#include "genotype/network/residual.hpp"

namespace genotype::inline v0_1 {

template <class Net>
std::string model_name();

namespace detail {

[[gnu::cold, gnu::noinline]] inline void add_argument(std::string& name, bool first, std::string_view argument) {
    name += first ? "<" : ", ";
    name += argument;
}
[[gnu::cold, gnu::noinline]] inline std::string name_with(std::string name,
                                                          std::initializer_list<std::string> arguments) {
    bool first = true;
    for (const std::string& argument : arguments) {
        add_argument(name, first, argument);
        first = false;
    }
    name += '>';
    return name;
}

template <class Net>
struct ModelName {
    [[gnu::cold]] static std::string text() {
        std::string name = name_in_files<Net>();
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
template <class N, class... L>
struct ModelName<combinators::Let<N, L...>> {
    static std::string text() { return name_with("Let", {name_in_files<N>(), model_name<L>()...}); }
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
    [[gnu::cold]] static std::string text() {
        return name_with("Residual", {model_name<B>()..., name_with("Projection", {model_name<S>()...})});
    }
};

}  // namespace detail

/// "Sequential<Linear<784, 256, Bias>, ReLU>": as written, with all default arguments. (`type_name` has those that the
/// compiler sees fit to print.) A combinator that is not named here is its name with those of its children, so that a
/// VAE is its encoder and its decoder, whatever its loss. A type may be called otherwise in files:
/// network/file_name.hpp.
template <class Net>
std::string model_name() {
    return detail::ModelName<Net>::text();
}

}  // namespace genotype::inline v0_1
