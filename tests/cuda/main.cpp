// The main function of the tests that run on a GPU: without one they are skipped.
#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <cstdio>
#include <string_view>

#if defined(GENOTYPE_CUDA_GROUP)
// What the quick run has in the same program, by its name.
namespace file_recorded_cu {
int main_recorded_cu(int count, char** arguments);
}
namespace file_recorded_training_cu {
int main_recorded_training_cu(int count, char** arguments);
}
#endif

int main(int count, char** arguments) {
#if defined(GENOTYPE_CUDA_GROUP)
    const std::string_view name = count > 1 ? arguments[1] : "";
    if (name == "recorded") return file_recorded_cu::main_recorded_cu(count - 1, arguments + 1);
    if (name == "recorded_training")
        return file_recorded_training_cu::main_recorded_training_cu(count - 1, arguments + 1);
#endif
    int gpus = 0;
    const cudaError_t result = cudaGetDeviceCount(&gpus);
    if (result != cudaSuccess || gpus == 0) {
        std::printf("SKIPPED: no NVIDIA GPU here (%s).\n", cudaGetErrorString(result));
        return 77;
    }
    return doctest::Context(count, arguments).run();
}
