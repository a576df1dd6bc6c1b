// Names: values that a layer reads beside its input, found by a type.
#pragma once

#include <string_view>
#include <type_traits>

#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1 {

/// What names derive from. A name is an empty type of the user's: a chain binds it (`Save`, `Let`), and layers behind
/// read it (`Concat`, `Modulate`).
///
///     struct skip : Name {};
struct Name {};

/// One of so many classes, 0 to `classes` - 1: the shape of a label.
template <int classes>
struct Class : Shape<1> {
    static constexpr int count_of_classes = classes;
};

/// A name that no chain binds: a further input of the network, whose shape is given here.
///
///     struct time : Given<Shape<1>> {};
///     struct label : Given<Class<10>> {};
template <class S>
struct Given : Name {
    using shape = S;
};

/// A value that a name stands for during one pass. `gradient` is where the gradient by it is added to, for there may be
/// several readers; null where it is not requested. Where nothing is there yet, a reader that `starts_gradient` finds
/// it `is_new`, and writes it; others find zeros.
struct NamedValue {
    std::string_view name = {};
    const float* data = nullptr;
    float* gradient = nullptr;
    const NamedValue* outer = nullptr;  // those that were there before
    bool is_new = false;
};

namespace detail {

/// A list of names, such as what a layer reads; a layer has the word from LayerBase.
template <class... N>
struct Names {};

/// What tells names apart: the text of a type. (An address would do, but GCC 12 compares none while compiling where its
/// sanitizer is on.)
template <class N>
constexpr std::string_view name_id() {
    return __PRETTY_FUNCTION__;
}

/// The name of what every run of a text brings along, see `sequences_of`: no input that a program gives.
struct SequencesName : Name {};

template <class N, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<N, Others> || ...);

/// The names that come from a chain around or from the program: all but `SequencesName`.
template <class Kept, class List>
struct NamesOfProgram;
template <class... Kept, class... N>
struct NamesOfProgram<Names<Kept...>, Names<N...>> {
    using type = Names<Kept..., N...>;
};
template <class... Kept, class First, class... Rest>
requires is_one_of<SequencesName, First, Rest...>
struct NamesOfProgram<Names<Kept...>, Names<First, Rest...>>
    : NamesOfProgram<std::conditional_t<std::is_same_v<First, SequencesName>, Names<Kept...>, Names<Kept..., First>>,
                     Names<Rest...>> {
};

template <class L>
struct ReadsOf {
    using type = Names<>;
};
template <class L>
requires requires {
    typename L::reads;
}
struct ReadsOf<L> {
    using type = typename NamesOfProgram<Names<>, typename L::reads>::type;
};

/// Whether a layer says that it reads the sequences of a text.
template <class L>
constexpr bool reads_sequences() {
    if constexpr (requires { typename L::reads; })
        return []<class... N>(Names<N...>) { return is_one_of<SequencesName, N...>; }(typename L::reads{});
    else
        return false;
}

/// Whether nothing of a layer's input reaches its output.
template <class L>
constexpr bool ignores_input() {
    if constexpr (requires { L::ignores_input; })
        return L::ignores_input;
    else
        return false;
}

/// Whether a layer can write the gradient by the name that it reads where there is none yet: see `NamedValue`.
template <class L>
constexpr bool starts_gradient() {
    if constexpr (requires { L::starts_gradient; })
        return L::starts_gradient;
    else
        return false;
}

/// A step of a chain that binds a name: its input is passed on as it is.
template <class L>
concept Binds = requires {
    typename L::binds;
};

/// `Free` and those of `More` that are in neither `Free` nor `Bound`.
template <class Free, class Bound, class More>
struct AddNames;
template <class... F, class... B>
struct AddNames<Names<F...>, Names<B...>, Names<>> {
    using type = Names<F...>;
};
template <class... F, class... B, class First, class... Rest>
struct AddNames<Names<F...>, Names<B...>, Names<First, Rest...>>
    : AddNames<std::conditional_t<is_one_of<First, F..., B...>, Names<F...>, Names<F..., First>>, Names<B...>,
               Names<Rest...>> {};

template <class L, class Bound>
struct BindName {
    using type = Bound;
};
template <Binds L, class... B>
struct BindName<L, Names<B...>> {
    using type = Names<B..., typename L::binds>;
};

/// What a chain of layers reads and does not bind.
template <class Free, class Bound, class... L>
struct FreeNames {
    using type = Free;
};
template <class Free, class Bound, class First, class... Rest>
struct FreeNames<Free, Bound, First, Rest...>
    : FreeNames<typename AddNames<Free, Bound, typename ReadsOf<First>::type>::type,
                typename BindName<First, Bound>::type, Rest...> {};

/// The same, at little cost where no layer has to do with names, as nearly always.
template <class... L>
struct ChainReads {
    static constexpr bool binds = (Binds<L> || ...);
    static constexpr bool plain = !binds && (std::is_same_v<typename ReadsOf<L>::type, Names<>> && ...);
    using type =
        typename std::conditional_t<plain, std::type_identity<Names<>>, FreeNames<Names<>, Names<>, L...>>::type;
};

}  // namespace detail

/// What a layer or a network reads and does not bind; a text's sequences, which the run brings, are not among it.
template <class L>
using ReadNames = typename detail::ReadsOf<L>::type;

namespace detail {

template <class... N>
constexpr bool contains_name([[maybe_unused]] std::string_view name, Names<N...>) {
    return ((name_id<N>() == name) || ...);
}

/// Whether a layer reads a name.
template <class L>
constexpr bool reads_name(std::string_view name) {
    return contains_name(name, ReadNames<L>{});
}

/// The name that a layer binds; empty where it binds none.
template <class L>
constexpr std::string_view bound_name() {
    if constexpr (Binds<L>)
        return name_id<typename L::binds>();
    else
        return {};
}

}  // namespace detail

/// What name `N` stands for in a pass; the types say that it stands for something.
template <class N, class Pass>
const NamedValue& value_of(const Pass& pass) {
    const NamedValue* value = pass.values;
    while (value->name != detail::name_id<N>()) value = value->outer;
    return *value;
}

}  // namespace genotype::inline v0_1
