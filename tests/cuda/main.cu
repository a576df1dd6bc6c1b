// The main function of the tests that run on a GPU: without one they are skipped.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <cstdio>

int main(int count, char** arguments) {
    int gpus = 0;
    const cudaError_t result = cudaGetDeviceCount(&gpus);
    if (result != cudaSuccess || gpus == 0) {
        std::printf("SKIPPED: no NVIDIA GPU here (%s).\n", cudaGetErrorString(result));
        return 77;
    }
    return doctest::Context(count, arguments).run();
}
