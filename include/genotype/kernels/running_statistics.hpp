// What batch norm keeps from step to step.
#pragma once

namespace genotype::inline v0_1::kernels {

/// Buffers of batch norm, and how fast they follow. `batches` holds an int32 as the bits of its one float.
struct RunningStatistics {
    float* mean;
    float* variance;  // unbiased
    float* batches;
    float momentum;
};

}  // namespace genotype::inline v0_1::kernels
