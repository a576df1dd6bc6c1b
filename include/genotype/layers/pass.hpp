// What a layer is called with, and the one place where the call of a child comes out of its parent's.
#pragma once

#include <concepts>
#include <type_traits>

#include "genotype/kernels/sequences.hpp"
#include "genotype/layers/names.hpp"
#include "genotype/memory/packed.hpp"
#include "genotype/memory/region.hpp"
#include "genotype/random/random_state.hpp"
#include "genotype/shape/dims.hpp"

namespace genotype::inline v0_1 {

/// What a run of a text brings along by name.
struct SequencesValue : NamedValue {
    const kernels::Sequences* sequences = nullptr;

    SequencesValue() = default;
    explicit SequencesValue(const kernels::Sequences* texts)
        : NamedValue{detail::name_id<detail::SequencesName>()}, sequences(texts) {}
};

/// The two kinds of run are types: `Training` uses batch statistics, drops values and keeps what backward reads.
struct Training {};
struct Inference {};

/// What a layer needs beside input, output and parameters.
struct LayerMemory {
    /// What outlives forward: in training what backward reads; in inference what a session remembers from call to call,
    /// where per_sample is for each position of a text.
    MemoryExtent saved{};
    MemoryExtent forward_scratch{};   // free again when forward returns
    MemoryExtent backward_scratch{};  // free again when backward returns
};

/// Where a child's own begins within its parent's, in floats where nothing else is said: constants of the plan.
struct LayerSlice {
    long parameters = 0, buffers = 0;
    long packed = 0;  // bytes
    MemoryExtent saved{}, scratch{};

    friend constexpr LayerSlice operator+(const LayerSlice& left, const LayerSlice& right) {
        return {left.parameters + right.parameters, left.buffers + right.buffers, left.packed + right.packed,
                left.saved + right.saved, left.scratch + right.scratch};
    }
    friend constexpr LayerSlice operator*(long times, const LayerSlice& slice) {
        return {times * slice.parameters, times * slice.buffers, times * slice.packed, times * slice.saved,
                times * slice.scratch};
    }
};

/// One forward call. Activations are (batch, height, width, channels) of `in` and `out`.
template <class Mode>
struct Forward {
    int batch;
    Dims in, out;
    const float* x;
    float* y;
    const float* parameters;
    std::conditional_t<std::same_as<Mode, Training>, float*, const float*> buffers;
    PackedWeights packed;  // what `Layer::packed` says, see Layer::prepare
    MemoryRegion saved;  // in inference a session's, whose samples are positions: [slot][position][floats]; null: none
    MemoryRegion scratch;
    RandomState* random;                 // null in inference
    const float* added = nullptr;        // as many values as y: added to what comes out, where `adds_to_output`
    const NamedValue* values = nullptr;  // of the names that layers read

    /// The call of a child from `x` to `y`. What belongs to the run is passed on as it is; what belongs to the layer is
    /// the child's slice of it; nothing is added to what comes out of it.
    constexpr Forward child(const LayerSlice& at, Dims from, Dims to, const float* input, float* output) const {
        Forward call = *this;
        call.in = from;
        call.out = to;
        call.x = input;
        call.y = output;
        call.parameters += at.parameters;
        call.buffers += at.buffers;
        call.packed = packed + at.packed;
        call.saved = saved.at(at.saved);
        call.scratch = scratch.at(at.scratch);
        call.added = nullptr;
        return call;
    }
};

/// One backward call. `dx` is null where the input's gradient is not requested, `gradients` where the
/// parameters' are not requested. With `accumulate` gradients of parameters are added to what is there, otherwise
/// written over it; dx is always written.
struct Backward {
    int batch;
    Dims in, out;
    const float* x;  // only where backward_reads_input
    const float* y;  // only where backward_reads_output
    const float* dy;
    float* dx;
    const float* parameters;
    float* gradients;
    PackedWeights packed;
    bool accumulate;
    MemoryRegion saved;
    MemoryRegion scratch;
    const NamedValue* values = nullptr;
    const float* added = nullptr;  // as many values as dx: added to it, where a layer `joins_gradient`
    bool follows_forward = false;  // the layer's forward from x was the last that used the scratch: see `Transformed`

    /// The data of a child's call: its input and output, and the gradients by them.
    struct Data {
        const float *x, *y, *dy;
        float* dx;
    };

    /// The call of a child, as in `Forward`.
    constexpr Backward child(const LayerSlice& at, Dims from, Dims to, const Data& data) const {
        Backward call = *this;
        call.in = from;
        call.out = to;
        call.x = data.x;
        call.y = data.y;
        call.dy = data.dy;
        call.dx = data.dx;
        call.parameters += at.parameters;
        if (gradients) call.gradients += at.parameters;
        call.packed = packed + at.packed;
        call.saved = saved.at(at.saved);
        call.scratch = scratch.at(at.scratch);
        call.added = nullptr;
        call.follows_forward = false;
        return call;
    }
};

namespace detail {
template <class L, class Pass>
const SequencesValue& text_of_run(const Pass& pass) {
    static_assert(reads_sequences<L>(), "a layer that reads the sequences says so: using reads = Names<Sequences>");
    return static_cast<const SequencesValue&>(value_of<SequencesName>(pass));
}
}  // namespace detail

/// Which rows of the batch belong to which text, for layer `L`, which reads `Names<Sequences>`: one text, where a run
/// is not told.
template <class L, class Pass>
const kernels::Sequences& sequences_of(const Pass& pass) {
    return *detail::text_of_run<L>(pass).sequences;
}

/// What a session remembers for layer `L`, which reads `Names<Sequences>`; null where there is none.
template <class L>
MemoryRegion session_of(const Forward<Inference>& pass) {
    static_assert(detail::reads_sequences<L>(), "what a session remembers is of texts: using reads = Names<Sequences>");
    return pass.saved;
}

}  // namespace genotype::inline v0_1
