// What a layer is: an empty type that says how a shape goes through it, what it owns, and how it runs over memory that
// somebody else owns.
#pragma once

#include <concepts>
#include <type_traits>

#include "genotype/kernels/sequences.hpp"
#include "genotype/layers/parameter.hpp"
#include "genotype/random/random_state.hpp"
#include "genotype/shape/fault.hpp"
#include "genotype/tensor/region.hpp"

namespace genotype {

/// The two kinds of run are types: `Training` uses batch statistics, drops values and keeps what backward reads.
struct Training {};
struct Inference {};

/// What a layer needs beside input, output and parameters.
struct LayerMemory {
    MemoryExtent kept{};              // written by forward, read by backward; training only
    MemoryExtent forward_scratch{};   // free again when forward returns
    MemoryExtent backward_scratch{};  // free again when backward returns
    MemoryExtent session{};           // per_sample: for each position of a text, from call to call; inference only
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
    const float* prepared;  // the device's forms of the parameters, see Layer::prepare
    MemoryRegion kept;
    MemoryRegion scratch;
    RandomState* random;  // null in inference
    const kernels::Sequences* sequences = nullptr;
    MemoryRegion session = {};  // its samples are positions: [slot][position][floats]; null where nothing is remembered
    const float* added = nullptr;  // as many values as y: added to what comes out, where `adds_to_output`
};

/// One backward call. `dx` is null where nobody wants the input's gradient, `gradients` where nobody wants the
/// parameters'. With `accumulate` gradients of parameters are added to what is there, otherwise written over it;
/// dx is always written.
struct Backward {
    int batch;
    Dims in, out;
    const float* x;  // only where backward_reads_input
    const float* y;  // only where backward_reads_output
    const float* dy;
    float* dx;
    const float* parameters;
    float* gradients;
    const float* prepared;
    bool accumulate;
    MemoryRegion kept;
    MemoryRegion scratch;
    const kernels::Sequences* sequences = nullptr;
};

/// The defaults of a layer with nothing of its own. A layer inherits from it and adds
///
///     static constexpr Inferred output(Dims in);                                  // in already fits `input`
///     template <class Device, class Mode> static void forward(Device, Mode, const Forward<Mode>&);
///     template <class Device> static void backward(Device, const Backward&);
struct LayerBase {
    using Memory = LayerMemory;
    using Extent = MemoryExtent;
    using Fault = ShapeFault;
    static constexpr int any = any_dim;

    static constexpr Dims input = unknown_dims;  // the pattern that an input must fit: {3, 64, any, any}
    static constexpr NoParameters parameters{};
    static constexpr NoParameters buffers{};
    static constexpr bool backward_reads_input = true;
    static constexpr bool backward_reads_output = false;
    static constexpr bool in_place = false;        // y may be x and dx may be dy
    static constexpr bool exceeds_0_to_1 = false;  // true: what comes out is known not to stay between 0 and 1

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        return {};
    }

    /// Floats of the forms that a device derives from the parameters (packed panels, Winograd's transforms).
    template <class Device>
    static constexpr long prepared_floats() {
        return 0;
    }
    /// Makes those forms; called after every change of the parameters.
    template <class Device>
    static void prepare(Device, const float*, float*) {}

    /// Whether the device's form of the first parameter is a `StoredMatrix`, which a loader writes and nobody makes.
    template <class Device>
    static constexpr bool has_stored_matrix() {
        return false;
    }
};

/// A layer, or a combinator of layers.
template <class L>
concept Layer = std::is_empty_v<L> && requires(Dims dims) {
    { L::input } -> std::convertible_to<Dims>;
    { L::output(dims) } -> std::convertible_to<Inferred>;
};

/// A layer made of layers. It says `for_each_child(f)`, which calls f(std::type_identity<Child>{}, ChildName) in order,
/// and `child<I>`.
template <class L>
concept Combinator = Layer<L> && requires {
    L::is_combinator;
};

/// A child's name in a file: a word ("encoder"), or its number.
struct ChildName {
    const char* word;
    int number;
};

/// The whole shape rule: what comes out of `L` when `in` goes in, as far as `in` is known.
template <Layer L>
constexpr Inferred infer(Dims in) {
    if (const ShapeFault fault = compare(in, L::input)) return fault;
    return L::output(merge(in, L::input));
}

/// The place of a leaf layer's parameter, buffer or gradient in its layer's stretch of an arena.
template <Layer L>
constexpr long parameter_offset(int index) {
    return offset_in(L::parameters, index);
}
template <Layer L>
constexpr long buffer_offset(int index) {
    return offset_in(L::buffers, index);
}

}  // namespace genotype
