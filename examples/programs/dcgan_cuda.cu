// The DCGAN on an NVIDIA GPU.
#include <genotype/cuda.hpp>

#include "dcgan_training.hpp"

namespace example {

int train_dcgan_on_cuda(const DcganSettings& settings) {
    return train_gan<PlainRecipe, Cuda>(settings);
}

}  // namespace example
