// The memory plan: blocks that live at the same time never overlap, and a chain reads nothing that was written over.
#include "genotype/model/plan.hpp"

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
constexpr std::array<Block, N> placed(std::array<Block, N> blocks) {
    place_blocks(blocks);
    return blocks;
}
template <std::size_t N>
constexpr Extent needed(std::array<Block, N> blocks) {
    return place_blocks(blocks);
}

// One after the other: all in the same place. Together: side by side. Sizes are whole lines of 16 floats.
constexpr std::array<Block, 3> in_turn{Block{{10, 0}, 0, 0}, Block{{40, 0}, 1, 1}, Block{{20, 0}, 2, 2}};
static_assert(needed(in_turn) == Extent{48, 0});
constexpr std::array<Block, 3> together{Block{{16, 1}, 0, 2}, Block{{16, 1}, 1, 1}, Block{{16, 1}, 2, 3}};
static_assert(needed(together) == Extent{32, 32});
static_assert(placed(together)[1].offset == Extent{16, 16} && placed(together)[2].offset == Extent{16, 16});
// A hole is filled where it is wide enough, and jumped over where it is not.
constexpr std::array<Block, 4> hole{Block{{32, 0}, 0, 0}, Block{{16, 0}, 0, 9}, Block{{32, 0}, 1, 1},
                                    Block{{48, 0}, 2, 2}};
static_assert(placed(hole)[1].offset.per_sample == 32 && placed(hole)[2].offset.per_sample == 0);
static_assert(placed(hole)[3].offset.per_sample == 48);
// A block that is never in use takes no room, and neither does an empty one stop others.
constexpr std::array<Block, 3> unused{Block{{99, 99}}, Block{{}, 0, 5}, Block{{16, 16}, 0, 5}};
static_assert(needed(unused) == Extent{16, 16});

bool overlap(const Block& a, const Block& b, long Extent::*axis) {
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
        std::array<Block, 12> blocks;
        for (Block& block : blocks) {
            const int from = draw(10);
            block = {{draw(4) == 0 ? 0 : draw(100), draw(70)}, from, from + draw(5) - 1};
        }
        const auto before = blocks;
        const Extent total = place_blocks(blocks);
        Extent all{};
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            const Block& block = blocks[i];
            const bool used = before[i].to >= before[i].from;
            REQUIRE((!used || block.size == aligned(before[i].size)));
            REQUIRE(block.offset.per_sample % 16 == 0);
            REQUIRE(block.offset.fixed % 16 == 0);
            REQUIRE(block.offset.per_sample + block.size.per_sample <= total.per_sample);
            REQUIRE(block.offset.fixed + block.size.fixed <= total.fixed);
            all = all + block.size;
            for (std::size_t j = 0; j < i; ++j) {
                REQUIRE(!overlap(block, blocks[j], &Extent::per_sample));
                REQUIRE(!overlap(block, blocks[j], &Extent::fixed));
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
    plan_chain<Cpu, Training, Conv<2, 4, 3, 1, 1>, BN<4>, ReLU, Conv<4, 2, 3, 1, 1>, Tanh, Dropout<>>(
        picture_dims(2, 4, 4));
constexpr auto inference =
    plan_chain<Cpu, Inference, Conv<2, 4, 3, 1, 1>, BN<4>, ReLU, Conv<4, 2, 3, 1, 1>, Tanh, Dropout<>>(
        picture_dims(2, 4, 4));

constexpr bool same_place(Place a, Place b) {
    return a.where == b.where && a.offset == b.offset;
}

static_assert(training.activation[0].where == Place::first && training.activation[6].where == Place::last);
// The norm reads its input; ReLU writes over the norm's output, and both the next convolution and ReLU read it.
static_assert(training.activation[1].where == Place::kept && training.activation[2].where == Place::kept);
static_assert(same_place(training.activation[2], training.activation[3]));
static_assert(!same_place(training.activation[1], training.activation[2]));
// Tanh works over the convolution's output, but dropout not over Tanh's, which Tanh's backward reads.
static_assert(training.activation[4].where == Place::kept &&
              same_place(training.activation[4], training.activation[5]));
// In inference nothing reads it again: from the last convolution on all is done in the caller's output.
static_assert(inference.activation[4].where == Place::last && inference.activation[5].where == Place::last);
static_assert(inference.activation[1].where == Place::scratch && inference.total.kept == Extent{});
static_assert(!same_place(inference.activation[1], inference.activation[2]));
// Gradients: the activations' over those that come in, but not over the caller's.
static_assert(same_place(training.gradient[2], training.gradient[3]));
static_assert(same_place(training.gradient[4], training.gradient[5]));
static_assert(training.gradient[5].where == Place::scratch && training.gradient[6].where == Place::last);
static_assert(!same_place(training.gradient[3], training.gradient[4]));
// 16 values of 4 channels twice, 16 of 2 once, and the mask of dropout.
static_assert(training.total.kept.per_sample == 64 + 64 + 32 + 32);

static_assert(memory_of<Chain, Cpu, Training>(picture_dims(2, 4, 4)).kept == training.total.kept);

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

TEST_CASE("a region's stretches lie behind one another for its capacity") {
    float memory[100];
    const Region region{memory, memory + 64, 2};
    const Region inner = region.at({16, 3});
    CHECK(inner.per_sample == memory + 32);
    CHECK(inner.fixed == memory + 67);
    CHECK(inner.capacity == 2);
    CHECK(aligned(0) == 0);
    CHECK(aligned(1) == 16);
    CHECK(aligned(16) == 16);
    CHECK(larger({1, 5}, {3, 2}) == Extent{3, 5});
    CHECK(Extent{3, 5}.floats(10) == 35);
}
