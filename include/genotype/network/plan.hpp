// The memory plan of a chain of layers: where every activation and every gradient lies, worked out while compiling from
// the times at which each is written and last read.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "genotype/network/children.hpp"
#include "genotype/network/run.hpp"
#include "genotype/network/scope.hpp"

namespace genotype::inline v0_1::detail {

/// A block of memory that is in use from time `from` to time `to`, both included, and the place that it was given.
struct Block {
    MemoryExtent size;
    int from = 0, to = -1;
    MemoryExtent offset{};
};

/// First fit: the lowest offset at which `size` floats overlap no earlier block that is in use at the same time.
template <std::size_t N>
constexpr long first_fit(const std::array<Block, N>& blocks, std::size_t placed, long MemoryExtent::*axis) {
    const Block& block = blocks[placed];
    const long size = block.size.*axis;
    long offset = 0;
    if (size == 0) return offset;
    for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t other = 0; other < placed; ++other) {
            const Block& there = blocks[other];
            const bool together = there.from <= block.to && block.from <= there.to;
            const long start = there.offset.*axis, end = start + there.size.*axis;
            if (together && there.size.*axis > 0 && offset < end && start < offset + size) {
                offset = end;
                moved = true;
            }
        }
    }
    return offset;
}

/// Places all blocks, in order, and returns what they need together.
template <std::size_t N>
constexpr MemoryExtent place_blocks(std::array<Block, N>& blocks) {
    MemoryExtent total{};
    for (std::size_t index = 0; index < N; ++index) {
        Block& block = blocks[index];
        if (block.to < block.from) block.size = {};
        block.size = aligned(block.size);
        block.offset.per_sample = first_fit(blocks, index, &MemoryExtent::per_sample);
        block.offset.fixed = first_fit(blocks, index, &MemoryExtent::fixed);
        total = larger(total, block.offset + block.size);
    }
    return total;
}

/// Where an activation or a gradient between two layers lies.
struct Place {
    enum Where { first, last, saved, scratch } where = scratch;  // first, last: the caller's own input and output
    MemoryExtent offset{};
};

/// What the plan has to know of one layer.
struct LayerFacts {
    LayerMemory memory;
    bool reads_input = true, reads_output = false, in_place = false;
    LayerSlice weights{};
    // Whether its backward makes gradients of parameters, save of what stands for a name.
    bool has_parameters = false;
    // Of a layer that binds a name: whether it works the value out, what that is, and the last layer that reads it.
    bool binds = false, computes = false;
    std::string_view name = {};
    Dims value{};
    std::size_t last_reader = 0;
};

template <Layer L, class Device, class Mode>
constexpr LayerFacts facts_of(Dims in) {
    LayerFacts facts{memory_of<L, Device, Mode>(in), L::backward_reads_input, L::backward_reads_output, L::in_place,
                     weights_of<L, Device>()};
    facts.has_parameters = !Binds<L> && parameter_floats<L>() > 0;
    if constexpr (Binds<L>) {
        facts.binds = true;
        facts.name = bound_name<L>();
        facts.computes = L::computes;
        facts.value = L::value(in);
    }
    return facts;
}

/// What the plan has on a layer that binds a name; empty for another.
struct ValuePlan {
    bool binds = false, computes = false;
    std::string_view name = {};
    Dims dims{};
    std::size_t last_reader = 0;
    Place place{};
    MemoryExtent gradient{};  // in backward's scratch
};

/// The plan of a chain of N layers. Boundary b lies between layers b-1 and b; 0 is the input and N the output.
template <std::size_t N, bool named = false>
struct ChainPlan {
    static constexpr std::size_t most_values = named ? N : 0;
    std::array<Dims, N + 1> dims{};
    std::array<Place, N + 1> activation{}, gradient{};
    std::array<LayerSlice, N> forward{}, backward{};  // each layer's own
    // Whether a layer's backward makes more than its input's gradient: that of parameters or of a value that is worked
    // out here; and whether it may make that of a name from outside.
    std::array<bool, N> makes_gradients{}, reads_names{};
    std::array<ValuePlan, most_values> values{};
    LayerMemory total{};
};

constexpr MemoryExtent activation_size(Dims dims) {
    return {dims.count(), 0};
}

