// What a type is called in files, whatever its name in C++ is today.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "genotype/layers/layer.hpp"
#include "genotype/network/linked_type_name.hpp"

namespace genotype::inline v0_1::detail {

/// A layer, an optimiser or a loss is called in files as in C++, until it says another name. So a type that is renamed
/// keeps its name in files,
///
///     static constexpr const char* name_in_files = "ConvT";
///
/// and one that comes to mean something else takes a new one, a version: then files of the meaning before are another
/// model's. Under the names of this list files mean what the type is today, and are opened, too:
///
///     static constexpr std::array former_names_in_files{"ConvT", "Deconv"};
///
/// Template arguments stand behind a name as they are; arguments that come later are a pack, which older files have
/// empty.
template <class T>
[[gnu::cold]] std::string name_in_files() {
    std::string name = linked_type_name<T>();
    if constexpr (requires { T::name_in_files; }) name.replace(0, name.find('<'), T::name_in_files);
    return name;
}

/// A former name and today's.
using FormerNames = std::vector<std::pair<std::string, std::string>>;

template <class T>
[[gnu::cold]] void add_former_names([[maybe_unused]] FormerNames& names) {
    if constexpr (requires { T::former_names_in_files; }) {
        std::string today = name_in_files<T>();
        today.resize(std::min(today.size(), today.find('<')));
        for (const char* former : T::former_names_in_files) names.emplace_back(former, today);
    }
}
/// Whether a network or one of its layers has one.
template <class Net>
constexpr bool has_former_names() {
    bool has = requires {
        Net::former_names_in_files;
    };
    if constexpr (Combinator<Net>)
        Net::for_each_child(
            [&]<class Child>(std::type_identity<Child>, ChildName) { has = has || has_former_names<Child>(); });
    return has;
}
/// Those of a network's layers.
template <class Net>
[[gnu::cold]] void add_former_names_of_layers([[maybe_unused]] FormerNames& names) {
    if constexpr (has_former_names<Net>()) {
        add_former_names<Net>(names);
        if constexpr (Combinator<Net>)
            Net::for_each_child(
                [&]<class Child>(std::type_identity<Child>, ChildName) { add_former_names_of_layers<Child>(names); });
    }
}

/// A name from a file as today's program writes it.
[[gnu::cold, gnu::noinline]] inline std::string with_todays_names(std::string text, const FormerNames& names) {
    constexpr std::string_view ends = "<>, ";
    if (names.empty()) return text;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find_first_of(ends, start), text.size());
        std::size_t next = end;
        for (const auto& [former, today] : names)
            if (text.compare(start, end - start, former) == 0) {
                text.replace(start, end - start, today);
                next = start + today.size();
                break;
            }
        start = next + 1;
    }
    return text;
}

}  // namespace genotype::inline v0_1::detail
