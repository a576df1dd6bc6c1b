// The latents that the VAEs of examples/programs give to images.
#pragma once

#include <algorithm>
#include <genotype/data/dataset.hpp>
#include <genotype/data/loader.hpp>
#include <vector>

#include "vae_networks.hpp"

namespace example {

/// Of each image the means of its latents, then the logarithms of their variances.
template <class Net, class Device>
std::vector<float> moments_of(const Model<Net, Device>& model, const Dataset<typename Net::Input>& images) {
    constexpr int together = 500;
    Workspace<typename Net::Encoder, typename Net::Input, Inference, Device> workspace(together);
    detail::Input<typename Net::Input, Device> input(together);
    Loader loader(images, LoaderOptions::evaluation(together));
    std::vector<float> all;
    for (const auto& batch : loader) {
        const auto moments = on_host<Device>([&] {
            if constexpr (is_conditional<Net>)
                return encode(model, batch, {given<image_class>(as_classes(batch.labels))}, workspace);
            else
                return encode(model, input.take(batch), workspace);
        }());
        all.insert(all.end(), moments.data(), moments.data() + moments.size());
    }
    return all;
}

/// The means alone.
template <class Net, class Device>
Tensor<Latent> means(const Model<Net, Device>& model, const Dataset<typename Net::Input>& images) {
    const std::vector<float> moments = moments_of(model, images);
    Tensor<Latent> result(images.size());
    for (int n = 0; n < images.size(); ++n)
        std::copy_n(moments.data() + n * Net::Moments::count, Latent::count, result.data() + n * Latent::count);
    return result;
}

}  // namespace example