/// What is to be known of a boundary of a chain beside its size.
template <std::size_t N>
struct Boundaries {
    std::array<std::size_t, N + 1> owner{};  // the boundary whose block it shares
    std::array<bool, N + 1> is_callers{};    // it is the caller's input, seen through layers that only bind names
    std::array<bool, N + 1> is_named{};      // something behind reads it by name: nothing may be written over it
};

/// Boundaries that share one block because the layers between them work in place: each gets the last one's number.
template <std::size_t N>
constexpr Boundaries<N> shared_boundaries(const std::array<LayerFacts, N>& facts, bool training) {
    Boundaries<N> all;
    all.is_callers[0] = true;
    for (std::size_t b = 1; b <= N; ++b) {
        const LayerFacts& before = facts[b - 1];
        all.is_callers[b] = before.binds && all.is_callers[b - 1];
        all.is_named[b] = before.binds && (!before.computes || all.is_named[b - 1]);
    }
    all.owner[N] = N;
    for (std::size_t layer = N; layer-- > 0;) {
        const bool input_is_read_later = layer > 0 && training && facts[layer - 1].reads_output;
        const bool writes_over = facts[layer].in_place && !input_is_read_later && !all.is_named[layer];
        const bool shares = !all.is_callers[layer] && (facts[layer].binds || writes_over);
        all.owner[layer] = shares ? all.owner[layer + 1] : layer;
    }
    return all;
}

template <std::size_t N, bool named>
constexpr void plan_forward(ChainPlan<N, named>& plan, const std::array<LayerFacts, N>& facts, bool training) {
    const Boundaries<N> boundaries = shared_boundaries(facts, training);
    const auto& owner = boundaries.owner;
    std::array<Block, 2 * N + 1 + ChainPlan<N, named>::most_values> blocks{};
    std::array<bool, N + 1> is_saved{};
    for (std::size_t b = 1; b < N && training; ++b)
        if (facts[b].reads_input || facts[b - 1].reads_output || boundaries.is_named[b]) is_saved[owner[b]] = true;
    for (std::size_t b = 1; b < N; ++b) {  // written by layer b-1, read by layer b
        if (owner[b] == N || is_saved[owner[b]] || boundaries.is_callers[b]) continue;
        Block& block = blocks[owner[b]];
        const bool is_new = block.to < block.from;
        block.size = larger(block.size, activation_size(plan.dims[b]));
        block.from = is_new ? static_cast<int>(b) - 1 : block.from;
        block.to = std::max(block.to, static_cast<int>(b));
        if (facts[b - 1].binds && !facts[b - 1].computes)
            block.to = std::max(block.to, static_cast<int>(facts[b - 1].last_reader));
    }
    for (std::size_t layer = 0; layer < N; ++layer) {
        [[maybe_unused]] const int time = static_cast<int>(layer);
        blocks[N + 1 + layer] = {facts[layer].memory.forward_scratch, time, time};
        if (named && facts[layer].computes && !training)
            blocks[2 * N + 1 + layer] = {activation_size(facts[layer].value), time,
                                         static_cast<int>(facts[layer].last_reader)};
    }
    plan.total.forward_scratch = place_blocks(blocks);

    for (std::size_t layer = 0; layer < N; ++layer) {
        plan.forward[layer].scratch = blocks[N + 1 + layer].offset;
        plan.forward[layer].saved = plan.total.saved;
        plan.total.saved = plan.total.saved + aligned(facts[layer].memory.saved);
    }
    for (std::size_t b = N + 1; b-- > 0;) {
        if (boundaries.is_callers[b]) {
            plan.activation[b] = {Place::first};
        } else if (owner[b] == N) {
            plan.activation[b] = {Place::last};
        } else if (owner[b] != b) {
            plan.activation[b] = plan.activation[owner[b]];
        } else if (is_saved[b]) {
            plan.activation[b] = {Place::saved, plan.total.saved};
            plan.total.saved = plan.total.saved + aligned(activation_size(plan.dims[b]));
        } else {
            plan.activation[b] = {Place::scratch, blocks[b].offset};
        }
    }
    if constexpr (named)
        for (std::size_t layer = 0; layer < N; ++layer) {
            const LayerFacts& of = facts[layer];
            if (!of.binds) continue;
            ValuePlan& value = plan.values[layer];
            value = {true, of.computes, of.name, of.value, of.last_reader, plan.activation[layer + 1]};
            if (!of.computes) continue;
            value.place = training ? Place{Place::saved, plan.total.saved}
                                   : Place{Place::scratch, blocks[2 * N + 1 + layer].offset};
            if (training) plan.total.saved = plan.total.saved + aligned(activation_size(of.value));
        }
}

