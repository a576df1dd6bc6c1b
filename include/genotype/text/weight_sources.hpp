// Which tensors of Hugging Face's a parameter of a model is made of.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace genotype {

/// A tensor of a file that is some rows of a parameter of ours, or all of it.
struct WeightPart {
    std::string name = {};  ///< Hugging Face's
    long rows = 0;          ///< rows of ours that it makes
};

/// What a parameter is made of: its parts are stacked, row below row.
struct WeightSources {
    std::vector<WeightPart> parts = {};
    bool transposed = false;  ///< Hugging Face has (in, out) for our (out, in): `Conv1D`
};

namespace detail {

/// A name as its words: "body.1.29.0.branch.1.0.weight".
class NameWords {
  public:
    explicit NameWords(std::string_view name) : left_(name) {}

    /// Takes the next word if it is this one.
    bool take(std::string_view word) {
        if (next() != word) return false;
        left_.remove_prefix(std::min(left_.size(), word.size() + 1));
        return true;
    }
    /// Takes the next word if it is a number below `end`.
    std::optional<int> number(int end) {
        const std::string_view word = next();
        int value = -1;
        const auto [stopped, fault] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (fault != std::errc{} || stopped != word.data() + word.size() || value < 0 || value >= end) return {};
        left_.remove_prefix(std::min(left_.size(), word.size() + 1));
        return value;
    }
    /// Whether "weight" or "bias" of this is all that is left: `is_leaf_of("1.0")` of "1.0.bias".
    bool is_leaf_of(std::string_view path) const {
        return left_.starts_with(path) &&
               (left_.substr(path.size()) == ".weight" || left_.substr(path.size()) == ".bias");
    }
    /// Whether the weight of this is all that is left.
    bool is_weight_of(std::string_view path) const { return is_leaf_of(path) && is_weight(); }
    bool is_weight() const { return left_.ends_with(".weight"); }
    /// "weight" or "bias".
    std::string leaf() const { return std::string(left_.substr(left_.rfind('.') + 1)); }

  private:
    std::string_view next() const { return left_.substr(0, left_.find('.')); }

    std::string_view left_;
};

}  // namespace detail
}  // namespace genotype
