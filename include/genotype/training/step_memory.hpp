// The memory of what a recipe's step computes beside the networks' runs.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "genotype/memory/arena.hpp"
#include "genotype/memory/region.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

[[noreturn, gnu::cold]] inline void too_many_floats(std::size_t number, long floats, long room, bool is_known) {
    fail("Recipe", concat("floats of the values that a step computes, number ", number), floats,
         concat("at most ", room,
                is_known ? ", as the recipe's Scratch leaves"
                         : ", as in the first step: a step computes the same each time"));
}

/// Blocks that are asked for in the same order in each step. Where all of them are known from the beginning they lie in
/// one arena; else the first call, a rehearsal when the trainer is made, allocates each, and no other does.
template <class Device>
class StepMemory {
  public:
    /// Room for so many floats; 0 where they are not known.
    explicit StepMemory(long known) {
        if (known > 0) blocks_.emplace_back(known);
        is_known_ = known > 0;
    }

    /// To be called where a step begins, where a turn of it begins, which asks for blocks of its own, and before each
    /// micro-batch of a turn, which is given those of the one before.
    void begin_step() { asked_ = 0; }
    void begin_turn() { turn_ = asked_; }
    void begin() {
        asked_ = turn_;
        used_ = 0;
    }

    float* take(long floats) {
        const long end = used_ + aligned(floats);
        ++asked_;
        if (!is_known_ && asked_ > blocks_.size()) blocks_.emplace_back(floats);
        auto& block = blocks_[is_known_ ? 0 : asked_ - 1];
        if (block.size() < (is_known_ ? end : floats)) too_many_floats(asked_, floats, block.size() - used_, is_known_);
        return block.data() + (is_known_ ? std::exchange(used_, end) : 0);
    }

  private:
    bool is_known_;
    std::vector<Arena<Device>> blocks_;
    std::size_t asked_ = 0, turn_ = 0;
    long used_ = 0;
};

}  // namespace genotype::inline v0_1::detail
