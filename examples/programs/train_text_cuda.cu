// The training of a language model on an NVIDIA GPU.
#include <genotype/cuda.hpp>

#include "train_text_training.hpp"

namespace example {

int train_text_on_cuda(const TextTask& task) {
    return train_text<Cuda>(task);
}

}  // namespace example
