// CrossAttention: each pixel or token takes of a named value's pixels or tokens what its queries ask for.
#pragma once

#include "genotype/kernels/functions.hpp"
#include "genotype/layers/attention_parts.hpp"

namespace genotype::inline v0_1 {

/// (width, H, W) to the same, or (width) to the same: as `MultiheadAttention`, but keys and values are of the value of
/// `N`, of shape `S`, which is to be given for a name that is not `Given`. Of an image, or of a list of so many tokens,
/// `Shape<context_width, tokens, 1>` in the order (tokens, context_width), a sample's pixels read the same sample's. A
/// vector for a vector is a token of the same text; a text has as many of both.
///
///     struct prompt : Given<Shape<768, 77, 1>> {};
///     Residual<GroupNorm<8, 64>, CrossAttention<prompt, 64, 4>>
///
/// PyTorch: nn.MultiheadAttention(width, heads, bias=..., kdim=context_width, vdim=context_width, batch_first=True)
/// (x, named, named)[0], with its names and initial values: "in_proj_weight", or, where the context is of another width
/// than x, "q_proj_weight", "k_proj_weight" and "v_proj_weight". There is no mask: every token of a list counts.
template <class N, int width, int heads, class S = typename N::shape, class Choice = Bias>
struct CrossAttention : LayerBase {
    using sample_norms = AttentionNorms;

  private:
    static constexpr int context_width = S::dims.first;
    using All = detail::AttentionParts<width, heads, context_width, Choice>;
    using Query = detail::RowProduct<width, width>;
    using Key = detail::RowProduct<context_width, width>;
    using Out = typename All::Out;
    static constexpr int key_pixels = S::dims.pixels();

  public:
    using reads = Names<N, Sequences>;
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr bool joins_rows(Dims in) { return in.rank == 1 && S::dims.rank == 1; }
    static constexpr Dims input{any_dim, All::sized ? width : any_dim, any_dim, any_dim, any_dim};
    static constexpr auto parameters = All::list;

    static constexpr Inferred output(Dims in) {
        if (const ShapeFault fault = All::fault(in)) return fault;
        if (const ShapeFault fault = All::fault(S::dims)) return fault;
        return in;
    }
    static constexpr Dims wanted_value(Dims) { return S::dims; }
    /// Of the projections and, of an image, of the scores and the values.
    static constexpr long multiply_adds(Dims in, Dims) {
        const long rows = in.pixels(), both = 2 * rows * key_pixels * width;
        return rows * (Query::weights + Out::weights) + 2 * key_pixels * Key::weights + (key_pixels > 1 ? both : 0);
    }

    template <class Device>
    static constexpr auto packed() {
        constexpr auto key = Key::template form<Device>();
        return kernels::PackedForms(Query::template form<Device>(), key, key, Out::template form<Device>());
    }
    template <class Device>
    static void prepare(Device device, const float* values, PackedMemory to) {
        constexpr auto forms = packed<Device>();
        Query::prepare(device, values + All::in_weight(0), to);
        Key::prepare(device, values + All::in_weight(1), to + forms.offset(1));
        Key::prepare(device, values + All::in_weight(2), to + forms.offset(2));
        Out::prepare(device, values + All::out_weight, to + forms.offset(3));
    }

    /// Saved: queries, keys, values, what attention gives, and the logarithm of each query's sum of exponentials.
    /// Scratch of backward: the gradients by these, and one by the named value.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        const Places at(in);
        const Extent scratch = products<Device>(in.pixels());
        if (std::same_as<Mode, Training>)
            return {.saved = at.end,
                    .forward_scratch = scratch,
                    .backward_scratch = at.end + All::rows(key_pixels, context_width) + scratch};
        return {.saved = {}, .forward_scratch = at.log_sums + scratch, .backward_scratch = {}};
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& f) {
        constexpr bool training = std::same_as<Mode, Training>;
        const Places at(f.in);
        const MemoryRegion& own = training ? f.saved : f.scratch;
        const MemoryRegion scratch = training ? f.scratch : f.scratch.at(at.log_sums);
        const MemoryRegion of_x = detail::of_rows(scratch, f.in.pixels()),
                           of_keys = detail::of_rows(scratch, key_pixels);
        const int rows = f.batch * f.in.pixels(), key_rows = f.batch * key_pixels;
        const float* const context = value_of<N>(f).data;
        query<Device>(f).forward(device, rows, f.x, own.per_sample, of_x);
        key<Device>(f, 1).forward(device, key_rows, context, own.at(at.keys).per_sample, of_keys);
        key<Device>(f, 2).forward(device, key_rows, context, own.at(at.values).per_sample, of_keys);
        const kernels::FullAttention call = attention(f, own);
        All::check(device, call.groups);
        float* const result = own.at(at.result).per_sample;
        full_attention(device, rows, call, training ? own.at(at.log_sums).per_sample : nullptr, result);
        out<Device>(f).forward(device, rows, result, f.y, of_x);
    }

