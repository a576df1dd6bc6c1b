// A model's parameters held against the tensors of its files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/layers/parameter.hpp"
#include "genotype/text/files/tensor_names.hpp"
#include "genotype/text/files/text_files.hpp"

namespace genotype::inline v0_1::detail {

/// Some rows of a parameter, and the tensor that has them.
struct MatchedPart {
    const TextTensor* tensor;
    long first_row, rows;
    bool transposed;  // the tensor's rows are the parameter's columns
};

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
        const std::string head = files_.config().weight_name("head");
        for (std::size_t place = 0; place < used_.size(); ++place) {
            const TextTensor& tensor = files_.tensors()[place];
            if (used_[place] || (tensor.name == head && is_embedding_again(tensor))) continue;
            if (tensor.name == head && files_.config().tied())
                fault(tensor.name, tensor.text(), "nothing, or the embedding's values: they are tied");
            else
                surplus({tensor.name, tensor.text(), "nothing"});
        }
        for (const TextFiles::Other& other : files_.others())
            if (std::find(asked_.begin(), asked_.end(), &other) == asked_.end())
                surplus({other.name, other.found, other.expected_of_surplus});
        if (!faults_.empty()) fail_with(files_.name(), faults_, ", and nothing is loaded" + other_prefix());
    }

    /// What the files have beside the model's tensors, where that is no fault.
    const std::vector<LoadFault>& left_out() const { return left_out_; }

  private:
    void fault(const std::string& name, const std::string& found, const std::string& expected) {
        faults_.push_back({name, found, expected});
    }
    /// A tensor that no parameter is made of.
    void surplus(LoadFault tensor) {
        if (!files_.options().strict) {
            left_out_.push_back(std::move(tensor));
            return;
        }
        if (!std::exchange(has_surplus_, true)) tensor.expected += " (TextFilesOptions::strict = false leaves it out)";
        faults_.push_back(std::move(tensor));
    }
    /// Where the files have none of the names, but all of them behind another prefix: which, in words.
    std::string other_prefix() const {
        if (has_any_ || files_.gguf() != nullptr) return "";
        const std::string_view body = files_.config().family().body;
        for (const std::string_view within : {std::string_view(), body}) {
            std::vector<std::string_view> wanted;
            for (const std::string_view name : wanted_)
                if (name.starts_with(within)) wanted.push_back(name.substr(within.size()));  // of the body alone
            const std::vector<std::string> found = files_.find_prefixes(wanted);
            if (!found.empty())
                return " (" + prefix_hint(found, files_.options().prefix, "TextFilesOptions::prefix = ") + ")";
        }
        return "";
    }

    std::optional<MatchedPart> match_part(const WeightPart& source, Dims dims, long first_row,
                                          bool file_is_transposed) {
        const TextTensor* const tensor = files_.find(source.name);
        wanted_.push_back(source.name);
        // Without a tensor: as Hugging Face has it.
        const bool transposed = file_is_transposed != (tensor && tensor->transposed);
        std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(source.rows)};
        if (dims.rank == 2) shape.insert(transposed ? shape.begin() : shape.end(), static_cast<std::uint64_t>(dims[1]));
        if (!tensor) {
            const TextFiles::Other* const other = files_.find_other(source.name);
            if (other) asked_.push_back(other);
            has_any_ = has_any_ || other;
            fault(source.name, other ? other->found : "nothing", other ? other->expected : in_brackets(shape));
            return {};
        }
        has_any_ = true;
        used_[static_cast<std::size_t>(tensor - files_.tensors().data())] = true;
        const int heads = tensor->interleaved_heads;
        if (tensor->shape != shape || (heads > 0 && source.rows % (2 * heads) != 0)) {
            fault(source.name, tensor->text(), in_brackets(shape));
            return {};
        }
        return MatchedPart{tensor, first_row, source.rows, transposed};
    }

    bool is_embedding_again(const TextTensor& head) const {
        const TextTensor* const embedding = files_.find(files_.config().weight_name("embedding"));
        return files_.config().tied() && embedding && embedding->type == head.type && embedding->shape == head.shape &&
               std::equal(head.bytes.begin(), head.bytes.end(), embedding->bytes.begin(), embedding->bytes.end());
    }

    const TextFiles& files_;
    std::vector<bool> used_;
    std::vector<std::string> wanted_;  // names of tensors
    std::vector<const TextFiles::Other*> asked_;
    bool has_any_ = false, has_surplus_ = false;
    std::vector<LoadFault> faults_, left_out_;
};

}  // namespace genotype::inline v0_1::detail
