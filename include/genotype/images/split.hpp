// The two parts of a data set.
#pragma once

namespace genotype {

/// The images to learn from, or those to measure with.
enum class Split { train, test };

}  // namespace genotype
