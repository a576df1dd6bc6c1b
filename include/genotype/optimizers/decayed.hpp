// Which parameters a weight decay takes from.
#pragma once

namespace genotype::inline v0_1::detail {

/// PyTorch decays all that it is given; whoever trains a language model gives it two groups of parameters.
enum class Decayed {
    all,
    matrices,  // tensors of two or more dimensions: neither biases nor what norms multiply by
};

}  // namespace genotype::inline v0_1::detail
