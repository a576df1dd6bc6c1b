// The kernels of random numbers as `Cuda` launches them, for philox.sh to read their code.
#include "genotype/kernels/thrust/cuda.hpp"
#include "genotype/kernels/thrust/random.hpp"

using namespace genotype;

void fill_all(long n, const RandomState& start, float* y) {
    fill_normal(Cuda{}, n, start, y);
    fill_uniform(Cuda{}, n, start, 0, 1, y);
    fill_keep_mask(Cuda{}, n, start, 0.5f, 2, y);
}
