// An optimiser's update of parameters that are in groups.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "genotype/kernels/behind.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/model/weights.hpp"
#include "genotype/optimizers/decayed.hpp"
#include "genotype/tensor/sender.hpp"
#include "genotype/training/parameter_group.hpp"

namespace genotype::detail {

/// A device on which an optimiser's `update_by` takes the numbers of each stretch's own group.
template <class Device>
struct InGroups : kernels::DeviceBase {
    static constexpr bool on_host = Device::on_host;

    InGroups(const Device& on, const kernels::Stretches& of, long bytes) : device(on), stretches(of), apart(bytes) {}

    [[no_unique_address]] Device device;
    kernels::Stretches stretches;
    long apart;  // bytes from the numbers of one group to those of the next
};
template <class Device, class F, class... P>
void update_by(const InGroups<Device>& in, long n, const F* first, P*... p) {
    update_in_stretches(in.device, in.stretches, first, in.apart, n, p...);
}

/// Which stretch of a network's parameters is in which group, and what the groups' updates are made by. Without groups
/// it owns nothing.
template <class Device, class Optimizer>
class Grouped {
    using Update = typename Optimizer::Update;

  public:
    Grouped() = default;

    /// Adds to `found` how many parameters each group has here; names begin with `prefix`.
    template <Layer Net>
    [[gnu::cold]] static Grouped of(const Optimizer& optimizer, const ParameterGroups& groups,
                                    const std::string& prefix, std::vector<long>& found) {
        Grouped grouped;
        if (groups.empty()) return grouped;
        std::vector<long> ends, numbers;
        for_each_tensor<Net, Owned::parameters>(
            [&](const std::string& name, const Parameter& tensor, long offset) {
                const std::size_t group = group_of(groups, name, tensor);
                const bool is_here = group < groups.size(), is_frozen = is_here && groups[group].frozen;
                if (is_here) ++found[group];
                const long number = is_frozen ? -1 : static_cast<long>(2 * group) + (tensor.dims.rank < 2);
                if (numbers.empty() || number != numbers.back()) {
                    if (is_frozen) grouped.frozen_.emplace_back(offset, offset);
                    numbers.push_back(number);
                    ends.push_back(0);
                }
                ends.back() = offset + aligned(tensor.count());
                if (is_frozen) grouped.frozen_.back().second = ends.back();
            },
            prefix);
        for (std::size_t group = 0; group <= groups.size(); ++group)
            for (const bool is_vector : {false, true})
                grouped.rules_.push_back(
                    rule_of(optimizer, group < groups.size() ? groups[group] : ParameterGroup{}, is_vector));
        grouped.count_ = static_cast<int>(ends.size());
        grouped.ends_ = sent(ends);
        grouped.numbers_ = sent(numbers);
        grouped.updates_ = Sent<Update, Device>(static_cast<long>(grouped.rules_.size()));
        return grouped;
    }

    bool is_there() const { return !rules_.empty(); }

    /// The two halves of an update, as an optimiser's.
    void next(std::int64_t step, float learning_rate_factor) {
        std::transform(rules_.begin(), rules_.end(), updates_.staging(),
                       [&](const Optimizer& rule) { return rule.update_of(step, learning_rate_factor); });
        updates_.send(static_cast<long>(rules_.size()));
    }
    void apply(const Device& device, const Optimizer& optimizer, long n, float* parameters, const float* gradients,
               float* state) const {
        const kernels::Stretches stretches{ends_.data(), numbers_.data(), count_};
        optimizer.apply(InGroups<Device>(device, stretches, sizeof(Update)), n, parameters, gradients, state,
                        updates_.data());
    }

    /// Nothing is left of the gradients of frozen parameters: neither a norm nor an average sees them.
    void clear_frozen(const Device& device, float* gradients) const {
        for (const auto& [first, end] : frozen_) update(device, end - first, Fill{0}, gradients + first);
    }

  private:
    static Sent<long, Device> sent(const std::vector<long>& values) {
        Sent<long, Device> to(static_cast<long>(values.size()));
        std::copy(values.begin(), values.end(), to.staging());
        if (!values.empty()) to.send(static_cast<long>(values.size()));
        return to;
    }

    /// The optimiser with a group's own options. One that decays matrices alone does so where the group says nothing.
    static Optimizer rule_of(Optimizer rule, const ParameterGroup& group, bool is_vector) {
        if constexpr (requires { rule.decayed; }) {
            if (is_vector && rule.decayed == Decayed::matrices) rule.weight_decay = 0;
            rule.decayed = Decayed::all;
        }
        if constexpr (requires { rule.learning_rate; })
            rule.learning_rate = group.learning_rate.value_or(rule.learning_rate);
        else if (group.learning_rate)
            fail("Trainer", text_of(group), "a rate", "none: the optimizer has no learning_rate");
        if constexpr (requires { rule.weight_decay; })
            rule.weight_decay = group.weight_decay.value_or(rule.weight_decay);
        else if (group.weight_decay)
            fail("Trainer", text_of(group), "a decay", "none: the optimizer has no weight_decay");
        return rule;
    }

    std::vector<Optimizer> rules_;  // of each group and of what is in none, of matrices and of vectors
    std::vector<std::pair<long, long>> frozen_;
    Sent<long, Device> ends_{0}, numbers_{0};
    Sent<Update, Device> updates_{0};
    int count_ = 0;
};

}  // namespace genotype::detail
