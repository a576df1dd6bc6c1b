// A step's batch in pieces.
#pragma once

#include <algorithm>
#include <concepts>

#include "genotype/kernels/device.hpp"
#include "genotype/memory/arena.hpp"
#include "genotype/memory/view.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// Samples of a step's batch that go through the networks at once. With the option `accumulate` = 4 a batch goes in
/// micro-batches of a quarter of the trainer's `batch`, the last of what is left, and networks need memory for no more.
/// Losses and gradients are means over the whole batch, as without it, to rounding. But `BN` normalises by each
/// micro-batch's own statistics and follows them one after another, and layers that draw numbers draw others. All of it
/// is one step: of the optimiser, the schedule, the average, and in a recording for a GPU.
/// PyTorch: several loss.backward() of loss * share before one optimizer.step().
struct MicroBatch {
    int first, count;  // of the batch's samples
    float weight;      // their share: by which a mean over them is multiplied
    bool accumulate;   // gradients are added to those of the micro-batches before
    float* losses;     // where its own go

    bool is_whole() const { return weight == 1; }

    /// How many of its samples are among the first n of the batch.
    int among_first(int n) const { return std::clamp(n - first, 0, count); }
    /// Its samples of a batch.
    template <ShapeType S, class Memory>
    View<S, Memory> of(View<S, Memory> batch) const {
        return {batch.data + first * S::count, count};
    }
};

[[gnu::noinline]] inline void check_accumulate(int accumulate, int batch, bool has_micro_batches) {
    if (accumulate < 1 || (accumulate > batch && accumulate > 1))
        fail("Trainer", "accumulate", accumulate, concat("1 to the ", batch, " samples of a batch"));
    if (accumulate > 1 && !has_micro_batches)
        fail("Trainer", "accumulate", accumulate, "1: this trainer's step has no micro-batches");
}

/// The micro-batches of a training, and their losses: in all, and behind that of each.
template <class Device>
class MicroBatches {
  public:
    template <class Options>
    MicroBatches(const Options& options, int loss_floats) : floats_(loss_floats), capacity_(options.batch) {
        if constexpr (requires { options.accumulate; }) {
            check_accumulate(options.accumulate, options.batch, floats_ > 0);
            most_ = options.accumulate;
            capacity_ = (options.batch + most_ - 1) / most_;
        }
        losses_ = Arena<Device>(floats_ * (most_ == 1 ? 1 : most_ + 1));
    }

    int capacity() const { return capacity_; }
    const float* losses() const { return losses_.data(); }

    /// One sample of a batch that is taken apart as the trainer's are.
    MicroBatch rehearsed() { return {0, 1, most_ == 1 ? 1.f : 0.5f, false, losses_.data()}; }

    template <class Part>
    void each(int batch, const Part& part) {
        count_ = (batch + capacity_ - 1) / capacity_;
        for (int at = 0; at < count_; ++at) {
            const int first = at * capacity_, samples = std::min(capacity_, batch - first);
            const float share = static_cast<float>(static_cast<double>(samples) / batch);
            part(MicroBatch{first, samples, share, at > 0, losses_.data() + floats_ * (count_ == 1 ? 0 : at + 1)});
        }
    }
    void add_up_losses(const Device& device) {
        if (count_ == 1) return;
        // Few numbers: not worth a kernel that most networks do not compile. Elsewhere the sum is a recording's part.
        if constexpr (std::derived_from<Device, Cpu>) {
            for (int i = 0; i < floats_; ++i) {
                float sum = 0;
                for (int at = 1; at <= count_; ++at) sum += losses_.data()[at * floats_ + i];
                losses_.data()[i] = sum;
            }
        } else {
            column_sums(device, count_, floats_, losses_.data() + floats_, losses_.data(), false);
        }
    }

  private:
    int floats_, most_ = 1, capacity_, count_ = 1;
    Arena<Device> losses_{0};
};

}  // namespace genotype::inline v0_1::detail
