// The names of a model as a table: where each is bound, who reads it, what it costs.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/memory/region.hpp"
#include "genotype/network/children.hpp"
#include "genotype/network/name_word.hpp"
#include "genotype/network/scope.hpp"
#include "genotype/shape/concat_text.hpp"

namespace genotype::inline v0_1::detail {

[[gnu::cold]] inline std::string shape_text(Dims dims) {
    std::string text = concat(dims[0]);
    for (int axis = 1; axis < dims.rank; ++axis) text += concat(" x ", dims[axis]);
    return text;
}

[[gnu::cold, gnu::noinline]] inline std::string megabytes(long floats) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f MB", static_cast<double>(floats) * sizeof(float) / 1e6);
    return text;
}

/// One name of a model, where it stands for one value.
struct SummaryName {
    std::string_view id, word;
    std::string bound;  // the path of the layer that binds it; empty where it is given
    Dims dims{};
    bool has_gradient = true;
    std::string readers;
};

/// The names as they are met from the first layer on; `scope` are those that stand for something here. A template, so
/// that programs without names do not instantiate it.
template <class Entry = SummaryName>
struct SummaryNames {
    std::vector<Entry> all;
    std::vector<std::size_t> scope;

    [[gnu::cold, gnu::noinline]] void bind(std::string_view id, std::string_view word, const std::string& path,
                                           Dims dims) {
        scope.push_back(all.size());
        all.push_back({id, word, path, dims, true, {}});
    }
    [[gnu::cold, gnu::noinline]] void read(std::string_view id, std::string_view word, const std::string& path,
                                           Dims dims, bool has_gradient) {
        Entry* found = nullptr;
        for (const std::size_t at : scope)
            if (all[at].id == id) found = &all[at];
        for (Entry& name : all)
            if (!found && name.bound.empty() && name.id == id) found = &name;
        if (!found) found = &all.emplace_back(Entry{id, word, {}, dims, has_gradient, {}});
        found->readers += (found->readers.empty() ? "" : ", ") + path;
    }
};

template <class N>
[[gnu::cold]] void read_name(SummaryNames<>& names, const std::string& path) {
    constexpr bool is_label = requires {
        N::shape::count_of_classes;
    };
    names.read(name_id<N>(), name_word<N>(), path, given_dims<N>(), !is_label);
}

/// Goes through a model and everything in it. A layer's path is made of the names of the table's rows.
template <class Net>
[[gnu::cold]] void collect_names(SummaryNames<>& names, Dims in, const std::string& path) {
    if constexpr (Combinator<Net>) {
        const std::size_t outside = names.scope.size();
        Dims previous = in;
        int index = 0;
        Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName name) {
            previous = input_of_child<Net>(index++, in, previous);
            const std::string word = child_word(name);
            const std::string place = path.empty() || word.empty() ? path + word : concat(path, ".", word);
            collect_names<Child>(names, previous, place);
            if constexpr (Binds<Child>) {
                using Bound = typename Child::binds;
                names.bind(name_id<Bound>(), name_word<Bound>(), place, Child::value(previous));
            }
            previous = output_dims<Child>(previous);
        });
        names.scope.resize(outside);
    } else {
        [&]<class... N>(Names<N...>) { (read_name<N>(names, path), ...); }(ReadNames<Net>{});
    }
}

/// A row a name. Of one that is bound, both its value and the gradient by it are in a training run's memory; of one
/// that is given, both are the caller's, and the gradient is worked out where it is requested.
template <class Entry>
[[gnu::cold, gnu::noinline]] std::string summary_of_names(const SummaryNames<Entry>& names, int batch) {
    const auto row = [](const std::string& name, const std::string& bound, const std::string& shape,
                        const std::string& value, const std::string& gradient, const std::string& readers) {
        char columns[192];
        std::snprintf(columns, sizeof columns, "%-20.20s %-16.16s %16s %12s %12s", name.c_str(), bound.c_str(),
                      shape.c_str(), value.c_str(), gradient.c_str());
        return concat(columns, "  ", readers, "\n");
    };
    std::string table = row("name", "bound at", "shape", "value", "gradient", "read by");
    for (const Entry& name : names.all) {
        const long floats = name.bound.empty() ? name.dims.count() : aligned(name.dims.count());
        const std::string size = megabytes(floats * batch);
        table += row(std::string(name.word), name.bound.empty() ? "given" : name.bound, shape_text(name.dims), size,
                     !name.has_gradient   ? "none"
                     : name.bound.empty() ? "on request"
                                          : size,
                     name.readers);
    }
    return table;
}

/// Whether a layer binds or reads a name.
template <class L>
inline constexpr bool has_to_do_with_names = Binds<L> || !std::is_same_v<ReadNames<L>, Names<>>;

}  // namespace genotype::inline v0_1::detail
