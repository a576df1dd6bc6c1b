// What a norm of single samples normalises together.
#pragma once

namespace genotype::inline v0_1::kernels {

/// Groups of channels / groups neighbouring channels of each sample. A layer norm is one group of one pixel; a
/// root-mean-square norm is that and does not take the mean away.
struct NormShape {
    long pixels;
    long channels;
    long groups;
    bool centred;
    float epsilon;

    constexpr long width() const { return channels / groups; }
    constexpr long count() const { return pixels * channels; }
    /// Scratch of its tangent and of the backward of that, in floats a sample.
    static constexpr long moments = 9;
    constexpr long tangent_scratch() const { return moments * groups; }
};

}  // namespace genotype::inline v0_1::kernels
