// The labels of a batch, before anything is learnt from or drawn by them.
#pragma once

#include <span>
#include <string_view>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// Throws `Error` where there are not `count` labels, one for each `sample`, or where one is not from 0 to
/// `classes` - 1; range() says what those are, and is asked then alone: a step allocates nothing.
template <class Range>
void check_labels(std::string_view who, std::span<const int> labels, int count, int classes, std::string_view sample,
                  const Range& range) {
    if (labels.size() != static_cast<std::size_t>(count))
        fail(who, "number of labels", labels.size(), concat(count, ", one for each ", sample));
    for (std::size_t at = 0; at < labels.size(); ++at)
        if (labels[at] < 0 || labels[at] >= classes)
            fail(who, concat("label of ", sample.substr(0, sample.find(' ')), " ", at), labels[at], range());
}

}  // namespace genotype::inline v0_1::detail
