// Kernels with one fault each, of the kind that one tool of compute-sanitizer's is for: sanitize.sh must hear of it.
// usage: PROGRAM memcheck|racecheck|initcheck|synccheck
#include <cuda_runtime.h>

#include <cstdio>
#include <string>

namespace {

__global__ void writes_behind_the_end(int* x) {
    x[threadIdx.x + 100'000'000] = 1;
}

__global__ void reads_before_the_others_have_written(int* x) {
    __shared__ int words[128];
    words[threadIdx.x] = static_cast<int>(threadIdx.x);
    x[threadIdx.x] = words[127 - threadIdx.x];
}

__global__ void reads_what_nobody_wrote(const int* x, int* y) {
    y[threadIdx.x] = x[threadIdx.x] + 1;
}

__global__ void waits_for_some_of_the_threads(int* x) {
    if (threadIdx.x < 100) __syncthreads();
    x[threadIdx.x] = 1;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string tool = count > 1 ? arguments[1] : "";
    int *x = nullptr, *y = nullptr;
    if (cudaMalloc(&x, 128 * sizeof(int)) != cudaSuccess || cudaMalloc(&y, 128 * sizeof(int)) != cudaSuccess) return 77;
    if (tool == "memcheck") writes_behind_the_end<<<1, 128>>>(x);
    if (tool == "racecheck") reads_before_the_others_have_written<<<1, 128>>>(x);
    if (tool == "initcheck") reads_what_nobody_wrote<<<1, 128>>>(x, y);
    if (tool == "synccheck") waits_for_some_of_the_threads<<<1, 128>>>(x);
    std::printf("%s\n", cudaGetErrorString(cudaDeviceSynchronize()));
}
