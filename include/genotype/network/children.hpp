// What a model owns, counted and named from its type: parameters, buffers and packed weights of all its layers.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "genotype/layers/layer.hpp"
#include "genotype/shape/concat_text.hpp"

namespace genotype::inline v0_1 {

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
        Net::prepare(device, packing.parameters, form.in(packing.packed));
    }
}

namespace detail {

enum class Owned { parameters, buffers };

[[gnu::cold]] inline std::string child_word(ChildName name) {
    return name.word ? concat(name.word) : concat(name.number);
}

[[gnu::cold, gnu::noinline]] inline std::string child_prefix(const std::string& prefix, ChildName name) {
    const std::string word = child_word(name);
    return word.empty() ? prefix : concat(prefix, word, ".");
}

/// A layer without its type: its tensors, or as a combinator its children. So a model is a constant that one function
/// goes through, whatever the model.
struct LayerTree {
    ChildName name{"", 0};  // within its parent
    std::span<const Parameter> parameters{}, buffers{};
    const LayerTree* children = nullptr;
    std::size_t count = 0;  // of the children
    float momentum = 0;     // where the buffers are running statistics: the share of a batch in them
};

template <Combinator Net>
constexpr std::size_t count_children() {
    std::size_t count = 0;
    Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName) { ++count; });
    return count;
}
template <Layer Net>
constexpr LayerTree tree_of(ChildName name);
template <Combinator Net>
inline constexpr auto children_of = [] {
    std::array<LayerTree, count_children<Net>()> children{};
    std::size_t at = 0;
    Net::for_each_child(
        [&]<class Child>(std::type_identity<Child>, ChildName name) { children[at++] = tree_of<Child>(name); });
    return children;
}();
template <Layer Net>
constexpr LayerTree tree_of(ChildName name) {
    if constexpr (Combinator<Net>)
        return {name, {}, {}, children_of<Net>.data(), children_of<Net>.size()};
    else if constexpr (requires { requires std::is_same_v<decltype(Net::momentum), const float>; })
        return {name, Net::parameters, Net::buffers, nullptr, 0, Net::momentum};
    else
        return {name, Net::parameters, Net::buffers};
}
template <Layer Net>
inline constexpr LayerTree tree = tree_of<Net>({"", 0});

/// Whoever visits tensors without its type.
struct TensorVisitor {
    const void* visit;
    void (*call)(const void* visit, const std::string& name, const Parameter& tensor, long offset);
};

/// Returns where the tensors of the next layer begin.
[[gnu::cold, gnu::noinline]] inline long visit_tensors(const LayerTree& layer, Owned what, TensorVisitor visitor,
                                                       const std::string& before, long offset) {
    const std::string prefix = child_prefix(before, layer.name);
    for (const Parameter& tensor : what == Owned::parameters ? layer.parameters : layer.buffers) {
        visitor.call(visitor.visit, concat(prefix, tensor.name), tensor, offset);
        offset += aligned(tensor.count());
    }
    for (std::size_t child = 0; child < layer.count; ++child)
        offset = visit_tensors(layer.children[child], what, visitor, prefix, offset);
    return offset;
}

/// Of a model whose type is not known.
template <class Visit>
void for_each_tensor_of(const LayerTree& model, Owned what, Visit&& visit, const std::string& prefix = "",
                        long offset = 0) {
    using Visited = std::remove_reference_t<Visit>;
    const auto call = [](const void* visited, const std::string& name, const Parameter& tensor, long at) {
        (*const_cast<Visited*>(static_cast<const Visited*>(visited)))(name, tensor, at);
    };
    visit_tensors(model, what, {&visit, call}, prefix, offset);
}

}  // namespace detail

/// Calls visit(name, parameter, offset) for every tensor of an arena, with PyTorch's dotted name ("0.weight").
template <Layer Net, detail::Owned What, class Visit>
void for_each_tensor(Visit&& visit, const std::string& prefix = "", long offset = 0) {
    detail::for_each_tensor_of(detail::tree<Net>, What, visit, prefix, offset);
}

}  // namespace genotype::inline v0_1
