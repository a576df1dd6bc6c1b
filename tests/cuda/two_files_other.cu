// The other file of two_files.cu's program.
#include "genotype/kernels/cuda/cuda.hpp"
#include "genotype/kernels/portable/elementwise.hpp"
#include "genotype/memory/arena.hpp"
#include "genotype/optimizers/clip.hpp"
#include "two_files.hpp"

using namespace genotype;

std::vector<float> clipped_in_another_file(const std::vector<float>& x) {
    const long count = static_cast<long>(x.size());
    std::vector<float> clipped(x.size());
    Arena<Cuda> gradients(count), norm(1 + sum_parts(Cuda{}));
    Cuda::upload(x.data(), count, gradients.data());
    clip_gradient_norm(Cuda{}, count, gradients.data(), 1, norm.data());
    Cuda::download(gradients.data(), count, clipped.data());
    return clipped;
}