template <std::size_t N, bool named>
constexpr void plan_backward(ChainPlan<N, named>& plan, const std::array<LayerFacts, N>& facts) {
    std::array<Block, 2 * N + 1 + ChainPlan<N, named>::most_values> blocks{};
    std::array<std::size_t, N + 1> owner{};
    for (std::size_t b = N + 1; b-- > 0;)  // dx over dy, but never over the caller's
        owner[b] = b > 0 && b + 1 < N && facts[b].in_place ? owner[b + 1] : b;
    for (std::size_t b = N - 1; b >= 1 && b < N; --b) {  // written by layer b at time N-1-b, read by layer b-1
        Block& block = blocks[owner[b]];
        const int time = static_cast<int>(N - 1 - b);
        const bool is_new = block.to < block.from;
        block.size = larger(block.size, activation_size(plan.dims[b]));
        block.from = is_new ? time : block.from;
        block.to = time + 1;
    }
    for (std::size_t layer = 0; layer < N; ++layer) {
        [[maybe_unused]] const int time = static_cast<int>(N - 1 - layer);
        blocks[N + 1 + layer] = {facts[layer].memory.backward_scratch, time, time};
        if (named && facts[layer].binds)  // from its last reader, where it is born
            blocks[2 * N + 1 + layer] = {activation_size(facts[layer].value),
                                         static_cast<int>(N - 1 - facts[layer].last_reader), time};
    }
    plan.total.backward_scratch = place_blocks(blocks);
    for (std::size_t layer = 0; layer < N; ++layer) {
        plan.backward[layer] = plan.forward[layer];
        plan.backward[layer].scratch = blocks[N + 1 + layer].offset;
    }
    if constexpr (named)
        for (std::size_t layer = 0; layer < N; ++layer) plan.values[layer].gradient = blocks[2 * N + 1 + layer].offset;
    for (std::size_t b = 0; b <= N; ++b) {
        if (b == 0)
            plan.gradient[b] = {Place::first};
        else if (b == N)
            plan.gradient[b] = {Place::last};
        else
            plan.gradient[b] = {Place::scratch, blocks[owner[b]].offset};
    }
}

/// Whether layer `layer` of a chain reads one of the names.
template <class... L, class... N>
constexpr bool reads_one_of([[maybe_unused]] std::size_t layer, Names<N...>) {
    return (ChainNames<L...>::reads(layer, name_id<N>()) || ...);
}

/// Plans the chain `L...` for one input; the input is known to fit.
template <class Device, class Mode, Layer... L>
constexpr auto plan_chain(Dims in) {
    constexpr std::size_t count = sizeof...(L);
    constexpr bool named = (Binds<L> || ...);
    ChainPlan<count, named> plan;
    std::array<LayerFacts, count> facts{};
    std::size_t index = 0;
    plan.dims[0] = in;
    ((facts[index] = facts_of<L, Device, Mode>(plan.dims[index]),
      plan.dims[index + 1] = output_dims<L>(plan.dims[index]), ++index),
     ...);
    if constexpr (named)
        for (std::size_t layer = 0; layer < count; ++layer)
            facts[layer].last_reader = ChainNames<L...>::last_reader(layer);
    LayerSlice next;
    for (std::size_t layer = 0; layer < count; ++layer) {
        plan.forward[layer] = next;
        next = next + facts[layer].weights;
        plan.makes_gradients[layer] = facts[layer].has_parameters;
        if constexpr (!ChainReads<L...>::plain) {
            plan.reads_names[layer] =
                !facts[layer].binds && reads_one_of<L...>(layer, typename ChainReads<L...>::type{});
            for (std::size_t before = 0; before < layer; ++before)
                if (facts[before].computes && ChainNames<L...>::reads(layer, facts[before].name))
                    plan.makes_gradients[layer] = !facts[layer].binds;
        }
    }
    constexpr bool training = std::same_as<Mode, Training>;
    plan_forward(plan, facts, training);
    if (training) plan_backward(plan, facts);
    return plan;
}

}  // namespace genotype::inline v0_1::detail
