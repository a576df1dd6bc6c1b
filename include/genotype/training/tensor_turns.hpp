// A model's tensors in one arena, which two functors change in turns.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "genotype/kernels/behind.hpp"
#include "genotype/model/children.hpp"
#include "genotype/tensor/sender.hpp"

namespace genotype::detail {

/// The arena in as few stretches as there are. The gaps between tensors, which are zero and stay so, go with the tensor
/// before them.
template <class Device>
class TensorTurns {
  public:
    TensorTurns() = default;
    TensorTurns(const std::vector<long>& ends, int first)
        : ends_(static_cast<long>(ends.size())), count_(static_cast<int>(ends.size())), first_(first) {
        std::copy(ends.begin(), ends.end(), ends_.staging());
        if (count_ > 0) ends_.send(count_);
    }

    kernels::Turns turns() const { return {ends_.data(), count_, first_}; }

  private:
    Sent<long, Device> ends_{0};
    int count_ = 0, first_ = 0;
};

/// Of the parameters or the buffers of `Net`; `choose(tensor)` says which of the two functors is to change a tensor.
template <Layer Net, Owned what, class Device, class Choose>
TensorTurns<Device> turns_of(const Choose& choose) {
    std::vector<long> ends;
    int first = 0, last = 0;
    for_each_tensor<Net, what>([&](const std::string&, const Parameter& tensor, long offset) {
        const int chosen = choose(tensor);
        if (ends.empty()) first = chosen;
        if (ends.empty() || chosen != last) ends.push_back(0);
        ends.back() = offset + aligned(tensor.count());
        last = chosen;
    });
    return {ends, first};
}

}  // namespace genotype::detail
