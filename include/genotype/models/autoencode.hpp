// What a trained VAE is for: latents of images, and images of latents.
#pragma once

#include "genotype/models/autoencoder.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/part.hpp"

namespace genotype::inline v0_1 {

/// The moments of a batch: (mean of each latent, logarithm of each variance). They live in the workspace.
template <Layer E, Layer D, class L, ShapeType I, class Device>
auto encode(const Model<combinators::VariationalAutoencoder<E, D, L, I>, Device>& model,
            std::type_identity_t<ViewOn<I, Device>> x, Workspace<E, I, Inference, Device>& workspace) {
    if constexpr (InputsOf<E, Device>::count > 0) {
        return typename why::value_of_a_name_was_not_given<typename InputsOf<E, Device>::first>::model{};
    } else {
        const WeightsView encoder = part<0>(model);
        return workspace.forward(encoder, x);
    }
}

/// The same of an encoder that reads a label: encode(model, x, {given<label>(labels)}, workspace).
template <Layer E, Layer D, class L, ShapeType I, class Device>
auto encode(const Model<combinators::VariationalAutoencoder<E, D, L, I>, Device>& model,
            std::type_identity_t<ViewOn<I, Device>> x, const std::type_identity_t<InputsOf<E, Device>>& inputs,
            Workspace<E, I, Inference, Device>& workspace) {
    const WeightsView encoder = part<0>(model);
    return workspace.forward(encoder, x, inputs);
}

/// The images of a batch of latents. They live in the workspace.
template <Layer E, Layer D, class L, ShapeType I, class Device>
auto decode(const Model<combinators::VariationalAutoencoder<E, D, L, I>, Device>& model,
            std::type_identity_t<ViewOn<InputShape<D>, Device>> z,
            Workspace<D, InputShape<D>, Inference, Device>& workspace) {
    if constexpr (InputsOf<D, Device>::count > 0) {
        return typename why::value_of_a_name_was_not_given<typename InputsOf<D, Device>::first>::model{};
    } else {
        const WeightsView decoder = part<1>(model);
        return workspace.forward(decoder, z);
    }
}
/// The same of a decoder that reads a label: decode(model, z, {given<label>(labels)}, workspace).
template <Layer E, Layer D, class L, ShapeType I, class Device>
auto decode(const Model<combinators::VariationalAutoencoder<E, D, L, I>, Device>& model,
            std::type_identity_t<ViewOn<InputShape<D>, Device>> z,
            const std::type_identity_t<InputsOf<D, Device>>& inputs,
            Workspace<D, InputShape<D>, Inference, Device>& workspace) {
    const WeightsView decoder = part<1>(model);
    return workspace.forward(decoder, z, inputs);
}

}  // namespace genotype::inline v0_1
