// Reading a text model's weights from its files, as float32.
#pragma once

#include <string>
#include <vector>

#include "genotype/io/load_report.hpp"
#include "genotype/io/state_dict.hpp"
#include "genotype/io/tensor_copies.hpp"
#include "genotype/memory/host_copy.hpp"
#include "genotype/text/files/text_matching.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// The axes of a part, the file's slowest first, from its tensor to a parameter whose rows and columns lie so far apart
/// in memory. A vector is one column.
[[gnu::cold]] inline CopyAxes text_axes(const MatchedPart& part, long columns, long row_stride, long column_stride) {
    const CopyAxis across{columns, part.transposed ? part.rows : 1, column_stride};
    const long row = part.transposed ? 1 : columns;  // from one of the tensor's rows of ours to the next
    std::vector<CopyAxis> axes;
    if (const int heads = part.tensor->interleaved_heads; heads > 0) {
        // Row 2 j + t of a head is row t * half + j of ours. Undoes `permute` of llama.cpp's convert_hf_to_gguf.py.
        const long half = part.rows / heads / 2;
        axes = {
            {heads, 2 * half * row, 2 * half * row_stride}, {half, 2 * row, row_stride}, {2, row, half * row_stride}};
    } else {
        axes = {{part.rows, row, row_stride}};
    }
    axes.insert(part.transposed ? axes.begin() : axes.end(), across);
    CopyAxes joined;
    for (const CopyAxis& next : axes) {
        if (next.size == 1) continue;
        CopyAxis* const last = joined.count > 0 ? &joined.axis[static_cast<std::size_t>(joined.count - 1)] : nullptr;
        if (last && last->to == next.to * next.size && last->from == next.from * next.size)
            *last = {last->size * next.size, next.from, next.to};
        else
            joined.axis[static_cast<std::size_t>(joined.count++)] = next;
    }
    if (joined.count == 0) joined.axis[static_cast<std::size_t>(joined.count++)] = {1, 1, 1};
    return joined;
}

/// Adds the tensors of one parameter.
[[gnu::cold]] inline void add_text_copies(TensorCopies<TextTensor>& copies, const std::vector<MatchedPart>& parts,
                                          Dims dims, AxisOrder order, float* to) {
    const bool is_matrix = dims.rank == 2;
    const long columns = is_matrix ? dims[1] : 1;
    const bool rows_are_fastest = is_matrix && order[1] == 0;
    const long row_stride = rows_are_fastest ? 1 : columns, column_stride = rows_are_fastest ? dims[0] : 1;
    for (const MatchedPart& part : parts)
        copies.add(*part.tensor, part.tensor->type, text_axes(part, columns, row_stride, column_stride),
                   to + part.first_row * row_stride);
}

/// Parameters that are to be filled from files: matched one by one, then copied together.
class TextLoading {
  public:
    [[gnu::cold]] explicit TextLoading(const TextFiles& files) : files_(files), matching_(files) {}

    [[gnu::cold]] void add(const StateTensor<float>& tensor) {
        add_text_copies(copies_, matching_.match(tensor.info.name, tensor.dims), tensor.dims, tensor.order,
                        tensor.data);
        ++report_.loaded;
    }
    /// Of a parameter that somebody else takes care of.
    [[gnu::cold]] std::vector<MatchedPart> match(const std::string& name, Dims dims) {
        ++report_.loaded;
        return matching_.match(name, dims);
    }
    LoadReport copy() {
        matching_.expect_no_faults();
        copies_.copy(report_, [&](const TextTensor& tensor, std::uint64_t begin, std::size_t bytes, auto& room) {
            return files_.fetch(tensor, begin, bytes, room);
        });
        report_.faults = matching_.left_out();
        return report_;
    }

  private:
    const TextFiles& files_;
    TextMatching matching_;
    TensorCopies<TextTensor> copies_;
    LoadReport report_;
};

/// Fills parameters and buffers that lie in the host's memory as a model's arenas.
template <Layer Net>
[[gnu::cold]] LoadReport read_text_weights(float* parameters, float* buffers, const TextFiles& files,
                                           const TextConfig& expected) {
    check_config(files.config(), expected, files.name());
    std::vector<StateTensor<float>> state;
    add_state<Net>(state, parameters, buffers, "", KeepNames{});
    TextLoading loading(files);
    for (const StateTensor<float>& tensor : state) loading.add(tensor);
    return loading.copy();
}

}  // namespace detail

/// Fills a model with the weights of its files, whatever their type, each as the nearest float32: quantized ones as
/// ggml dequantizes them. `expected` are the sizes that the type was made of. Where the files' config is another, or a
/// tensor is missing, surplus or of another shape, one `Error` lists everything, and the model is as it was. With
/// `TextFilesOptions::strict = false` surplus tensors are no fault, and the report lists them.
/// transformers equivalent: `AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)`.
///
///     Model<Llama<smollm2_135m>> model;
///     load_text(model, TextFiles("smollm2"), smollm2_135m);
template <Layer Net, class Device>
LoadReport load_text(ModelWeights<Net, Device>& model, const TextFiles& files, const TextConfig& expected) {
    HostCopy parameters(model.parameters), buffers(model.buffers);
    const LoadReport report = detail::read_text_weights<Net>(parameters.data(), buffers.data(), files, expected);
    parameters.send_back(model.parameters);
    buffers.send_back(model.buffers);
    model.prepare();
    return report;
}

/// The parameters alone, in the host's memory, as a model's arena has them: for a part of a program that knows the
/// model's device and nothing of files, as one that nvcc compiles. Errors are those of `load_text`.
///
///     Cuda::upload(parameters.data(), parameters.size(), model.parameters.data());
///     model.prepare();
template <Layer Net>
Arena<> text_parameters(const TextFiles& files, const TextConfig& expected) {
    Arena<> parameters(parameter_floats<Net>()), buffers(buffer_floats<Net>());
    detail::read_text_weights<Net>(parameters.data(), buffers.data(), files, expected);
    return parameters;
}

}  // namespace genotype::inline v0_1
