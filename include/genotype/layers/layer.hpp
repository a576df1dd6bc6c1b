// What a layer is: an empty type that says how a shape goes through it, what it owns, and how it runs over memory that
// somebody else owns.
#pragma once

#include <concepts>
#include <type_traits>

#include "genotype/kernels/packed_form.hpp"
#include "genotype/kernels/planned.hpp"
#include "genotype/layers/packing.hpp"
#include "genotype/layers/parameter.hpp"
#include "genotype/layers/pass.hpp"
#include "genotype/layers/tangent.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype::inline v0_1 {

// How a layer's norms of single samples' gradients are worked out, see layers/row_norms.hpp.
struct SingleGradients;
struct MaskedGradients;
struct ProductNorms;
struct RowNorms;
struct TableNorms;
struct WindowNorms;
struct AttentionNorms;
struct ModulationNorms;

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
    template <class... N>
    using Names = detail::Names<N...>;
    using Sequences = detail::SequencesName;

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

    /// The packed weights that a device derives from the parameters: objects of one type (panels, Winograd's
    /// transforms), or `kernels::PackedForms` of several. A `PackedForm<StoredMatrix>` is of the first parameter: a
    /// loader writes it, and it is not made.
    template <class Device>
    static constexpr kernels::PackedForm<float> packed() {
        return {};
    }
    /// Makes them, at what `packed<Device>().in(memory)` is; called after every change of the parameters. A layer that
    /// sees its buffers there takes a `Packing`.
    template <class Device>
    static void prepare(Device, const float*, float*) {}
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

/// The place of a leaf layer's parameter, buffer or gradient in its layer's range of an arena.
template <Layer L>
constexpr long parameter_offset(int index) {
    return offset_in(L::parameters, index);
}
template <Layer L>
constexpr long buffer_offset(int index) {
    return offset_in(L::buffers, index);
}

}  // namespace genotype::inline v0_1
