// Writing a model's weights.
#pragma once

#include <filesystem>
#include <vector>

#include "genotype/io/safetensors_writer.hpp"
#include "genotype/io/state_dict.hpp"
#include "genotype/io/tensor_layout.hpp"
#include "genotype/memory/host_copy.hpp"
#include "genotype/network/model_name.hpp"
#include "genotype/shape/version.hpp"

namespace genotype::inline v0_1 {

struct SaveOptions {
    std::string prefix = "";    ///< before every name: "generator."
    std::string training = "";  ///< what training the weights come from, in words; kept in the file's metadata
};

namespace detail {

/// What every file of weights says of itself. "format" is what PyTorch's readers ask for.
[[gnu::cold]] inline FileMetadata weights_metadata(const std::string& training) {
    FileMetadata metadata;
    add_text(metadata, "format", "pt");
    add_text(metadata, version_key, version);
    if (!training.empty()) add_text(metadata, training_key, training);
    return metadata;
}

/// Hands one tensor over in PyTorch's order, in pieces of about a megabyte.
template <class Value>
[[gnu::cold, gnu::noinline]] void write_tensor(const StateTensor<Value>& tensor, TensorSink& sink) {
    if (tensor.is_counter) {
        const std::int64_t count = std::bit_cast<std::int32_t>(*tensor.data);
        return sink.write(&count, sizeof count);
    }
    const CopyAxes axes = file_to_memory(tensor.dims, tensor.order);
    if (axes.count == 1) return sink.write(tensor.data, static_cast<std::uint64_t>(axes.axis[0].size) * sizeof(float));
    const long rows = axes.axis[0].size, most = piece_rows(axes), row = axes.axis[0].from;
    std::vector<float> piece(static_cast<std::size_t>(most * row));
    for (long begin = 0; begin < rows; begin += most) {
        const long count = std::min(most, rows - begin);
        copy_tensor<AsF32>(cut(axes, count).swapped(),
                           reinterpret_cast<const std::byte*>(tensor.data + begin * axes.axis[0].to), piece.data());
        sink.write(piece.data(), static_cast<std::uint64_t>(count * row) * sizeof(float));
    }
}

template <class Value>
[[gnu::cold]] void save_state(const std::vector<StateTensor<Value>>& state, const std::filesystem::path& path,
                              const FileMetadata& metadata) {
    std::vector<TensorInfo> tensors;
    for (const StateTensor<Value>& tensor : state) tensors.push_back(TensorInfo(tensor.info));
    save_safetensors(path, std::move(tensors), metadata,
                     [&](std::size_t index, TensorSink& sink) { write_tensor(state[index], sink); });
}

}  // namespace detail

/// Writes all parameters and buffers as safetensors, float32, with the names and the order of values of the equivalent
/// nn.Module, whatever the order in memory. The file is replaced whole or not at all; `Error` where it cannot be.
/// PyTorch equivalent: `safetensors.torch.save_file(model.state_dict(), path)`.
///
///     save(model, "model.safetensors");
///     save(model, "model.safetensors", {.training = "10 epochs of Fashion-MNIST"});
///     save(model, "model.safetensors", {}, [](const std::string& name) { return "net." + name; });
template <Layer Net, class Device, class Rename = KeepNames>
void save(const ModelWeights<Net, Device>& model, const std::filesystem::path& path, const SaveOptions& options = {},
          const Rename& rename = {}) {
    std::vector<detail::StateTensor<const float>> state;
    HostCopy parameters(model.parameters), buffers(model.buffers);
    detail::add_state<Net, const float>(state, parameters.data(), buffers.data(), options.prefix, rename);
    FileMetadata metadata = detail::weights_metadata(options.training);
    detail::add_text(metadata, detail::model_key_of(options.prefix), model_name<Net>());
    detail::save_state(state, path, metadata);
}

}  // namespace genotype::inline v0_1
