// Softmax and negative log-likelihood in one over thrust.
#pragma once

#include <cmath>
#include <limits>

#include "genotype/kernels/cross_entropy.hpp"
#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// The largest of some logits, and the sum of the exponentials of all of them over its own.
struct LogitSum {
    float largest = -std::numeric_limits<float>::infinity();
    double sum = 0;

    GENOTYPE_BOTH LogitSum& operator+=(const LogitSum& other) {
        if (other.largest == largest) {  // two infinities have no difference
            sum += other.sum;
        } else if (other.largest < largest) {
            sum += other.sum * std::exp(static_cast<double>(other.largest - largest));
        } else {
            sum = sum * std::exp(static_cast<double>(largest - other.largest)) + other.sum;
            largest = other.largest;
        }
        return *this;
    }
    GENOTYPE_BOTH double loss(float target) const { return std::log(sum) - static_cast<double>(target - largest); }
    GENOTYPE_BOTH float derivative(float logit, bool is_target, float scale) const {
        const double probability = std::exp(static_cast<double>(logit - largest)) / sum;
        return static_cast<float>(static_cast<double>(scale) * (probability - (is_target ? 1 : 0)));
    }
};

/// The sums of rows whose two first places hold them.
struct KeptLogitSums {
    const float* gradient;
    long classes;

    GENOTYPE_BOTH LogitSum operator()(long row) const {
        return {gradient[row * classes], static_cast<double>(gradient[row * classes + 1])};
    }
};

/// Where the gradient is a matrix of its own: a row's two first places hold what its derivatives are made of, until
/// they have been read.
template <class System>
void cross_entropy_apart(Thrust<System> device, long rows, int classes, const float* logits, const int* targets,
                         float scale, float* value, float* gradient) {
    sum_groups(
        device, rows, classes, LogitSum{},
        [=] GENOTYPE_KERNEL(long row, long c) {
            return LogitSum{logits[row * classes + c], 1};
        },
        [=] GENOTYPE_KERNEL(long row, const LogitSum& sum) mutable {
            gradient[row * classes] = sum.largest;
            gradient[row * classes + 1] = static_cast<float>(sum.sum);
        });
    const KeptLogitSums kept{gradient, classes};
    if (value)
        sum_groups(
            device, 1, rows, Sums<1>{},
            [=] GENOTYPE_KERNEL(long, long row) {
                return Sums<1>{{kept(row).loss(logits[row * classes + targets[row]])}};
            },
            [=] GENOTYPE_KERNEL(long, const Sums<1>& total) mutable {
                *value = static_cast<float>(static_cast<double>(scale) * total.values[0]);
            });
    sum_groups_then(
        device, rows, 1, LogitSum{}, [=] GENOTYPE_KERNEL(long row, long) { return kept(row); },
        [=] GENOTYPE_KERNEL(long, const LogitSum& sum) -> LogitSum { return sum; }, classes,
        [=] GENOTYPE_KERNEL(long row, long c, const LogitSum& sum) mutable {
            gradient[row * classes + c] = sum.derivative(logits[row * classes + c], c == targets[row], scale);
        });
}

/// The value alone, with nowhere to keep what is of a row: each row is one term of a sum.
template <class System>
void cross_entropy_value(Thrust<System> device, long rows, int classes, const float* logits, const int* targets,
                         float scale, float* value) {
    sum_groups(
        device, 1, rows, Sums<1>{},
        [=] GENOTYPE_KERNEL(long, long row) {
            const float* const x = logits + row * classes;
            LogitSum sum;
            for (int c = 0; c < classes; ++c) sum += LogitSum{x[c], 1};
            return Sums<1>{{sum.loss(x[targets[row]])}};
        },
        [=] GENOTYPE_KERNEL(long, const Sums<1>& total) mutable {
            *value = static_cast<float>(static_cast<double>(scale) * total.values[0]);
        });
}

/// The gradient alone, which may lie over the logits: a row is written once all of it was read.
template <class System>
void cross_entropy_gradient(Thrust<System> device, long rows, int classes, const float* logits, const int* targets,
                            float scale, float* gradient) {
    sum_groups(
        device, rows, classes, LogitSum{},
        [=] GENOTYPE_KERNEL(long row, long c) {
            return LogitSum{logits[row * classes + c], 1};
        },
        [=] GENOTYPE_KERNEL(long row, const LogitSum& sum) mutable {
            for (long c = 0; c < classes; ++c)
                gradient[row * classes + c] = sum.derivative(logits[row * classes + c], c == targets[row], scale);
        });
}

}  // namespace detail

/// See the reference's. Targets are checked where the host can read them.
template <class System>
void cross_entropy(Thrust<System> device, long rows, int classes, const float* logits, const int* targets, float scale,
                   float* value, float* gradient) {
    if constexpr (System::Memory::on_host) detail::check_targets(rows, classes, targets);
    if (gradient && gradient != logits && classes > 1)
        return detail::cross_entropy_apart(device, rows, classes, logits, targets, scale, value, gradient);
    // The value first: after the gradient the logits may be gone.
    if (value) detail::cross_entropy_value(device, rows, classes, logits, targets, scale, value);
    if (gradient) detail::cross_entropy_gradient(device, rows, classes, logits, targets, scale, gradient);
}

}  // namespace genotype::inline v0_1::kernels
