// The memory plan of a chain of layers: where every activation and every gradient lies, worked out while compiling from
// the times at which each is written and last read.
#pragma once

#include <array>

#include "genotype/model/children.hpp"
#include "genotype/model/run.hpp"

namespace genotype::detail {

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
    enum Where { first, last, kept, scratch } where = scratch;  // first, last: the caller's own input and output
    MemoryExtent offset{};
};

/// What the plan has to know of one layer.
struct LayerFacts {
    LayerMemory memory;
    bool reads_input = true, reads_output = false, in_place = false;
    Slice weights{};
};

template <Layer L, class Device, class Mode>
constexpr LayerFacts facts_of(Dims in) {
    return {memory_of<L, Device, Mode>(in), L::backward_reads_input, L::backward_reads_output, L::in_place,
            weights_of<L, Device>()};
}

/// The plan of a chain of N layers. Boundary b lies between layers b-1 and b; 0 is the input and N the output.
template <std::size_t N>
struct ChainPlan {
    std::array<Dims, N + 1> dims{};
    std::array<Place, N + 1> activation{}, gradient{};
    std::array<Slice, N> forward{}, backward{};  // each layer's own
    LayerMemory total{};
};

constexpr MemoryExtent activation_size(Dims dims) {
    return {dims.count(), 0};
}

/// Boundaries that share one block because the layers between them work in place: each gets the last one's number.
template <std::size_t N>
constexpr std::array<std::size_t, N + 1> shared_boundaries(const std::array<LayerFacts, N>& facts, bool training) {
    std::array<std::size_t, N + 1> owner{};
    owner[N] = N;
    for (std::size_t layer = N; layer-- > 0;) {
        const bool caller_owns_input = layer == 0;
        const bool input_is_read_later = layer > 0 && training && facts[layer - 1].reads_output;
        const bool shares = facts[layer].in_place && !caller_owns_input && !input_is_read_later;
        owner[layer] = shares ? owner[layer + 1] : layer;
    }
    return owner;
}

template <std::size_t N>
constexpr void plan_forward(ChainPlan<N>& plan, const std::array<LayerFacts, N>& facts, bool training) {
    const auto owner = shared_boundaries(facts, training);
    std::array<Block, 2 * N + 1> blocks{};
    std::array<bool, N + 1> is_kept{};
    for (std::size_t b = 1; b < N && training; ++b)
        if (facts[b].reads_input || facts[b - 1].reads_output) is_kept[owner[b]] = true;
    for (std::size_t b = 1; b < N; ++b) {  // written by layer b-1, read by layer b
        if (owner[b] == N || is_kept[owner[b]]) continue;
        Block& block = blocks[owner[b]];
        const bool is_new = block.to < block.from;
        block.size = larger(block.size, activation_size(plan.dims[b]));
        block.from = is_new ? static_cast<int>(b) - 1 : block.from;
        block.to = static_cast<int>(b);
    }
    for (std::size_t layer = 0; layer < N; ++layer)
        blocks[N + 1 + layer] = {facts[layer].memory.forward_scratch, static_cast<int>(layer), static_cast<int>(layer)};
    plan.total.forward_scratch = place_blocks(blocks);

    for (std::size_t layer = 0; layer < N; ++layer) {
        plan.forward[layer].scratch = blocks[N + 1 + layer].offset;
        plan.forward[layer].kept = plan.total.kept;
        plan.total.kept = plan.total.kept + aligned(facts[layer].memory.kept);
    }
    for (std::size_t b = N + 1; b-- > 0;) {
        if (b == 0) {
            plan.activation[b] = {Place::first};
        } else if (owner[b] == N) {
            plan.activation[b] = {Place::last};
        } else if (owner[b] != b) {
            plan.activation[b] = plan.activation[owner[b]];
        } else if (is_kept[b]) {
            plan.activation[b] = {Place::kept, plan.total.kept};
            plan.total.kept = plan.total.kept + aligned(activation_size(plan.dims[b]));
        } else {
            plan.activation[b] = {Place::scratch, blocks[b].offset};
        }
    }
}

template <std::size_t N>
constexpr void plan_backward(ChainPlan<N>& plan, const std::array<LayerFacts, N>& facts) {
    std::array<Block, 2 * N + 1> blocks{};
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
    }
    plan.total.backward_scratch = place_blocks(blocks);
    for (std::size_t layer = 0; layer < N; ++layer) {
        plan.backward[layer] = plan.forward[layer];
        plan.backward[layer].scratch = blocks[N + 1 + layer].offset;
    }
    for (std::size_t b = 0; b <= N; ++b) {
        if (b == 0)
            plan.gradient[b] = {Place::first};
        else if (b == N)
            plan.gradient[b] = {Place::last};
        else
            plan.gradient[b] = {Place::scratch, blocks[owner[b]].offset};
    }
}

/// Plans the chain `L...` for one input; the input is known to fit.
template <class Device, class Mode, Layer... L>
constexpr auto plan_chain(Dims in) {
    constexpr std::size_t count = sizeof...(L);
    ChainPlan<count> plan;
    std::array<LayerFacts, count> facts{};
    std::size_t index = 0;
    plan.dims[0] = in;
    ((facts[index] = facts_of<L, Device, Mode>(plan.dims[index]),
      plan.dims[index + 1] = output_dims<L>(plan.dims[index]), ++index),
     ...);
    Slice next;
    for (std::size_t layer = 0; layer < count; ++layer) {
        plan.forward[layer] = next;
        next = next + facts[layer].weights;
        next.session = next.session + aligned(facts[layer].memory.session);
    }
    plan.total.session = next.session;
    constexpr bool training = std::same_as<Mode, Training>;
    plan_forward(plan, facts, training);
    if (training) plan_backward(plan, facts);
    return plan;
}

}  // namespace genotype::detail
