// MultiheadAttention: each pixel of an image, or token of a text, takes of all others what its queries ask for.
#pragma once

#include "genotype/layers/attention_parts.hpp"

namespace genotype::inline v0_1 {

/// (width, H, W) to the same, where the pixels of an image attend to one another, or (width) to the same, where the
/// tokens of a text do: for each head softmax(q . k / sqrt(width / heads)) . v over all of them, with a projection
/// before and one behind. It is not causal (that is `SelfAttention`), so texts come whole: throws `Error` where one
/// continues, and the host can read it.
///
///     Residual<GroupNorm<8, 64>, MultiheadAttention<64, 4>>
///
/// PyTorch: nn.MultiheadAttention(width, heads, bias=..., batch_first=True)(x, x, x)[0], on an image's
/// x.flatten(2).transpose(1, 2), with its names and initial values ("in_proj_weight").
/// Source: Vaswani et al., "Attention is all you need" (NeurIPS 2017).
template <int width, int heads, class Choice = Bias>
struct MultiheadAttention : LayerBase {
    using sample_norms = AttentionNorms;

  private:
    using All = detail::AttentionParts<width, heads, width, Choice>;
    using In = detail::RowProduct<width, 3 * width>;
    using Out = typename All::Out;

  public:
    using reads = Names<Sequences>;
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr bool joins_rows(Dims in) { return in.rank == 1; }
    static constexpr Dims input{any_dim, All::sized ? width : any_dim, any_dim, any_dim, any_dim};
    static constexpr auto parameters = All::list;

    static constexpr Inferred output(Dims in) {
        if (const ShapeFault fault = All::fault(in)) return fault;
        return in;
    }
    /// Of the projections and, of an image, of the scores and the values.
    static constexpr long multiply_adds(Dims in, Dims) {
        const long rows = in.pixels(), scores = in.rank == 3 ? 2 * rows * rows * width : 0;
        return rows * (In::weights + Out::weights) + scores;
    }

    template <class Device>
    static constexpr auto packed() {
        return kernels::PackedForms(In::template form<Device>(), Out::template form<Device>());
    }
    template <class Device>
    static void prepare(Device device, const float* values, PackedMemory to) {
        constexpr auto forms = packed<Device>();
        In::prepare(device, values + All::in_weight(0), to);
        Out::prepare(device, values + All::out_weight, to + forms.offset(1));
    }

    /// Saved: queries, keys and values, what attention gives, and the logarithm of each query's sum of exponentials.
    /// Scratch of backward: the gradients by the first two.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        const Extent scratch = products<Device>(in.pixels());
        const Extent own = joint(in) + All::rows(in.pixels());
        if (std::same_as<Mode, Training>)
            return {.saved = own + All::rows(in.pixels(), heads),
                    .forward_scratch = scratch,
                    .backward_scratch = own + All::rows(in.pixels(), heads) + scratch};
        return {.saved = {}, .forward_scratch = own + scratch, .backward_scratch = {}};
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& f) {
        constexpr bool training = std::same_as<Mode, Training>;
        const MemoryRegion& own = training ? f.saved : f.scratch;
        const Extent behind = joint(f.in) + All::rows(f.in.pixels());
        const MemoryRegion scratch = detail::of_rows(training ? f.scratch : f.scratch.at(behind), f.in.pixels());
        const int rows = f.batch * f.in.pixels();
        float* const result = own.at(joint(f.in)).per_sample;
        projection<Device>(f).forward(device, rows, f.x, own.per_sample, scratch);
        const kernels::FullAttention call = attention(f, own.per_sample);
        All::check(device, call.groups);
        full_attention(device, rows, call, training ? own.at(behind).per_sample : nullptr, result);
        out_projection<Device>(f).forward(device, rows, result, f.y, scratch);
    }

    template <class Device>
    static void backward(Device device, const Backward& b) {
        const int rows = b.batch * b.in.pixels();
        const Extent first = joint(b.in), second = All::rows(b.in.pixels()), third = All::rows(b.in.pixels(), heads);
        const float *const own = b.saved.per_sample, *const result = b.saved.at(first).per_sample;
        float *const down = b.scratch.per_sample, *const dresult = b.scratch.at(first).per_sample;
        const MemoryRegion scratch = detail::of_rows(b.scratch.at(first + second + third), b.in.pixels());
        out_projection<Device>(b).input_gradient(device, rows, b.dy, dresult, scratch);
        full_attention_backward(device, rows, rows, attention(b, own), result, static_cast<const float*>(dresult),
                                b.saved.at(first + second).per_sample, {down, down + width, down + 2 * width},
                                b.scratch.at(first + second).per_sample);
        if (b.dx) projection<Device>(b).input_gradient(device, rows, down, b.dx, scratch);
        if (!b.gradients) return;
        In::gradients(device, rows, b.x, down, b.gradients + All::in_weight(0),
                      All::bias_gradient(b.gradients, All::in_bias(0)), b.accumulate, scratch);
        Out::gradients(device, rows, result, b.dy, b.gradients + All::out_weight,
                       All::bias_gradient(b.gradients, All::out_bias), b.accumulate, scratch);
    }

