// The VAE on an NVIDIA GPU.
#include <genotype/cuda.hpp>

#include "vae_training.hpp"

namespace example {

int train_vae_on_cuda(const VaeSettings& settings) {
    return train_vae<ImageVae, Cuda>(settings);
}

}  // namespace example