    template <class Device>
    static void backward(Device device, const Backward& b) {
        const Places at(b.in);
        const int rows = b.batch * b.in.pixels(), key_rows = b.batch * key_pixels;
        const auto gradient = [&](Extent place) { return b.scratch.at(place).per_sample; };
        const MemoryRegion scratch = b.scratch.at(at.end + All::rows(key_pixels, context_width));
        const MemoryRegion of_x = detail::of_rows(scratch, b.in.pixels()),
                           of_keys = detail::of_rows(scratch, key_pixels);
        const NamedValue& named = value_of<N>(b);
        const float* const result = b.saved.at(at.result).per_sample;
        out<Device>(b).input_gradient(device, rows, b.dy, gradient(at.result), of_x);
        full_attention_backward(device, rows, key_rows, attention(b, b.saved), result,
                                static_cast<const float*>(gradient(at.result)), b.saved.at(at.log_sums).per_sample,
                                {gradient({}), gradient(at.keys), gradient(at.values)}, gradient(at.log_sums));
        if (b.dx) query<Device>(b).input_gradient(device, rows, gradient({}), b.dx, of_x);
        for (const int which : {1, 2}) {
            const float* const dy = gradient(which == 1 ? at.keys : at.values);
            if (named.gradient) {
                key<Device>(b, which).input_gradient(device, key_rows, dy, gradient(at.end), of_keys);
                update(device, static_cast<long>(key_rows) * context_width, kernels::AddTo{},
                       static_cast<const float*>(gradient(at.end)), named.gradient);
            }
            if (b.gradients)
                Key::gradients(device, key_rows, named.data, dy, b.gradients + All::in_weight(which),
                               All::bias_gradient(b.gradients, All::in_bias(which)), b.accumulate, of_keys);
        }
        if (!b.gradients) return;
        Query::gradients(device, rows, b.x, gradient({}), b.gradients + All::in_weight(0),
                         All::bias_gradient(b.gradients, All::in_bias(0)), b.accumulate, of_x);
        Out::gradients(device, rows, result, b.dy, b.gradients + All::out_weight,
                       All::bias_gradient(b.gradients, All::out_bias), b.accumulate, of_x);
    }

    /// For norms of single samples, see layers/attention_norms.hpp.
    static constexpr bool has_bias = All::has_bias;
    static constexpr int widest_product = width > context_width ? width : context_width;
    static constexpr long most_rows(Dims in) { return in.pixels() > key_pixels ? in.pixels() : key_pixels; }
    template <class Visit>
    static void each_product(const Backward& b, const Visit& visit) {
        const Places at(b.in);
        const float* const context = value_of<N>(b).data;
        visit(width, b.x, width, b.scratch.per_sample, b.in.pixels());
        visit(context_width, context, width, b.scratch.at(at.keys).per_sample, key_pixels);
        visit(context_width, context, width, b.scratch.at(at.values).per_sample, key_pixels);
        visit(width, b.saved.at(at.result).per_sample, width, b.dy, b.in.pixels());
    }

