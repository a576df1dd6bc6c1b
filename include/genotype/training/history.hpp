// The losses of all steps, for tables and charts: also of those before a resume.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// A table with one row a step. It grows as a vector does, so that a row seldom allocates, and never after `reserve`.
///
///     History history({"reconstruction", "kl"});
///     history.add({losses.reconstruction, losses.kl});
class History {
  public:
    explicit History(std::vector<std::string> columns) : columns_(std::move(columns)) {
        if (columns_.empty()) fail("History", "columns", "none", "at least 1");
        for (const std::string& column : columns_)
            if (column.empty() || column.find_first_of(",\"\r\n") != std::string::npos)
                fail("History", "column", column, "a name without commas, quotes and line ends");
    }

    /// Makes room for so many rows in all.
    void reserve(long rows) { values_.reserve(static_cast<std::size_t>(rows) * columns_.size()); }

    void add(std::initializer_list<float> row) {
        if (row.size() != columns_.size())
            fail("History", "row", detail::concat(row.size(), " values"), columns_.size());
        values_.insert(values_.end(), row);
    }

    long rows() const { return static_cast<long>(values_.size() / columns_.size()); }
    const std::vector<std::string>& columns() const { return columns_; }
    /// One step's values, counted from 0.
    std::span<const float> row(long step) const {
        return std::span(values_).subspan(static_cast<std::size_t>(step) * columns_.size(), columns_.size());
    }
    /// One column's values, of all steps.
    std::vector<double> column(std::size_t index) const {
        std::vector<double> values;
        for (std::size_t at = index; at < values_.size(); at += columns_.size())
            values.push_back(static_cast<double>(values_[at]));
        return values;
    }
    /// All values, row after row.
    std::span<const float> values() const { return values_; }
    /// Puts other rows in the place of those that are there.
    void replace(std::vector<float> values) {
        if (values.size() % columns_.size() != 0)
            fail("History", "values", values.size(), detail::concat("a multiple of ", columns_.size()));
        values_ = std::move(values);
    }

  private:
    std::vector<std::string> columns_;
    std::vector<float> values_;
};

}  // namespace genotype::inline v0_1
