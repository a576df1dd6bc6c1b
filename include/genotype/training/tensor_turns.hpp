// A model's tensors in one arena, which two functors change in turns.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "genotype/kernels/device_resident.hpp"
#include "genotype/memory/sender.hpp"
#include "genotype/network/children.hpp"

namespace genotype::inline v0_1::detail {

/// Of the parameters or the buffers of a model; `choose(tensor)` says which of the two functors is to change a tensor.
struct TurnEnds {
    std::vector<long> ends;
    int first = 0;
};
[[gnu::cold, gnu::noinline]] inline TurnEnds turns_of(const LayerTree& model, Owned what,
                                                      bool (*choose)(const Parameter&)) {
    TurnEnds turns;
    bool last = false;
    for_each_tensor_of(model, what, [&](const std::string&, const Parameter& tensor, long offset) {
        const bool chosen = choose(tensor);
        if (turns.ends.empty()) turns.first = chosen;
        if (turns.ends.empty() || chosen != last) turns.ends.push_back(0);
        turns.ends.back() = offset + aligned(tensor.count());
        last = chosen;
    });
    return turns;
}

/// The arena in as few ranges as there are. The gaps between tensors, which are zero and stay so, go with the tensor
/// before them.
template <class Device>
class TensorTurns {
  public:
    TensorTurns() = default;
    [[gnu::cold]] explicit TensorTurns(const TurnEnds& of)
        : ends_(static_cast<long>(of.ends.size())), count_(static_cast<int>(of.ends.size())), first_(of.first) {
        std::copy(of.ends.begin(), of.ends.end(), ends_.staging());
        if (count_ > 0) ends_.send(count_);
    }

    kernels::Turns turns() const { return {ends_.data(), count_, first_}; }

  private:
    Sent<long, Device> ends_{0};
    int count_ = 0, first_ = 0;
};

}  // namespace genotype::inline v0_1::detail
