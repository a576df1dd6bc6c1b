// Which of a network's further inputs are labels.
#pragma once

#include <type_traits>

#include "genotype/layers/names.hpp"

namespace genotype::inline v0_1::detail {

/// Of so many classes; 0 where it is no label.
template <class N>
constexpr int classes_of_name() {
    if constexpr (requires { N::shape::count_of_classes; })
        return N::shape::count_of_classes;
    else
        return 0;
}

/// The first label among the names that a network reads and the first of the others, void where there is none.
template <class N>
struct SortedNames;
template <class... N>
struct SortedNames<Names<N...>> {
    static constexpr int labels = (0 + ... + int{classes_of_name<N>() > 0}),
                         others = static_cast<int>(sizeof...(N)) - labels;
    template <bool wanted, class Found, class... Rest>
    struct First {
        using type = Found;
    };
    template <bool wanted, class Next, class... Rest>
    struct First<wanted, void, Next, Rest...>
        : First<wanted, std::conditional_t<(classes_of_name<Next>() > 0) == wanted, Next, void>, Rest...> {};
    using Other = typename First<false, void, N...>::type;
    using Label = typename First<true, void, N...>::type;
};

/// Whether a network reads one label and nothing else beside its input: its trainer gives it the batch's.
template <class Net>
constexpr bool reads_label_alone() {
    using Read = SortedNames<ReadNames<Net>>;
    return Read::labels == 1 && Read::others == 0;
}

/// Of how many classes the label is that some networks read; 0 where none reads one.
template <class... Net>
constexpr int classes_read_by() {
    int classes = 0;
    ((classes = classes ? classes : classes_of_name<typename SortedNames<ReadNames<Net>>::Label>()), ...);
    return classes;
}
template <class First, class Second>
constexpr bool read_other_labels() {
    constexpr int first = classes_read_by<First>(), second = classes_read_by<Second>();
    return first > 0 && second > 0 && first != second;
}

}  // namespace genotype::inline v0_1::detail
