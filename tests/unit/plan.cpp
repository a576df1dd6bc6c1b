// The memory plan: blocks that live at the same time never overlap, and a chain reads nothing that was written over.
#include "genotype/network/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

#include "genotype/genotype.hpp"
#include "genotype/random/philox.hpp"
#include "support/dcgan.hpp"

using namespace genotype;

namespace {

template <std::size_t N>
constexpr std::array<detail::Block, N> placed(std::array<detail::Block, N> blocks) {
    detail::place_blocks(blocks);
    return blocks;
}
template <std::size_t N>
constexpr MemoryExtent needed(std::array<detail::Block, N> blocks) {
    return detail::place_blocks(blocks);
}

// One after the other: all in the same place. Together: side by side. Sizes are whole lines of 16 floats.
constexpr std::array<detail::Block, 3> in_turn{detail::Block{{10, 0}, 0, 0}, detail::Block{{40, 0}, 1, 1},
                                               detail::Block{{20, 0}, 2, 2}};
static_assert(needed(in_turn) == MemoryExtent{48, 0});
constexpr std::array<detail::Block, 3> together{detail::Block{{16, 1}, 0, 2}, detail::Block{{16, 1}, 1, 1},
                                                detail::Block{{16, 1}, 2, 3}};
static_assert(needed(together) == MemoryExtent{32, 32});
static_assert(placed(together)[1].offset == MemoryExtent{16, 16} && placed(together)[2].offset == MemoryExtent{16, 16});
// A hole is filled where it is wide enough, and jumped over where it is not.
constexpr std::array<detail::Block, 4> hole{detail::Block{{32, 0}, 0, 0}, detail::Block{{16, 0}, 0, 9},
                                            detail::Block{{32, 0}, 1, 1}, detail::Block{{48, 0}, 2, 2}};
static_assert(placed(hole)[1].offset.per_sample == 32 && placed(hole)[2].offset.per_sample == 0);
static_assert(placed(hole)[3].offset.per_sample == 48);
// A block that is never in use takes no room, and neither does an empty one stop others.
constexpr std::array<detail::Block, 3> unused{detail::Block{{99, 99}}, detail::Block{{}, 0, 5},
                                              detail::Block{{16, 16}, 0, 5}};
static_assert(needed(unused) == MemoryExtent{16, 16});

bool overlap(const detail::Block& a, const detail::Block& b, long MemoryExtent::*axis) {
    if (a.to < b.from || b.to < a.from || a.size.*axis == 0 || b.size.*axis == 0) return false;
    return a.offset.*axis < b.offset.*axis + b.size.*axis && b.offset.*axis < a.offset.*axis + a.size.*axis;
}

struct Draw {
    std::uint64_t number = 0;
    int operator()(int below) { return static_cast<int>(philox(11, number++)[0] % static_cast<unsigned>(below)); }
};

}  // namespace

TEST_CASE("no two of many random blocks overlap while both are in use") {
    Draw draw;
    int shared = 0;
    for (int round = 0; round < 300; ++round) {
        std::array<detail::Block, 12> blocks;
        for (detail::Block& block : blocks) {
            const int from = draw(10);
            block = {{draw(4) == 0 ? 0 : draw(100), draw(70)}, from, from + draw(5) - 1};
        }
        const auto before = blocks;
        const MemoryExtent total = detail::place_blocks(blocks);
        MemoryExtent all{};
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            const detail::Block& block = blocks[i];
            const bool used = before[i].to >= before[i].from;
            REQUIRE((!used || block.size == aligned(before[i].size)));
            REQUIRE(block.offset.per_sample % 16 == 0);
            REQUIRE(block.offset.fixed % 16 == 0);
            REQUIRE(block.offset.per_sample + block.size.per_sample <= total.per_sample);
            REQUIRE(block.offset.fixed + block.size.fixed <= total.fixed);
            all = all + block.size;
            for (std::size_t j = 0; j < i; ++j) {
                REQUIRE(!overlap(block, blocks[j], &MemoryExtent::per_sample));
                REQUIRE(!overlap(block, blocks[j], &MemoryExtent::fixed));
            }
        }
        REQUIRE(total.per_sample <= all.per_sample);
        shared += total.per_sample < all.per_sample;
    }
    CHECK(shared > 250);
}

