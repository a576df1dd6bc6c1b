// What a model remembers of texts from one call to the next: keys and values of the tokens that it has read.
#pragma once

#include <string>

#include "genotype/memory/arena.hpp"
#include "genotype/network/walk.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1::detail {

/// Memory for `slots` texts of up to `context` tokens each; one allocation. PyTorch: transformers' `StaticCache`.
template <Layer Net, ShapeType In, class Device>
class Session {
  public:
    /// For each position of a text.
    static constexpr MemoryExtent each = aligned(memory_of<Net, Device, Inference>(In::dims).saved);

    /// Throws `Error` where one of the numbers is below 1. Pages of the memory that no text reaches cost nothing.
    Session(int slots, int context) : slots_(slots), context_(context) {
        if (slots < 1) fail("Session", "slots", std::to_string(slots), "1 or more");
        if (context < 1) fail("Session", "context", std::to_string(context), "1 or more positions");
        memory_ = Arena<Device>(each.floats(positions()));
    }

    int slots() const { return slots_; }
    int context() const { return context_; }

    MemoryRegion region() { return {memory_.data(), memory_.data() + each.per_sample * positions(), positions()}; }

    /// Makes slot `to` remember the first `count` positions of slot `from`.
    void copy_slot(int from, int to, int count) {
        MemoryExtent offset{};
        walk<Net>(
            [&]<class L>(std::type_identity<L>, ChildName, int, Dims in, Dims) {
                if constexpr (!Combinator<L>) {
                    const MemoryExtent own = memory_of<L, Device, Inference>(in).saved;
                    float* const block = region().at(offset).per_sample;
                    const long slot = context_ * own.per_sample;
                    Device::copy(block + from * slot, count * own.per_sample, block + to * slot);
                    offset = offset + aligned(own);
                }
            },
            In::dims);
    }

  private:
    long positions() const { return static_cast<long>(slots_) * context_; }

    int slots_ = 0, context_ = 0;
    Arena<Device> memory_;
};

}  // namespace genotype::inline v0_1::detail
