// Which row goes with which column, so that the costs are least.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace genotype::inline v0_1::detail {

/// Assigns n rows to n columns, with the memory for up to so many. Exact, in at most about n^3 steps: each row in turn
/// takes the cheapest way to a free column, by which others may change theirs. The same costs have the same result.
/// scipy: scipy.optimize.linear_sum_assignment.
/// Source: Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment
/// problems", Computing 38 (1987).
class LinearAssignment {
  public:
    explicit LinearAssignment(int most)
        : of_rows_(size(most)),
          of_columns_(size(most)),
          far_(size(most)),
          from_(size(most)),
          row_of_(size(most)),
          column_of_(size(most)),
          is_done_(size(most)) {}

    /// The column of each row, until the next call; costs (n, n).
    std::span<const int> operator()(std::span<const float> costs, int n) {
        costs_ = costs;
        count_ = size(n);
        for (std::size_t i = 0; i < count_; ++i) {
            of_rows_[i] = of_columns_[i] = 0;
            row_of_[i] = column_of_[i] = none;
        }
        for (int row = 0; row < n; ++row) take_in(row);
        return {column_of_.data(), count_};
    }

  private:
    static constexpr int none = -1;
    static std::size_t size(int n) { return static_cast<std::size_t>(n); }

    void take_in(int row) {
        for (std::size_t column = 0; column < count_; ++column) {
            far_[column] = std::numeric_limits<double>::infinity();
            is_done_[column] = false;
        }
        look_from(row, 0);
        int last = nearest();
        while (row_of_[size(last)] != none) {
            is_done_[size(last)] = true;
            look_from(row_of_[size(last)], far_[size(last)]);
            last = nearest();
        }
        // Prices, by which no assigned row has a column that is cheaper than its own.
        const double way = far_[size(last)];
        of_rows_[size(row)] += way;
        for (std::size_t column = 0; column < count_; ++column) {
            if (!is_done_[column]) continue;
            of_columns_[column] -= way - far_[column];
            of_rows_[size(row_of_[column])] += way - far_[column];
        }
        // The way back to the row: each row on it gives its column up for the next.
        for (int mover = none; mover != row;) {
            mover = from_[size(last)];
            row_of_[size(last)] = mover;
            std::swap(last, column_of_[size(mover)]);
        }
    }
    void look_from(int row, double so_far) {
        for (std::size_t column = 0; column < count_; ++column) {
            const double cost = static_cast<double>(costs_[size(row) * count_ + column]);
            const double way = so_far + cost - of_rows_[size(row)] - of_columns_[column];
            if (is_done_[column] || !(way < far_[column])) continue;
            far_[column] = way;
            from_[column] = row;
        }
    }
    /// Of the columns whose way is not certain yet the one with the shortest: the first of equals.
    int nearest() const {
        int best = none;
        for (std::size_t column = 0; column < count_; ++column)
            if (!is_done_[column] && (best == none || far_[column] < far_[size(best)])) best = static_cast<int>(column);
        return best;
    }

    std::span<const float> costs_;
    std::size_t count_ = 0;
    std::vector<double> of_rows_, of_columns_;  // prices: costs less both are nowhere below 0
    std::vector<double> far_;                   // the shortest way known to each column
    std::vector<int> from_;                     // its last row
    std::vector<int> row_of_, column_of_;
    std::vector<char> is_done_;
};

}  // namespace genotype::inline v0_1::detail
