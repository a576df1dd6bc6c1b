// A model's tensors as a file has them: PyTorch's names, dtypes and shapes, and where the values lie in memory.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "genotype/io/tensor_info.hpp"
#include "genotype/memory/host_memory.hpp"
#include "genotype/network/weights.hpp"

namespace genotype::inline v0_1 {

/// The renaming that renames nothing. Another one is anything that turns a tensor's name in the model ("0.weight") into
/// its name in the file, without the prefix: `[](const std::string& name) { return "model." + name; }`.
struct KeepNames {
    const std::string& operator()(const std::string& name) const { return name; }
};

namespace detail {

// What the metadata's keys are called.
inline constexpr std::string_view model_key = "genotype.model";
inline constexpr std::string_view version_key = "genotype.version";
inline constexpr std::string_view training_key = "genotype.training";

/// What a file of weights may have beside them: the state of a training. Its averages are weights as well, for whoever
/// names this prefix.
inline constexpr std::string_view average_prefix = "average.";
inline bool is_training_state(std::string_view name) {
    return name.starts_with("optimizer.") || name.starts_with("genotype.") || name.starts_with(average_prefix);
}

/// Where a file says what model it has under a prefix: "genotype.model.generator" for "generator.".
inline std::string model_key_of(const std::string& prefix) {
    const std::string_view name = std::string_view(prefix).substr(0, prefix.size() - prefix.ends_with('.'));
    return concat(model_key, prefix.empty() ? "" : ".", name);
}

/// One tensor of a model. `Value` is float, or const float.
template <class Value>
struct StateTensor {
    TensorInfo info;
    Dims dims;
    AxisOrder order;
    bool is_counter;  // an integer's bits in memory, I64 in a file
    Value* data;
};

template <class Value>
[[gnu::cold, gnu::noinline]] StateTensor<Value> state_tensor(std::string name, const Parameter& tensor, Value* data) {
    const bool is_counter = tensor.initial.kind == Initial::counter;
    TensorInfo info{.name = std::move(name), .dtype = is_counter ? StorageType::I64 : StorageType::F32};
    for (int axis = 0; axis < tensor.dims.rank; ++axis)
        info.shape.push_back(static_cast<std::uint64_t>(tensor.dims[axis]));
    return {std::move(info), tensor.dims, tensor.order, is_counter, data};
}

/// Adds each tensor that it visits. No lambda, because each model's would be compiled anew.
template <class Value, class Rename>
struct StateAdder {
    std::vector<StateTensor<Value>>& state;
    Value* arena;
    const std::string& prefix;
    const Rename& rename;

    void operator()(const std::string& name, const Parameter& tensor, long offset) {
        state.push_back(state_tensor<Value>(concat(prefix, std::string(rename(name))), tensor, arena + offset));
    }
};

/// Adds all parameters, then all buffers; returns where the buffers begin.
template <class Value, class Rename>
[[gnu::cold]] std::size_t add_state(std::vector<StateTensor<Value>>& state, const LayerTree& model, Value* parameters,
                                    Value* buffers, const std::string& prefix, const Rename& rename) {
    for_each_tensor_of(model, Owned::parameters, StateAdder<Value, Rename>{state, parameters, prefix, rename});
    const std::size_t first_buffer = state.size();
    for_each_tensor_of(model, Owned::buffers, StateAdder<Value, Rename>{state, buffers, prefix, rename});
    return first_buffer;
}
template <Layer Net, class Value, class Rename>
std::size_t add_state(std::vector<StateTensor<Value>>& state, Value* parameters, Value* buffers,
                      const std::string& prefix, const Rename& rename) {
    return add_state(state, tree<Net>, parameters, buffers, prefix, rename);
}

}  // namespace detail
}  // namespace genotype::inline v0_1
