// The VAEs of examples/programs/vae.cpp beside the plain one.
#include "vae_second_stage.hpp"
#include "vae_training.hpp"

namespace example {

int train_vae_of_images(const VaeSettings& settings) {
    if (settings.model == "two-stage") return train_vae<ConvVae, Cpu>(settings, LatentFlowPrior());
    if (settings.labels && settings.model == "mlp") return train_vae<ConditionalVae, Cpu>(settings);
    if (settings.labels) return train_vae<ConditionalConvVae, Cpu>(settings);
    return train_vae<ConvVae, Cpu>(settings);
}

}  // namespace example
