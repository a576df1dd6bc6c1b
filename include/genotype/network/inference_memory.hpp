// Who keeps memory in inference: layers that read a text's sequences alone, for what is saved is a session's.
#pragma once

#include <type_traits>

#include "genotype/network/run.hpp"
#include "genotype/network/walk.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1 {

template <class... S>
struct Projection;

namespace detail {

/// Whether a leaf keeps memory that it is not given.
template <class L, class Device>
constexpr bool keeps_unread(Dims in) {
    if constexpr (Combinator<L> || reads_sequences<L>())
        return false;
    else
        return L::template memory<Device, Inference>(in).saved != MemoryExtent{};
}

/// The first such leaf, on an input of one value where it leaves the size open.
template <class Device, class L>
struct FirstUnread {
    static constexpr Dims smallest() {
        Dims in = merge(L::input, vector_dims(1));
        for (int axis = 0; axis < in.rank; ++axis)
            if (in[axis] == any_dim) in[axis] = 1;
        return in;
    }
    using type = std::conditional_t<keeps_unread<L, Device>(smallest()), L, void>;
};
template <class Device, class... L>
struct FirstUnreadOf {
    using type = void;
};
template <class Device, class First, class... Rest>
struct FirstUnreadOf<Device, First, Rest...>
    : std::conditional_t<std::is_void_v<typename FirstUnread<Device, First>::type>, FirstUnreadOf<Device, Rest...>,
                         FirstUnread<Device, First>> {};
template <class Device, template <class...> class C, class... L>
requires(Combinator<C<L...>>) struct FirstUnread<Device, C<L...>> : FirstUnreadOf<Device, L...> {
};
template <class Device, class... L>
struct FirstUnread<Device, Projection<L...>> : FirstUnreadOf<Device, L...> {};
template <class Device, template <int, class...> class C, int N, class... L>
requires(Combinator<C<N, L...>>) struct FirstUnread<Device, C<N, L...>> : FirstUnreadOf<Device, L...> {
};

template <class Net, Dims In, class Device>
consteval auto unread_verdict() {
    constexpr bool unread = [] {
        bool found = false;
        walk<Net>([&]<class L>(std::type_identity<L>, ChildName, int, Dims in,
                               Dims) { found = found || keeps_unread<L, Device>(in); },
                  In);
        return found;
    }();
    if constexpr (unread)
        return why::layer_keeps_memory_in_inference_and_reads_no_sequences<
            why::layer<typename FirstUnread<Device, Net>::type>, why::hint_say_using_reads_Names_Sequences>{};
    else
        return why::no_fault<Net>{};
}

/// What there is to say about a network that keeps so much in runs of `Mode`.
template <class Net, Dims In, class Device, class Mode, MemoryExtent saved>
consteval auto saved_verdict() {
    if constexpr (saved == MemoryExtent{} || std::is_same_v<Mode, Training>)
        return why::no_fault<Net>{};
    else
        return unread_verdict<Net, In, Device>();
}

}  // namespace detail
}  // namespace genotype::inline v0_1
