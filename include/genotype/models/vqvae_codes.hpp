// Samples as a VQ-VAE's codes, and back: what a prior over codes learns from and draws.
#pragma once

#include <span>
#include <vector>

#include "genotype/memory/input.hpp"
#include "genotype/models/vqvae.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/part.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// How many samples codes are of. Throws `Error` where they are not whole ones, or where one is no code.
[[gnu::cold, gnu::noinline]] inline int check_codes(std::span<const int> given, int positions, int codes) {
    const long count = static_cast<long>(given.size());
    if (count % positions != 0)
        fail("decode_codes", "codes", count, concat("a multiple of ", positions, ", the positions of a sample"));
    for (long at = 0; at < count; ++at) {
        const int code = given[static_cast<std::size_t>(at)];
        if (code < 0 || code >= codes)
            fail("decode_codes", concat("code ", at % positions, " of sample ", at / positions), code,
                 concat("0 to ", codes - 1));
    }
    return static_cast<int>(count / positions);
}

}  // namespace detail

/// The codes of a batch in the host's memory, each from 0 to codes - 1: of each sample `Net::positions`, row by row of
/// (H, W), so that a sample is a text of them. It has memory of its own, for as many samples as there are: a data set
/// goes through it in pieces.
template <Layer E, Layer Q, Layer D, class L, ShapeType I, class Device>
std::vector<int> encode_codes(const Model<combinators::VQVAE<E, Q, D, L, I>, Device>& model,
                              std::type_identity_t<View<I>> x) {
    if constexpr (InputsOf<E, Device>::count > 0) {
        return typename why::value_of_a_name_was_not_given<typename InputsOf<E, Device>::first>::model{};
    } else {
        using Net = combinators::VQVAE<E, Q, D, L, I>;
        const long rows = static_cast<long>(x.batch) * Net::positions;
        if (rows == 0) return {};
        Workspace<E, I, Inference, Device> memory(x.batch, model.runs_on());
        detail::Input<I, Device> input(x.batch);
        const WeightsView encoder = part<0>(model), quantizer = part<1>(model);
        const auto z = memory.forward(encoder, input.take(x));
        Arena<Device> indices(rows);
        nearest_codes(model.runs_on(), rows, Q::count, Q::width, z.data, quantizer.buffers.data(), indices.data());
        std::vector<float> found(static_cast<std::size_t>(rows));
        Device::download(indices.data(), rows, found.data());
        return {found.begin(), found.end()};
    }
}

/// The samples of codes, `Net::positions` each, in memory of their own. Throws `Error` where there are not as many for
/// each, or where one is not from 0 to codes - 1.
template <Layer E, Layer Q, Layer D, class L, ShapeType I, class Device>
Tensor<I> decode_codes(const Model<combinators::VQVAE<E, Q, D, L, I>, Device>& model, std::span<const int> codes) {
    if constexpr (InputsOf<D, Device>::count > 0) {
        return typename why::value_of_a_name_was_not_given<typename InputsOf<D, Device>::first>::model{};
    } else {
        using Net = combinators::VQVAE<E, Q, D, L, I>;
        using Latent = typename Net::Latent;
        const int batch = detail::check_codes(codes, Net::positions, Q::count);
        if (batch == 0) return Tensor<I>(0);
        const long rows = static_cast<long>(batch) * Net::positions;
        const std::vector<float> given(codes.begin(), codes.end());
        Arena<Device> indices(rows), z(batch * Latent::count);
        Device::upload(given.data(), rows, indices.data());
        const WeightsView quantizer = part<1>(model), decoder = part<2>(model);
        gather_codes(model.runs_on(), rows, Q::count, Q::width, indices.data(), quantizer.buffers.data(), z.data());
        Workspace<D, Latent, Inference, Device> memory(batch, model.runs_on());
        return on_host<Device>(memory.forward(decoder, ViewOn<Latent, Device>{z.data(), batch}));
    }
}

}  // namespace genotype::inline v0_1
