// What loading a file of weights found.
#pragma once

#include <string>
#include <vector>

#include "genotype/io/tensor_info.hpp"

namespace genotype::inline v0_1 {

/// One thing about a file that does not fit the model. `tensor` is the name in the file.
struct LoadFault {
    std::string tensor, found, expected;
};

/// What was loaded, and all that did not fit: with `strict` there is nothing of that, because it is an `Error`.
struct LoadReport {
    /// First of all, where the file is another model's, "genotype.model" with both models' printed types.
    std::vector<LoadFault> faults = {};
    long loaded = 0;    ///< tensors
    long nan = 0;       ///< values that are no number; they are loaded as they are
    long infinite = 0;  ///< values that are infinite, or became so by conversion from F64
    /// Where the file has none of the model's names, but all of them behind another prefix: which, and what to do.
    std::string hint = {};

    /// A line for each fault.
    std::string text() const {
        std::string lines;
        for (const LoadFault& fault : faults)
            lines += detail::concat(lines.empty() ? "" : "\n", detail::in_quotes(fault.tensor), ": found ", fault.found,
                                    ", expected ", fault.expected);
        return lines;
    }
};

}  // namespace genotype::inline v0_1
