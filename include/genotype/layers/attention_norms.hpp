// Squared norms of the gradients that single images or texts give attention with projections.
#pragma once

#include <algorithm>

#include "genotype/layers/row_norms.hpp"

namespace genotype::inline v0_1 {

/// Each projection is a product of rows, a sample's pixels or tokens: a backward without gradients by weights leaves in
/// its scratch what the products' gradients are made of, and `L::each_product(pass, visit)` tells where.
struct AttentionNorms {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        const MemoryExtent tiles = detail::GramTiles<Device>::scratch(L::widest_product);
        return backward<L, Device>(in) + MemoryExtent{L::most_rows(in) * tiles.per_sample, tiles.fixed};
    }
    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, const SampleRows& samples, float* norms) {
        const detail::ReadValues<L> values(pass);
        Backward call = pass;
        call.dx = nullptr;
        call.gradients = nullptr;
        call.values = values.list();
        L::backward(device, call);
        const MemoryRegion rest = pass.scratch.at(backward<L, Device>(pass.in));
        L::each_product(call, [&](int in, const float* x, int out, const float* dy, int rows_of_one) {
            const MemoryRegion tiles{rest.per_sample, rest.fixed, rest.capacity * rows_of_one};
            for (int sample = 0; sample < samples.count(); ++sample) {
                const long first = static_cast<long>(samples.first(sample)) * rows_of_one;
                detail::add_gram_norm(device, samples.rows(sample) * rows_of_one, in, x + first * in, out,
                                      dy + first * out, L::has_bias, norms + sample, tiles);
            }
        });
    }

  private:
    template <class L, class Device>
    static constexpr MemoryExtent backward(Dims in) {
        return aligned(L::template memory<Device, Training>(in).backward_scratch);
    }
};

}  // namespace genotype::inline v0_1
