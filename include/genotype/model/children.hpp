// What a model owns, counted and named from its type: parameters, buffers and packed weights of all its layers.
#pragma once

#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "genotype/layers/layer.hpp"
#include "genotype/shape/concat.hpp"

namespace genotype {

/// Parameters of `Net`, as PyTorch counts them: sum(p.numel() for p in net.parameters()).
template <Layer Net>
constexpr long count_parameters() {
    long count = 0;
    if constexpr (Combinator<Net>)
        Net::for_each_child(
            [&]<class Child>(std::type_identity<Child>, ChildName) { count += count_parameters<Child>(); });
    else
        for (const Parameter& parameter : Net::parameters) count += parameter.count();
    return count;
}
template <Layer Net>
inline constexpr long parameter_count = count_parameters<Net>();

/// Floats of the arena of parameters (or of gradients, or of one of an optimiser's states): each tensor is aligned.
template <Layer Net>
constexpr long parameter_floats() {
    long floats = 0;
    if constexpr (Combinator<Net>)
        Net::for_each_child(
            [&]<class Child>(std::type_identity<Child>, ChildName) { floats += parameter_floats<Child>(); });
    else
        floats = offset_in(Net::parameters, static_cast<int>(Net::parameters.size()));
    return floats;
}

template <Layer Net>
constexpr long buffer_floats() {
    long floats = 0;
    if constexpr (Combinator<Net>)
        Net::for_each_child(
            [&]<class Child>(std::type_identity<Child>, ChildName) { floats += buffer_floats<Child>(); });
    else
        floats = offset_in(Net::buffers, static_cast<int>(Net::buffers.size()));
    return floats;
}

/// Bytes of the packed weights.
template <Layer Net, class Device>
constexpr long packed_bytes() {
    long bytes = 0;
    if constexpr (Combinator<Net>)
        Net::for_each_child(
            [&]<class Child>(std::type_identity<Child>, ChildName) { bytes += packed_bytes<Child, Device>(); });
    else
        bytes = kernels::whole_lines(Net::template packed<Device>().bytes());
    return bytes;
}

template <Layer Net, class Device>
[[deprecated("take packed_bytes: packed weights are objects of any type")]] constexpr long prepared_floats() {
    return packed_bytes<Net, Device>() / static_cast<long>(sizeof(float));
}

/// How much of the three arenas is a layer's: what lies behind it begins so much later.
template <Layer L, class Device>
constexpr LayerSlice weights_of() {
    return {parameter_floats<L>(), buffer_floats<L>(), packed_bytes<L, Device>()};
}

/// Calls visit(std::type_identity<Child>{}, name, slice) for the children of a combinator, each with its slice of the
/// arenas.
template <Combinator Net, class Device, class Visit>
constexpr void for_each_slice(Visit&& visit) {
    LayerSlice at;
    Net::for_each_child([&]<class Child>(std::type_identity<Child> child, ChildName name) {
        visit(child, name, std::as_const(at));
        at = at + weights_of<Child, Device>();
    });
}

/// Whether a layer of `Net` sees its buffers when it is packed.
template <Layer Net, class Device>
constexpr bool packing_sees_buffers() {
    bool sees = false;
    if constexpr (Combinator<Net>)
        Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName) {
            if constexpr (packing_sees_buffers<Child, Device>()) sees = true;
        });
    else
        sees = detail::SeesBuffers<Net, Device>;
    return sees;
}

/// Makes the device's forms of all parameters.
template <Layer Net, class Device, PackedAfter after>
void prepare(Device device, const Packing<after>& packing) {
    if constexpr (Combinator<Net>) {
        for_each_slice<Net, Device>([&]<class Child>(std::type_identity<Child>, ChildName, const LayerSlice& at) {
            prepare<Child>(device, packing.child(at));
        });
    } else if constexpr (detail::SeesBuffers<Net, Device>) {
        Net::prepare(device, packing);
    } else {
        constexpr auto form = Net::template packed<Device>();
        Net::prepare(device, packing.parameters, form.in(packing.prepared));
    }
}

namespace detail {

enum class Owned { parameters, buffers };

inline std::string child_word(ChildName name) {
    return name.word ? concat(name.word) : concat(name.number);
}

[[gnu::noinline]] inline std::string child_prefix(const std::string& prefix, ChildName name) {
    const std::string word = child_word(name);
    return word.empty() ? prefix : concat(prefix, word, ".");
}

/// Whoever visits tensors without its type: so a model is gone through by one function, whatever is done there.
struct TensorVisitor {
    const void* visit;
    void (*call)(const void* visit, const std::string& name, const Parameter& tensor, long offset);
};

// Apart from the layer's type, so that two hundred layers share one.
[[gnu::noinline]] inline void visit_tensors(std::span<const Parameter> list, TensorVisitor visitor,
                                            const std::string& before, ChildName name, long offset) {
    const std::string prefix = child_prefix(before, name);
    for (const Parameter& tensor : list) {
        visitor.call(visitor.visit, concat(prefix, tensor.name), tensor, offset);
        offset += aligned(tensor.count());
    }
}

template <Layer Net, Owned What>
void visit_all_tensors(TensorVisitor visitor, const std::string& before, ChildName name, long offset) {
    constexpr bool is_parameters = What == Owned::parameters;
    if constexpr (Combinator<Net>) {
        const std::string prefix = child_prefix(before, name);
        Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName child) {
            visit_all_tensors<Child, What>(visitor, prefix, child, offset);
            offset += is_parameters ? parameter_floats<Child>() : buffer_floats<Child>();
        });
    } else if constexpr (is_parameters) {
        visit_tensors(Net::parameters, visitor, before, name, offset);
    } else {
        visit_tensors(Net::buffers, visitor, before, name, offset);
    }
}

}  // namespace detail

/// Calls visit(name, parameter, offset) for every tensor of an arena, with PyTorch's dotted name ("0.weight").
template <Layer Net, detail::Owned What, class Visit>
void for_each_tensor(Visit&& visit, const std::string& prefix = "", long offset = 0) {
    using Visited = std::remove_reference_t<Visit>;
    const auto call = [](const void* visited, const std::string& name, const Parameter& tensor, long at) {
        (*const_cast<Visited*>(static_cast<const Visited*>(visited)))(name, tensor, at);
    };
    detail::visit_all_tensors<Net, What>({&visit, call}, prefix, {"", 0}, offset);
}

}  // namespace genotype
