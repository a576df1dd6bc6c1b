// An optimiser's update of parameters that are in groups.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/device_resident.hpp"
#include "genotype/memory/sender.hpp"
#include "genotype/network/weights.hpp"
#include "genotype/optimizers/decayed.hpp"
#include "genotype/training/parameter_group.hpp"

namespace genotype::inline v0_1::detail {

/// A device on which an optimiser's `update_by` takes the numbers of each range's own group.
template <class Device>
struct InGroups : kernels::DeviceBase {
    static constexpr bool on_host = Device::on_host;

    InGroups(const Device& on, const kernels::GroupRanges& of, long bytes) : device(on), ranges(of), apart(bytes) {}

    [[no_unique_address]] Device device;
    kernels::GroupRanges ranges;
    long apart;  // bytes from the numbers of one group to those of the next
};
template <class Device, class F, class... P>
void update_by(const InGroups<Device>& in, long n, const F* first, P*... p) {
    update_ranges(in.device, in.ranges, first, in.apart, n, p...);
}

/// Which range of a network's parameters is in which group: where it ends, and twice the group's number, and one more
/// for a vector, or -1 where it is frozen.
struct GroupCut {
    std::vector<long> ends, numbers;
    std::vector<long> frozen;  // where each frozen range begins and ends
};

/// Adds to `found` how many parameters each group has here; names begin with `prefix`.
[[gnu::cold, gnu::noinline]] inline GroupCut cut_into_groups(const LayerTree& model, const ParameterGroups& groups,
                                                             const std::string& prefix, std::vector<long>& found) {
    GroupCut cut;
    for_each_tensor_of(
        model, Owned::parameters,
        [&](const std::string& name, const Parameter& tensor, long offset) {
            const std::size_t group = group_of(groups, name, tensor);
            const bool is_here = group < groups.size(), is_frozen = is_here && groups[group].frozen;
            if (is_here) ++found[group];
            const long number = is_frozen ? -1 : static_cast<long>(2 * group) + (tensor.dims.rank < 2);
            if (cut.numbers.empty() || number != cut.numbers.back()) {
                const long zero = 0;
                if (is_frozen) cut.frozen.push_back(offset);
                if (is_frozen) cut.frozen.push_back(offset);
                cut.numbers.push_back(number);
                cut.ends.push_back(zero);
            }
            cut.ends.back() = offset + aligned(tensor.count());
            if (is_frozen) cut.frozen.back() = cut.ends.back();
        },
        prefix);
    return cut;
}

/// What the groups' updates are made by, and where. Without groups it owns nothing.
template <class Device, class Optimizer>
class Grouped {
    using Update = typename Optimizer::Update;

  public:
    Grouped() = default;

    [[gnu::cold]] Grouped(const Optimizer& optimizer, const ParameterGroups& groups, const GroupCut& cut)
        : rules_(2 * (groups.size() + 1), optimizer),
          frozen_(cut.frozen),
          ends_(static_cast<long>(cut.ends.size())),
          numbers_(static_cast<long>(cut.ends.size())),
          updates_(static_cast<long>(rules_.size())),
          count_(static_cast<int>(cut.ends.size())) {
        for (std::size_t at = 0; at < rules_.size(); ++at)
            set_rule(rules_[at], at / 2 < groups.size() ? groups[at / 2] : ParameterGroup{}, at % 2 == 1);
        std::copy(cut.ends.begin(), cut.ends.end(), ends_.staging());
        std::copy(cut.numbers.begin(), cut.numbers.end(), numbers_.staging());
        if (count_ == 0) return;
        ends_.send(count_);
        numbers_.send(count_);
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
        const kernels::GroupRanges ranges{ends_.data(), numbers_.data(), count_};
        optimizer.apply(InGroups<Device>(device, ranges, sizeof(Update)), n, parameters, gradients, state,
                        updates_.data());
    }

    /// Nothing is left of the gradients of frozen parameters: neither a norm nor an average sees them.
    void clear_frozen(const Device& device, float* gradients) const {
        for (std::size_t at = 0; at < frozen_.size(); at += 2)
            update(device, frozen_[at + 1] - frozen_[at], Fill{0}, gradients + frozen_[at]);
    }

  private:
    /// The optimiser with a group's own options. One that decays matrices alone does so where the group says nothing.
    [[gnu::cold]] static void set_rule(Optimizer& rule, const ParameterGroup& group, bool is_vector) {
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
    }

    std::vector<Optimizer> rules_;  // of each group and of what is in none, of matrices and of vectors
    std::vector<long> frozen_;
    Sent<long, Device> ends_{0}, numbers_{0};
    Sent<Update, Device> updates_{0};
    int count_ = 0;
};

}  // namespace genotype::inline v0_1::detail
