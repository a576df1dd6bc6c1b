// Softmax and negative log-likelihood in one, as plain loops.
#pragma once

#include <algorithm>
#include <cmath>

#include "genotype/kernels/cross_entropy.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// value = scale * sum over the rows of -log softmax(logits)[target]; gradient (rows, classes) by the logits, which it
/// may lie over. Either may be null. Throws `Error` where a target is no class.
template <class = void>
inline void cross_entropy(Reference, long rows, int classes, const float* logits, const int* targets, float scale,
                          float* value, float* gradient) {
    detail::check_targets(rows, classes, targets);
    double total = 0;
    for (long row = 0; row < rows; ++row) {
        const float* x = logits + row * classes;
        const float largest = *std::max_element(x, x + classes);
        double exps = 0;
        for (int c = 0; c < classes; ++c) exps += std::exp(static_cast<double>(x[c] - largest));
        total += std::log(exps) - static_cast<double>(x[targets[row]] - largest);
        if (!gradient) continue;
        for (int c = 0; c < classes; ++c) {
            const double probability = std::exp(static_cast<double>(x[c] - largest)) / exps;
            gradient[row * classes + c] =
                static_cast<float>(static_cast<double>(scale) * (probability - (c == targets[row] ? 1 : 0)));
        }
    }
    if (value) *value = static_cast<float>(static_cast<double>(scale) * total);
}

}  // namespace genotype::inline v0_1::kernels
