// Squared norms of the gradients that single samples give a table of tokens.
#pragma once

#include "genotype/layers/row_norms.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// Of the tables of which a gradient may be made.
template <class Table>
inline constexpr bool makes_table_gradient = Table::parameters[0].count() <= largest_norm_gradient;

}  // namespace detail

/// Each row of a sample adds what comes back to its token's row of the table. A sample of several rows has its norm
/// from their products or, where it has more pairs of rows than the table has rows, from its gradient.
struct TableNorms {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        const MemoryExtent rows =
            larger(RowNorms::scratch<L, Device>(in), detail::GramTiles<Device>::scratch(L::width));
        if (!detail::makes_table_gradient<L>) return rows;
        return larger(rows, SingleGradients::scratch<L, Device>(in));
    }
    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, const SampleRows& samples, float* norms) {
        if (samples.are_single()) return RowNorms::add_squared_norms<L>(device, pass, samples, norms);
        for (int sample = 0; sample < samples.count(); ++sample) {
            const long first = samples.first(sample), rows = samples.rows(sample);
            if (detail::makes_table_gradient<L> && rows * rows > L::vocabulary)
                SingleGradients::add_norm_of_rows<L>(device, pass, first, samples.rows(sample), norms + sample);
            else
                detail::add_gram_norm_of_table(device, samples.rows(sample), pass.x + first, L::width,
                                               pass.dy + first * L::width, norms + sample, pass.scratch);
        }
    }
};

/// A table that is the weight of a language model's last product too: norms of the sum of both gradients. `Table` is
/// the embedding, whose call comes with the gradients by the logits, and what the product read.
template <class Table>
struct TiedNorms {
    static constexpr int vocabulary = Table::vocabulary, width = Table::width;
    static constexpr kernels::ProductGeometry geometry{kernels::ConvGeometry{vocabulary, width}};

    template <class Device>
    static constexpr MemoryExtent scratch() {
        const MemoryExtent products = detail::GramTiles<Device>::scratch(vocabulary, width);
        if (!detail::makes_table_gradient<Table>) return products;
        return larger(products, detail::OneGradient<Table, Device>::extent +
                                    aligned(convolution_scratch(kernels::planned<Device>, geometry)));
    }
    template <class Device>
    static void add_squared_norms(Device device, const Backward& pass, const float* dlogits, const float* read,
                                  const SampleRows& samples, float* norms) {
        using Own = detail::OneGradient<Table, Device>;
        for (int sample = 0; sample < samples.count(); ++sample) {
            const long first = samples.first(sample);
            const int rows = samples.rows(sample);
            const float *const ids = pass.x + first, *const dy = pass.dy + first * width;
            const float *const of_logits = dlogits + first * vocabulary, *const of_product = read + first * width;
            float* const norm = norms + sample;
            if (detail::makes_table_gradient<Table> && !detail::gram_is_cheaper(rows, vocabulary, width)) {
                float* const gradient = pass.scratch.fixed;
                matmul_weight_gradient(device, geometry, rows, of_logits, of_product, gradient, false,
                                       pass.scratch.at(Own::extent));
                embedding_gradient(device, rows, vocabulary, width, ids, dy, gradient, true);
                Own::add_squares(device, gradient, norm);
            } else {
                detail::add_gram_norm(device, rows, width, of_product, vocabulary, of_logits, false, norm,
                                      pass.scratch);
                detail::add_gram_norm_of_table(device, rows, ids, width, dy, norm, pass.scratch);
                detail::add_gram_of_both_uses(device, rows, vocabulary, width, ids, of_logits, of_product, dy, norm,
                                              pass.scratch);
            }
        }
    }
};

}  // namespace genotype::inline v0_1
