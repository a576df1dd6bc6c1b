// An embedding, layers, and a logit for each token of the vocabulary.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/layers/linear.hpp"
#include "genotype/network/check.hpp"
#include "genotype/network/sequential.hpp"

namespace genotype::inline v0_1 {

/// Says that a language model's last product takes the embedding's weights: parameters that exist once.
struct TiedHead {};

namespace combinators {

/// See the alias `genotype::LanguageModel`.
template <class E, class B, class H>
struct LanguageModel {
    using Embedding = E;
    using Body = B;
    using Head = H;
    static constexpr bool tied = std::same_as<H, TiedHead>;
    static constexpr int vocabulary = E::vocabulary, width = E::width;

    static constexpr bool is_combinator = true;
    using reads = typename detail::AddNames<detail::Names<detail::SequencesName>, detail::Names<>,
                                            typename detail::ChainReads<E, B, H>::type>::type;
    static constexpr Dims input = vector_dims(1);
    static constexpr bool in_place = false;
    static constexpr bool backward_reads_input = true;
    static constexpr bool backward_reads_output = false;

    template <int I>
    using child = detail::nth<I, E, B, H>;

    static constexpr Dims wanted_input() { return vector_dims(1); }
    static constexpr Inferred output(Dims) {
        if (const ShapeFault fault = infer<E>(vector_dims(1)).fault) return fault.inside(0);
        const Inferred inner = infer<B>(vector_dims(width));
        if (inner.fault) return inner.fault.inside(1);
        if constexpr (tied) {
            if (const ShapeFault fault = compare(inner.dims, vector_dims(width))) return fault.inside(1);
        } else {
            const Inferred logits = infer<H>(inner.dims);
            if (logits.fault) return logits.fault.inside(2);
            if (const ShapeFault fault = compare(logits.dims, vector_dims(vocabulary))) return fault.inside(2);
        }
        return vector_dims(vocabulary);
    }

    template <class Visit>
    static constexpr void for_each_child(Visit&& visit) {
        visit(std::type_identity<E>{}, ChildName{"embedding", 0});
        visit(std::type_identity<B>{}, ChildName{"body", 0});
        if constexpr (!tied) visit(std::type_identity<H>{}, ChildName{"head", 0});
    }

    /// Two activations of the embedding's width, before and after the body: saved in training, scratch in inference.
    /// The gradients by them are backward's scratch.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        constexpr bool training = std::same_as<Mode, Training>;
        LayerMemory total = memory_of<B, Device, Mode>(vector_dims(width));
        total.saved = aligned(total.saved);
        const LayerMemory of_head = head_memory<Device, Mode>();
        total.forward_scratch = aligned(larger(total.forward_scratch, of_head.forward_scratch));
        total.backward_scratch = aligned(larger(total.backward_scratch, of_head.backward_scratch));
        if (training)
            total.backward_scratch =
                larger(total.backward_scratch, aligned(memory_of<E, Device, Mode>(vector_dims(1)).backward_scratch));
        if (training)
            total.saved = total.saved + two_activations;
        else
            total.forward_scratch = total.forward_scratch + two_activations;
        total.backward_scratch = total.backward_scratch + two_activations;
        return total;
    }

    template <Dims In, class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        constexpr bool training = std::same_as<Mode, Training>;
        const MemoryRegion& two = training ? pass.saved : pass.scratch;
        float *const before = two.per_sample, *const after = two.at(one_activation).per_sample;
        run_forward<E, In>(device, mode, pass.child({}, pass.in, middle, pass.x, before));

        constexpr LayerSlice behind =
            training ? LayerSlice{.saved = two_activations} : LayerSlice{.scratch = two_activations};
        constexpr LayerSlice body = behind + weights_of<E, Device>();
        run_forward<B, middle>(device, mode, pass.child(body, middle, middle, before, after));

