// Which parameters a weight decay takes from.
#pragma once

namespace genotype {

/// PyTorch decays all that it is given; whoever trains a language model gives it two groups of parameters.
enum class Decayed {
    all,
    matrices,  // tensors of two or more dimensions: neither biases nor what norms multiply by
};

/// Neighbours in an arena of parameters that all are decayed, or all are not, by `Decayed::matrices`.
struct DecayStretch {
    long first = 0, count = 0;  // floats
    bool decayed = true;
};

}  // namespace genotype
