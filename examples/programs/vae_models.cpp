// The VAEs of examples/programs/vae.cpp that are of images, not of vectors.
#include "vae_second_stage.hpp"
#include "vae_training.hpp"

namespace example {

int train_vae_of_images(const VaeSettings& settings) {
    if (settings.model == "two-stage") return train_vae<ConvVae, Cpu>(settings, LatentFlowPrior());
    return train_vae<ConvVae, Cpu>(settings);
}

}  // namespace example