        const float* answered = after;
        int rows = pass.batch;
        const kernels::Sequences& texts = sequences_of<LanguageModel>(pass);
        if (texts.last_only) {
            last_rows(device, width, texts, after, before);
            answered = before;
            rows = texts.count;
        }
        if constexpr (tied) {
            matmul_transposed(device, head_geometry, rows, answered, E::template weights<Device>(pass), nullptr, pass.y,
                              pass.scratch.at(behind.scratch));
        } else {
            Forward<Mode> head = pass.child(body + weights_of<B, Device>(), middle, pass.out, answered, pass.y);
            head.batch = rows;
            run_forward<H, middle>(device, mode, head);
        }
    }

    template <Dims In, class Device>
    static void backward(Device device, const Backward& pass) {
        const float *const before = pass.saved.per_sample, *const after = pass.saved.at(one_activation).per_sample;
        float *const d_before = pass.scratch.per_sample, *const d_after = pass.scratch.at(one_activation).per_sample;
        constexpr LayerSlice body =
            weights_of<E, Device>() + LayerSlice{.saved = two_activations, .scratch = two_activations};
        if constexpr (tied) {
            const MemoryRegion scratch = pass.scratch.at(two_activations);
            matmul(device, head_geometry, pass.batch, pass.dy, E::template weights<Device>(pass), nullptr, d_after,
                   scratch);
            if (pass.gradients)
                matmul_weight_gradient(device, head_geometry, pass.batch, pass.dy, after, pass.gradients,
                                       pass.accumulate, scratch);
        } else {
            run_backward<H, middle>(device, pass.child(body + weights_of<B, Device>(), middle, pass.out,
                                                       {after, pass.y, pass.dy, d_after}));
        }
        run_backward<B, middle>(device, pass.child(body, middle, middle, {before, after, d_after, d_before}));

        Backward first = pass.child({.scratch = two_activations}, pass.in, middle, {pass.x, before, d_before, pass.dx});
        first.accumulate = pass.accumulate || tied;  // the head has written the embedding's gradient already
        if constexpr (tied && requires { device.template before_tied_backward<E>(first, pass.dy, after); }) {
            device.template before_tied_backward<E>(first, pass.dy, after);
            run_backward<E, In>(device.without_norms(), first);
        } else {
            run_backward<E, In>(device, first);
        }
    }

  private:
    static constexpr Dims middle = vector_dims(width);
    static constexpr MemoryExtent one_activation{aligned(width), 0}, two_activations{2 * aligned(width), 0};
    /// A `Linear` whose weights lie the other way round: from the small side, the width, to the large, the vocabulary.
    static constexpr kernels::ProductGeometry head_geometry{kernels::ConvGeometry{vocabulary, width}};

    /// The head runs before or after the body, where that needs no scratch.
    template <class Device, class Mode>
    static constexpr LayerMemory head_memory() {
        if constexpr (tied) {
            const MemoryExtent scratch = convolution_scratch(kernels::planned<Device>, head_geometry);
            LayerMemory memory{.saved = {}, .forward_scratch = scratch, .backward_scratch = scratch};
            if constexpr (requires { Device::template tied_memory<E>(); })
                memory.backward_scratch = larger(scratch, Device::template tied_memory<E>());
            return memory;
        } else {
            return memory_of<H, Device, Mode>(vector_dims(width));
        }
    }
};

}  // namespace combinators

namespace detail {
template <class E, class B, class H>
consteval auto language_model_verdict() {
    using Net = combinators::LanguageModel<E, B, H>;
    return typename detail::Verdict<Net::output(vector_dims(1)).fault, Net>::said{};
}
}  // namespace detail

/// Token ids -> logits: `LanguageModel<Embedding<50257, 768>, Body, TiedHead>`, or with a `Linear` as its head. Shape:
/// (1), the number of a token, to (vocabulary). The rows of a batch are tokens of one or several texts, see
/// `Sequences`; with `last_only` there are logits for the last row of each text alone. Parameters are named
/// "embedding.weight", "body.0. ...", "head.weight". PyTorch: transformers' `GPT2LMHeadModel`, `LlamaForCausalLM`. Tied
/// weights: Press, Wolf, "Using the output embedding to improve language models" (EACL 2017).
template <Layer Embedding, Layer Body, class Head = TiedHead>
using LanguageModel = typename decltype(detail::language_model_verdict<Embedding, Body, Head>())::model;

}  // namespace genotype::inline v0_1
