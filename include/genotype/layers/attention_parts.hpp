// What self-attention and cross-attention have in common: sizes, parameters, and the attention of groups of rows.
#pragma once

#include <array>
#include <concepts>
#include <string>

#include "genotype/kernels/attention.hpp"
#include "genotype/layers/bias.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/layers/row_product.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1::detail {

/// PyTorch's nn.MultiheadAttention: its sizes and parameters, and what runs between the projections.
template <int width, int heads, int context_width, class Choice>
struct AttentionParts {
    using OwnBias = typename BiasOf<Choice>::type;
    static_assert(BiasChoice<OwnBias>, "the last argument is Bias or NoBias");
    static constexpr bool has_bias = std::same_as<OwnBias, Bias>;
    static constexpr bool sized =
        width >= 1 && heads >= 1 && context_width >= 1 && width % (heads < 1 ? 1 : heads) == 0;
    static constexpr int head_width = sized ? width / heads : 1;
    static_assert(head_width <= kernels::widest_head, "a head is at most 256 wide");
    /// With a context of another width PyTorch has the three projections apart.
    static constexpr bool is_joint = context_width == width;

    /// What is wrong with the sizes, or with the input's rank.
    static constexpr ShapeFault fault(Dims in) {
        for (const int size : {width, heads, context_width})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        if (!sized) return {FaultKind::head_width, vector_dims(heads), vector_dims(width)};
        if (in.rank != any_dim && in.rank != 1 && in.rank != 3) return {FaultKind::shape, in, vector_dims(width)};
        return {};
    }

    /// Weights as PyTorch draws them first: the projections by Xavier's rule, U(-b, b) with b^2 = 6 / (in + out).
    static constexpr auto parameters() {
        const auto xavier = [](float sum) { return Initial{Initial::uniform_fan_in, sum / 6}; };
        const Parameter joint_bias{"in_proj_bias", vector_dims(3 * width), {}};
        const Parameter out{"out_proj.weight", {2, width, width}, {Initial::uniform_fan_in, static_cast<float>(width)}};
        const Parameter last_bias{"out_proj.bias", vector_dims(width), {}};
        if constexpr (is_joint) {
            const Parameter joint{"in_proj_weight", {2, 3 * width, width}, xavier(4.f * width)};
            if constexpr (has_bias)
                return std::array{joint, joint_bias, out, last_bias};
            else
                return std::array{joint, out};
        } else {
            const Parameter query{"q_proj_weight", {2, width, width}, xavier(2.f * width)};
            const Parameter key{"k_proj_weight", {2, width, context_width}, xavier(1.f * width + context_width)};
            const Parameter value{"v_proj_weight", {2, width, context_width}, xavier(1.f * width + context_width)};
            if constexpr (has_bias)
                return std::array{query, key, value, joint_bias, out, last_bias};
            else
                return std::array{query, key, value, out};
        }
    }
    static constexpr auto list = parameters();

    // Where in the arena the projections of queries, keys and values (0, 1, 2) begin, and their biases.
    static constexpr long in_weight(int which) {
        return is_joint ? which * static_cast<long>(width) * width : offset_in(list, which);
    }
    static constexpr long in_bias(int which) { return offset_in(list, is_joint ? 1 : 3) + which * width; }
    static constexpr int out_index = (is_joint ? 1 : 3) + (has_bias ? 1 : 0);
    static constexpr long out_weight = offset_in(list, out_index);
    static constexpr long out_bias = offset_in(list, has_bias ? out_index + 1 : out_index);

    using Out = RowProduct<width, width>;
    template <class Product>
    static Product product(const float* arena, long weight, long bias, PackedWeights packed) {
        return {arena + weight, packed, has_bias ? arena + bias : nullptr};
    }
    /// The same without the bias, of which a tangent has none.
    template <class Product>
    static Product without_bias(Product product) {
        product.bias = nullptr;
        return product;
    }
    static float* bias_gradient(float* arena, long bias) { return has_bias ? arena + bias : nullptr; }

    /// Floats a sample of so many rows of `columns` values.
    static constexpr MemoryExtent rows(long count, long columns = width) { return {aligned(count * columns), 0}; }

    /// The gradients by a projection's weight, of what it multiplies and of the tangent of that.
    template <class Product, class Device>
    static void tangent_gradients(Device device, int rows, const float* x, const float* dy, const float* tx,
                                  const float* dty, float* weight_gradient, float* bias, bool accumulate,
                                  const MemoryRegion& scratch) {
        Product::gradients(device, rows, x, dy, weight_gradient, bias, accumulate, scratch);
        Product::gradients(device, rows, tx, dty, weight_gradient, nullptr, true, scratch);
    }

    /// Images attend sample by sample, tokens text by text.
    template <class L, class Pass>
    static kernels::AttentionGroups groups(const Pass& pass, Dims context) {
        if (pass.in.rank == 3 || context.rank == 3)
            return {.count = pass.batch, .queries = pass.in.pixels(), .keys = context.pixels()};
        const kernels::Sequences& texts = sequences_of<L>(pass);
        return {.count = texts.count, .texts = texts};
    }

    /// Throws `Error` where a text continues that has begun in another call: its first tokens are not here.
    template <class Device>
    static void check(Device, const kernels::AttentionGroups& groups) {
        if constexpr (Device::on_host)
            for (int text = 0; groups.keys == 0 && groups.texts.list && text < groups.count; ++text)
                if (groups.texts.list[text].position != 0)
                    fail("MultiheadAttention", concat("position of text ", text),
                         std::to_string(groups.texts.list[text].position),
                         "0: whole texts, as every token sees all others (CausalAttention reads a text in pieces)");
    }
};

}  // namespace genotype::inline v0_1::detail
