// A model's parameters held against the tensors of its files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/layers/parameter.hpp"
#include "genotype/text/gpt2_names.hpp"
#include "genotype/text/llama_names.hpp"
#include "genotype/text/text_files.hpp"

namespace genotype::detail {

/// Some rows of a parameter, and the tensor that has them.
struct MatchedPart {
    const TextTensor* tensor;
    long first_row, rows;
    bool transposed;  // the tensor's rows are the parameter's columns
};

inline std::optional<WeightSources> weight_sources(std::string_view name, const TextConfig& config) {
    return config.family == TextFamily::gpt2 ? gpt2_sources(name, config.gpt2) : llama_sources(name, config.llama);
}

/// Finds each parameter's tensors and collects everything that does not fit: a tensor that is missing, surplus or of
/// another shape, a parameter that such a model has not.
class TextMatching {
  public:
    explicit TextMatching(const TextFiles& files) : files_(files), used_(files.tensors().size()) {}

    /// The parts of a parameter, which are whole where there is no fault in the end.
    std::vector<MatchedPart> match(const std::string& name, Dims dims) {
        std::vector<MatchedPart> parts;
        const std::optional<WeightSources> sources = weight_sources(name, files_.config());
        if (!sources) {
            fault(name, "a parameter of the model", "one that a model of the file's config has");
            return parts;
        }
        long rows = 0;
        for (const WeightPart& source : sources->parts) {
            if (const auto part = match_part(source, dims, rows, sources->transposed)) parts.push_back(*part);
            rows += source.rows;
        }
        if (rows != dims[0]) fault(name, std::to_string(rows) + " rows by the file's config", std::to_string(dims[0]));
        return parts;
    }

    /// Throws one `Error` of all faults. To be called when every parameter has been matched.
    void expect_no_faults() {
        for (std::size_t place = 0; place < used_.size(); ++place) {
            const TextTensor& tensor = files_.tensors()[place];
            if (used_[place] || (tensor.name == "lm_head.weight" && is_embedding_again(tensor))) continue;
            const bool is_head = tensor.name == "lm_head.weight" && files_.config().tied();
            fault(tensor.name, tensor.text(),
                  is_head ? "nothing, or the embedding's values: they are tied" : "nothing");
        }
        if (!faults_.empty()) fail_with(files_.name(), faults_, ", and nothing is loaded");
    }

  private:
    void fault(const std::string& name, const std::string& found, const std::string& expected) {
        faults_.push_back({name, found, expected});
    }

    std::optional<MatchedPart> match_part(const WeightPart& source, Dims dims, long first_row,
                                          bool file_is_transposed) {
        const TextTensor* const tensor = files_.find(source.name);
        // Without a tensor: as Hugging Face has it.
        const bool transposed = file_is_transposed != (tensor && tensor->transposed);
        std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(source.rows)};
        if (dims.rank == 2) shape.insert(transposed ? shape.begin() : shape.end(), static_cast<std::uint64_t>(dims[1]));
        if (!tensor) {
            fault(source.name, "nothing", in_brackets(shape));
            return {};
        }
        used_[static_cast<std::size_t>(tensor - files_.tensors().data())] = true;
        const int heads = tensor->interleaved_heads;
        if (tensor->shape != shape || (heads > 0 && source.rows % (2 * heads) != 0)) {
            fault(source.name, tensor->text(), in_brackets(shape));
            return {};
        }
        return MatchedPart{tensor, first_row, source.rows, transposed};
    }

    bool is_embedding_again(const TextTensor& head) const {
        const bool is_gpt2 = files_.config().family == TextFamily::gpt2;
        const TextTensor* const embedding =
            files_.find(is_gpt2 ? "transformer.wte.weight" : "model.embed_tokens.weight");
        return files_.config().tied() && embedding && embedding->type == head.type && embedding->shape == head.shape &&
               std::equal(head.bytes.begin(), head.bytes.end(), embedding->bytes.begin(), embedding->bytes.end());
    }

    const TextFiles& files_;
    std::vector<bool> used_;
    std::vector<LoadFault> faults_;
};

}  // namespace genotype::detail
