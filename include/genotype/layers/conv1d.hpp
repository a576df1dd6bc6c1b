// Conv1d and ConvT1d: convolutions over signals.
#pragma once

#include "genotype/layers/general_conv.hpp"

namespace genotype::inline v0_1 {

/// A kernel slides over a signal. A signal of so many channels is `Shape<channels, 1, length>`, an image of one row,
/// so that all other layers take it: `Reshape<channels, 1, length>` makes one, `BN`, `GroupNorm` and activations work
/// on it, `Flatten` ends it. Shape: (in, 1, length) to (out, 1, length') with length' = (length + 2 padding - dilation
/// (kernel - 1) - 1) / stride + 1, rounded down.
///
///     Conv1d<1, 32, 9, 2, 4>                            // without a bias unless asked
///     Conv1d<64, 64, 3, 1, 4, With<Dilation<4>, Bias>>  // options as those of `Conv`
///
/// The weight is (out, in / groups, kernel), in files, as PyTorch's.
/// PyTorch equivalent: `torch.nn.Conv1d(in, out, kernel, stride, padding, dilation, groups, bias, padding_mode)`.
/// Source: Waibel et al., "Phoneme recognition using time-delay neural networks" (1989).
template <int in_channels, int out_channels, int kernel, int stride = 1, int padding = 0, class Choice = NoBias>
struct Conv1d
    : detail::GeneralConv<detail::ConvArguments<false, 1, in_channels, out_channels, kernel, stride, padding, Choice>> {
};

/// Every value of a signal adds a weighted kernel to the output. Shape: (in, 1, length) to (out, 1, length') with
/// length' = (length - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
/// The weight is (in, out / groups, kernel).
/// PyTorch equivalent: `torch.nn.ConvTranspose1d(in, out, kernel, stride, padding, output_padding, groups, bias,
/// dilation)`, no bias unless asked.
template <int in_channels, int out_channels, int kernel, int stride = 1, int padding = 0, class Choice = NoBias>
struct ConvT1d
    : detail::GeneralConv<detail::ConvArguments<true, 1, in_channels, out_channels, kernel, stride, padding, Choice>> {
};

}  // namespace genotype::inline v0_1
