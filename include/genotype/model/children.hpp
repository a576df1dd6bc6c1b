// What a model owns, counted and named from its type: parameters, buffers and prepared forms of all its layers.
#pragma once

#include <span>
#include <string>

#include "genotype/layers/layer.hpp"

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

template <Layer Net, class Device>
constexpr long prepared_floats() {
    long floats = 0;
    if constexpr (Combinator<Net>)
        Net::for_each_child(
            [&]<class Child>(std::type_identity<Child>, ChildName) { floats += prepared_floats<Child, Device>(); });
    else
        floats = aligned(Net::template prepared_floats<Device>());
    return floats;
}

/// Makes the device's forms of all parameters.
template <Layer Net, class Device>
void prepare(Device device, const float* parameters, float* prepared) {
    if constexpr (Combinator<Net>) {
        Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName) {
            prepare<Child>(device, parameters, prepared);
            parameters += parameter_floats<Child>();
            prepared += prepared_floats<Child, Device>();
        });
    } else {
        Net::prepare(device, parameters, prepared);
    }
}

enum class Owned { parameters, buffers };

namespace detail {

[[gnu::noinline]] inline std::string child_prefix(const std::string& prefix, ChildName name) {
    const std::string word = name.word ? std::string(name.word) : std::to_string(name.number);
    return word.empty() ? prefix : prefix + word + ".";
}

// Apart from the layer's type, so that two hundred layers share one.
template <class Visit>
[[gnu::noinline]] void visit_tensors(std::span<const Parameter> list, Visit& visit, const std::string& prefix,
                                     long offset) {
    for (const Parameter& tensor : list) {
        visit(prefix + tensor.name, tensor, offset);
        offset += aligned(tensor.count());
    }
}

}  // namespace detail

/// Calls visit(name, parameter, offset) for every tensor of an arena, with PyTorch's dotted name ("0.weight").
template <Layer Net, Owned What, class Visit>
void for_each_tensor(Visit&& visit, const std::string& prefix = "", long offset = 0) {
    constexpr bool is_parameters = What == Owned::parameters;
    if constexpr (Combinator<Net>) {
        Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName name) {
            for_each_tensor<Child, What>(visit, detail::child_prefix(prefix, name), offset);
            offset += is_parameters ? parameter_floats<Child>() : buffer_floats<Child>();
        });
    } else if constexpr (is_parameters) {
        detail::visit_tensors(Net::parameters, visit, prefix, offset);
    } else {
        detail::visit_tensors(Net::buffers, visit, prefix, offset);
    }
}

}  // namespace genotype