    /// For norms of single samples, see layers/attention_norms.hpp.
    static constexpr bool has_bias = All::has_bias;
    static constexpr int widest_product = 3 * width;
    static constexpr long most_rows(Dims in) { return in.pixels(); }
    template <class Visit>
    static void each_product(const Backward& b, const Visit& visit) {
        visit(width, b.x, 3 * width, b.scratch.per_sample, b.in.pixels());
        visit(width, b.saved.at(joint(b.in)).per_sample, width, b.dy, b.in.pixels());
    }

    /// Saved: the tangents of queries, keys and values, and of what attention gives. Scratch of backward: the gradients
    /// by both, and by the tangents of both; moments.
    template <class Device>
    static constexpr LayerMemory tangent_memory(Dims in) {
        const Extent own = joint(in) + All::rows(in.pixels()), scratch = products<Device>(in.pixels());
        return {.saved = own, .forward_scratch = scratch, .backward_scratch = 2 * own + moments(in) + scratch};
    }
    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        const Forward<Training>& f = call.run;
        const int rows = f.batch * f.in.pixels();
        const Extent second = joint(f.in), third = second + All::rows(f.in.pixels());
        const MemoryRegion scratch = detail::of_rows(f.scratch, f.in.pixels());
        float *const joint_tangent = call.own.per_sample, *const result = call.own.at(second).per_sample;
        All::without_bias(projection<Device>(f)).forward(device, rows, call.tx, joint_tangent, scratch);
        attention_tangent(device, rows, attention(f, f.saved.per_sample), attention(f, joint_tangent),
                          static_cast<const float*>(f.saved.at(third).per_sample),
                          static_cast<const float*>(f.saved.at(second).per_sample), result);
        All::without_bias(out_projection<Device>(f)).forward(device, rows, result, call.ty, scratch);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        const Backward& b = call.run;
        const int rows = b.batch * b.in.pixels();
        const Extent second = joint(b.in), own = second + All::rows(b.in.pixels());
        float *const down = b.scratch.per_sample, *const dresult = b.scratch.at(second).per_sample;
        float *const tdown = b.scratch.at(own).per_sample, *const dtresult = b.scratch.at(own + second).per_sample;
        const MemoryRegion scratch = detail::of_rows(b.scratch.at(2 * own + moments(b.in)), b.in.pixels());
        out_projection<Device>(b).input_gradient(device, rows, b.dy, dresult, scratch);
        out_projection<Device>(b).input_gradient(device, rows, call.dty, dtresult, scratch);
        attention_tangent_backward(
            device, rows, rows, attention(b, b.saved.per_sample), attention(b, call.own.per_sample),
            static_cast<const float*>(b.saved.at(own).per_sample), static_cast<const float*>(dresult),
            static_cast<const float*>(dtresult), b.scratch.at(2 * own).per_sample,
            {down, down + width, down + 2 * width}, {tdown, tdown + width, tdown + 2 * width});
        if (b.dx) projection<Device>(b).input_gradient(device, rows, down, b.dx, scratch);
        if (call.dtx) projection<Device>(b).input_gradient(device, rows, tdown, call.dtx, scratch);
        if (!b.gradients) return;
        All::template tangent_gradients<In>(device, rows, b.x, down, call.tx, tdown, b.gradients + All::in_weight(0),
                                            All::bias_gradient(b.gradients, All::in_bias(0)), b.accumulate, scratch);
        All::template tangent_gradients<Out>(device, rows, b.saved.at(second).per_sample, b.dy,
                                             call.own.at(second).per_sample, call.dty, b.gradients + All::out_weight,
                                             All::bias_gradient(b.gradients, All::out_bias), b.accumulate, scratch);
    }

  private:
    static constexpr Extent moments(Dims in) {
        return All::rows(in.pixels(), long{heads} * kernels::attention_moments);
    }
    static constexpr Extent joint(Dims in) { return All::rows(in.pixels(), 3 * width); }
    template <class Device>
    static constexpr Extent products(long rows) {
        return aligned(larger(In::template scratch<Device>(rows), Out::template scratch<Device>(rows)));
    }
    template <class Device, class Pass>
    static In projection(const Pass& pass) {
        return All::template product<In>(pass.parameters, All::in_weight(0), All::in_bias(0), pass.packed);
    }
    template <class Device, class Pass>
    static Out out_projection(const Pass& pass) {
        constexpr auto forms = packed<Device>();
        return All::template product<Out>(pass.parameters, All::out_weight, All::out_bias,
                                          pass.packed + forms.offset(1));
    }
    template <class Pass>
    static kernels::FullAttention attention(const Pass& pass, const float* own) {
        return {heads,     All::head_width, All::template groups<MultiheadAttention>(pass, pass.in),
                own,       own + width,     own + 2 * width,
                3 * width, 3 * width};
    }
};

}  // namespace genotype::inline v0_1