    /// Saved: the tangents of queries, keys, values and of what attention gives, where those lie. Scratch of backward:
    /// the gradients by these and by their tangents, moments, and one by the named value.
    template <class Device>
    static constexpr LayerMemory tangent_memory(Dims in) {
        const Places at(in);
        const Extent scratch = products<Device>(in.pixels());
        return {.saved = at.log_sums,
                .forward_scratch = scratch,
                .backward_scratch = 2 * at.log_sums + moments(in) + All::rows(key_pixels, context_width) + scratch};
    }
    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        const Forward<Training>& f = call.run;
        const Places at(f.in);
        const MemoryRegion of_x = detail::of_rows(f.scratch, f.in.pixels()),
                           of_keys = detail::of_rows(f.scratch, key_pixels);
        const int rows = f.batch * f.in.pixels(), key_rows = f.batch * key_pixels;
        const float* const context = value_of<N>(call).data;
        const auto place = [&](Extent extent) { return call.own.at(extent).per_sample; };
        All::without_bias(query<Device>(f)).forward(device, rows, call.tx, call.own.per_sample, of_x);
        All::without_bias(key<Device>(f, 1)).forward(device, key_rows, context, place(at.keys), of_keys);
        All::without_bias(key<Device>(f, 2)).forward(device, key_rows, context, place(at.values), of_keys);
        attention_tangent(device, rows, attention(f, f.saved), attention(f, call.own),
                          static_cast<const float*>(f.saved.at(at.log_sums).per_sample),
                          static_cast<const float*>(f.saved.at(at.result).per_sample), place(at.result));
        All::without_bias(out<Device>(f)).forward(device, rows, place(at.result), call.ty, of_x);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        const Backward& b = call.run;
        const Places at(b.in);
        const int rows = b.batch * b.in.pixels(), key_rows = b.batch * key_pixels;
        const auto gradient = [&](Extent place) { return b.scratch.at(place).per_sample; };
        const Extent second = at.log_sums, spare = 2 * second + moments(b.in);
        const MemoryRegion scratch = b.scratch.at(spare + All::rows(key_pixels, context_width));
        const MemoryRegion of_x = detail::of_rows(scratch, b.in.pixels()),
                           of_keys = detail::of_rows(scratch, key_pixels);
        out<Device>(b).input_gradient(device, rows, b.dy, gradient(at.result), of_x);
        out<Device>(b).input_gradient(device, rows, call.dty, gradient(second + at.result), of_x);
        attention_tangent_backward(device, rows, key_rows, attention(b, b.saved), attention(b, call.own),
                                   static_cast<const float*>(b.saved.at(at.log_sums).per_sample),
                                   static_cast<const float*>(gradient(at.result)),
                                   static_cast<const float*>(gradient(second + at.result)), gradient(2 * second),
                                   {gradient({}), gradient(at.keys), gradient(at.values)},
                                   {gradient(second), gradient(second + at.keys), gradient(second + at.values)});
        if (b.dx) query<Device>(b).input_gradient(device, rows, gradient({}), b.dx, of_x);
        if (call.dtx) query<Device>(b).input_gradient(device, rows, gradient(second), call.dtx, of_x);
        const NamedValue &named = value_of<N>(b), &tangent_of_named = value_of<N>(call);
        for (const int which : {1, 2}) {
            const Extent place = which == 1 ? at.keys : at.values;
            const auto send_back = [&](const float* dy, float* to) {
                if (!to) return;
                key<Device>(b, which).input_gradient(device, key_rows, dy, gradient(spare), of_keys);
                update(device, static_cast<long>(key_rows) * context_width, kernels::AddTo{},
                       static_cast<const float*>(gradient(spare)), to);
            };
            send_back(gradient(place), named.gradient);
            send_back(gradient(second + place), tangent_of_named.gradient);
            if (b.gradients)
                All::template tangent_gradients<Key>(
                    device, key_rows, named.data, gradient(place), tangent_of_named.data, gradient(second + place),
                    b.gradients + All::in_weight(which), All::bias_gradient(b.gradients, All::in_bias(which)),
                    b.accumulate, of_keys);
        }
        if (!b.gradients) return;
        All::template tangent_gradients<Query>(device, rows, b.x, gradient({}), call.tx, gradient(second),
                                               b.gradients + All::in_weight(0),
                                               All::bias_gradient(b.gradients, All::in_bias(0)), b.accumulate, of_x);
        All::template tangent_gradients<Out>(device, rows, b.saved.at(at.result).per_sample, b.dy,
                                             call.own.at(at.result).per_sample, call.dty, b.gradients + All::out_weight,
                                             All::bias_gradient(b.gradients, All::out_bias), b.accumulate, of_x);
    }

  private:
    static constexpr Extent moments(Dims in) {
        return All::rows(in.pixels(), long{heads} * kernels::attention_moments);
    }
    /// Queries lie first, and their gradients.
    struct Places {
        Extent keys, values, result, log_sums, end;

        constexpr explicit Places(Dims in)
            : keys(All::rows(in.pixels())),
              values(keys + All::rows(key_pixels)),
              result(values + All::rows(key_pixels)),
              log_sums(result + All::rows(in.pixels())),
              end(log_sums + All::rows(in.pixels(), heads)) {}
    };
    template <class Device>
    static constexpr Extent products(long rows) {
        return aligned(larger(larger(Query::template scratch<Device>(rows), Out::template scratch<Device>(rows)),
                              Key::template scratch<Device>(key_pixels)));
    }
    template <class Device, class Pass>
    static Query query(const Pass& pass) {
        return All::template product<Query>(pass.parameters, All::in_weight(0), All::in_bias(0), pass.packed);
    }
    template <class Device, class Pass>
    static Key key(const Pass& pass, int which) {
        constexpr auto forms = packed<Device>();
        return All::template product<Key>(pass.parameters, All::in_weight(which), All::in_bias(which),
                                          pass.packed + forms.offset(static_cast<std::size_t>(which)));
    }
    template <class Device, class Pass>
    static Out out(const Pass& pass) {
        constexpr auto forms = packed<Device>();
        return All::template product<Out>(pass.parameters, All::out_weight, All::out_bias,
                                          pass.packed + forms.offset(3));
    }
    template <class Pass>
    static kernels::FullAttention attention(const Pass& pass, const MemoryRegion& own) {
        const Places at(pass.in);
        return {heads,
                All::head_width,
                All::template groups<CrossAttention>(pass, S::dims),
                own.per_sample,
                own.at(at.keys).per_sample,
                own.at(at.values).per_sample,
                width,
                width};
    }
};

}  // namespace genotype::inline v0_1
