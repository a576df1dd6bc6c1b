// The two parts of a data set.
#pragma once

namespace genotype::inline v0_1 {

/// The images to learn from, or those to measure with.
enum class Split { train, test };

}  // namespace genotype::inline v0_1
