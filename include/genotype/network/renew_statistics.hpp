// Batch statistics of weights that no training step has run: of an average of weights.
#pragma once

#include <vector>

#include "genotype/kernels/functions.hpp"
#include "genotype/network/model.hpp"

namespace genotype::inline v0_1 {

namespace detail {

/// Running statistics that lie together among the buffers, and their counters.
struct RunningStatisticsAt {
    long offset, floats;
    float momentum;  // the share of a batch in them; 0 of a counter
};

/// Returns where those of the next layer begin.
template <class Found>
[[gnu::cold, gnu::noinline]] long find_statistics(const LayerTree& layer, long offset, std::vector<Found>& found) {
    for (const Parameter& tensor : layer.buffers) {
        const long floats = aligned(tensor.count());
        const bool counts = tensor.initial.kind == Initial::counter;
        if (layer.momentum > 0) found.push_back({offset, floats, counts ? 0 : layer.momentum});
        offset += floats;
    }
    for (std::size_t child = 0; child < layer.count; ++child)
        offset = find_statistics(layer.children[child], offset, found);
    return offset;
}

struct AddShare {
    float factor;

    template <class V>
    constexpr void operator()(V& total, const V& value) const {
        total = total + V(factor) * value;
    }
};

}  // namespace detail

/// Makes the running statistics of a model's batch norms anew: they become the mean of those of `batches` batches, and
/// each counter is `batches`. run() takes the model through one batch forward, as training does. `Error` where
/// `batches` is below 1. For an average of weights, whose own statistics are averages over other weights:
///
///     auto generator = trainer.average_generator();
///     Workspace<Generator, Noise, Training> memory(64);
///     renew_statistics(generator, 200, [&, n = 0u]() mutable {
///         memory.forward(generator, normal<Noise>(64, Seed{n++}));
///     });
///
/// A batch norm with a momentum of 0 keeps what it has. PyTorch: torch.optim.swa_utils.update_bn(loader, model).
template <Layer Net, class Device, class Run>
void renew_statistics(Model<Net, Device>& model, int batches, Run&& run) {
    if (batches < 1) fail("renew_statistics", "batches", batches, "1 or more");
    std::vector<detail::RunningStatisticsAt> statistics;
    detail::find_statistics(detail::tree<Net>, 0, statistics);
    if (statistics.empty()) return;
    const Device& device = model.runs_on();
    const auto clear = [&](const auto& of) { Device::clear(model.buffers.data() + of.offset, of.floats); };
    Arena<Device> means(model.buffers.size());
    Device::clear(means.data(), means.size());
    for (const auto& each : statistics) clear(each);
    for (int batch = 0; batch < batches; ++batch) {
        // From zero on, a batch leaves its own statistics, times the momentum.
        for (const auto& each : statistics)
            if (each.momentum > 0) clear(each);
        run();
        for (const auto& each : statistics)
            if (each.momentum > 0)
                update(device, each.floats, detail::AddShare{1 / (each.momentum * static_cast<float>(batches))},
                       means.data() + each.offset, static_cast<const float*>(model.buffers.data() + each.offset));
    }
    for (const auto& each : statistics)
        if (each.momentum > 0)
            map(device, each.floats, kernels::Identity{}, model.buffers.data() + each.offset,
                static_cast<const float*>(means.data() + each.offset));
}

}  // namespace genotype::inline v0_1