namespace {

// What the plan decides about in-place layers, on a chain: a convolution, a norm, and layers that could work in place.
using Chain = Sequential<Conv<2, 4, 3, 1, 1>, BN<4>, ReLU, Conv<4, 2, 3, 1, 1>, Tanh, Dropout<>>;
constexpr auto training =
    detail::plan_chain<Cpu, Training, Conv<2, 4, 3, 1, 1>, BN<4>, ReLU, Conv<4, 2, 3, 1, 1>, Tanh, Dropout<>>(
        image_dims(2, 4, 4));
constexpr auto inference =
    detail::plan_chain<Cpu, Inference, Conv<2, 4, 3, 1, 1>, BN<4>, ReLU, Conv<4, 2, 3, 1, 1>, Tanh, Dropout<>>(
        image_dims(2, 4, 4));

constexpr bool same_place(detail::Place a, detail::Place b) {
    return a.where == b.where && a.offset == b.offset;
}

static_assert(training.activation[0].where == detail::Place::first &&
              training.activation[6].where == detail::Place::last);
// The norm reads its input; ReLU writes over the norm's output, and both the next convolution and ReLU read it.
static_assert(training.activation[1].where == detail::Place::saved &&
              training.activation[2].where == detail::Place::saved);
static_assert(same_place(training.activation[2], training.activation[3]));
static_assert(!same_place(training.activation[1], training.activation[2]));
// Tanh works over the convolution's output, but dropout not over Tanh's, which Tanh's backward reads.
static_assert(training.activation[4].where == detail::Place::saved &&
              same_place(training.activation[4], training.activation[5]));
// In inference nothing reads it again: from the last convolution on all is done in the caller's output.
static_assert(inference.activation[4].where == detail::Place::last &&
              inference.activation[5].where == detail::Place::last);
static_assert(inference.activation[1].where == detail::Place::scratch && inference.total.saved == MemoryExtent{});
static_assert(!same_place(inference.activation[1], inference.activation[2]));
// Gradients: the activations' over those that come in, but not over the caller's.
static_assert(same_place(training.gradient[2], training.gradient[3]));
static_assert(same_place(training.gradient[4], training.gradient[5]));
static_assert(training.gradient[5].where == detail::Place::scratch &&
              training.gradient[6].where == detail::Place::last);
static_assert(!same_place(training.gradient[3], training.gradient[4]));
// 16 values of 4 channels twice, 16 of 2 once, and the mask of dropout.
static_assert(training.total.saved.per_sample == 64 + 64 + 32 + 32);

static_assert(memory_of<Chain, Cpu, Training>(image_dims(2, 4, 4)).saved == training.total.saved);

template <class Net, class In>
constexpr bool inference_is_smaller =
    Workspace<Net, In, Inference>::floats(8) < Workspace<Net, In, Training>::floats(8);
static_assert(inference_is_smaller<dcgan::Generator, Shape<100, 1, 1>>);
static_assert(inference_is_smaller<dcgan::Discriminator, Shape<3, 32, 32>>);
static_assert(inference_is_smaller<Chain, Shape<2, 9, 9>>);

// A hundred blocks train with a hundred blocks' memory, and answer with one's.
template <int N, class Mode>
constexpr long floats = Workspace<Repeat<N, Linear<64, 64>, GELU>, Shape<64>, Mode>::floats(4);
static_assert(floats<100, Inference> == floats<2, Inference>);
static_assert(floats<100, Training> - floats<99, Training> == floats<3, Training> - floats<2, Training>);
static_assert(floats<100, Training> - floats<99, Training> == 4 * 2 * 64);

}  // namespace

TEST_CASE("a region's ranges lie behind one another for its capacity") {
    float memory[100];
    const MemoryRegion region{memory, memory + 64, 2};
    const MemoryRegion inner = region.at({16, 3});
    CHECK(inner.per_sample == memory + 32);
    CHECK(inner.fixed == memory + 67);
    CHECK(inner.capacity == 2);
    CHECK(aligned(0) == 0);
    CHECK(aligned(1) == 16);
    CHECK(aligned(16) == 16);
    CHECK(larger({1, 5}, {3, 2}) == MemoryExtent{3, 5});
    CHECK(MemoryExtent{3, 5}.floats(10) == 35);
}
