// Stands in for CUDA's runtime library where there is no GPU: kernels do not run, results are zeros. Says what a
// program asks for while it records a step, and refuses what CUDA refuses then.
// usage: LD_PRELOAD=libcuda_stand_in.so PROGRAM (linked with CUDA's shared library)
// With GENOTYPE_STAND_IN_REFUSES in the environment every kernel is one that the GPU does not know.
#include <cuda_runtime_api.h>
#include <cxxabi.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <utility>

namespace {

/// What the program has registered: the name of the kernel behind each address of the host's.
std::map<const void*, std::string>& kernels() {
    static std::map<const void*, std::string> all;
    return all;
}

/// Bytes behind each address of the GPU's memory.
std::map<const char*, std::size_t>& blocks() {
    static std::map<const char*, std::size_t> all;
    return all;
}

bool on_gpu(const void* memory, std::size_t bytes) {
    const char* const begin = static_cast<const char*>(memory);
    auto after = blocks().upper_bound(begin);
    if (after == blocks().begin()) return false;
    --after;
    return begin + bytes <= after->first + after->second;
}

bool recording = false, invalid = false;
int nodes = 0;
cudaError_t last = cudaSuccess;

struct Configuration {
    dim3 grid, block;
    std::size_t shared;
    cudaStream_t stream;
} configuration;

cudaError_t result(cudaError_t error) {
    if (error != cudaSuccess) last = error;
    return error;
}

cudaError_t reserve(void** memory, std::size_t bytes) {
    *memory = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (*memory == MAP_FAILED) return result(cudaErrorMemoryAllocation);
    blocks()[static_cast<char*>(*memory)] = bytes;
    return cudaSuccess;
}

cudaError_t give_back(void* memory) {
    if (!memory) return cudaSuccess;
    const auto found = blocks().find(static_cast<char*>(memory));
    if (found == blocks().end()) return result(cudaErrorInvalidValue);
    munmap(memory, found->second);
    blocks().erase(found);
    return cudaSuccess;
}

/// Each side is where `kind` says; what comes from the GPU is zeros.
cudaError_t transfer(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    const bool to_gpu = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    const bool from_gpu = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    if (on_gpu(to, bytes) != to_gpu || on_gpu(from, bytes) != from_gpu) return result(cudaErrorInvalidValue);
    if (!to_gpu) std::memset(to, 0, bytes);
    return cudaSuccess;
}

/// The answer to what a recording does not allow.
cudaError_t unless_recording(const char* call) {
    if (!recording) return cudaSuccess;
    std::printf("refused: %s\n", call);
    invalid = true;
    return result(cudaErrorStreamCaptureUnsupported);
}

/// The answer to what a recording takes as a node, if it is asked of the recording's stream.
cudaError_t node(const std::string& what, cudaStream_t stream) {
    if (!recording) return cudaSuccess;
    if (stream != cudaStreamPerThread) return unless_recording((what + " on another stream").c_str());
    std::printf("%3d  %s\n", ++nodes, what.c_str());
    return cudaSuccess;
}

cudaError_t launch(const void* kernel, dim3 grid, dim3 block, std::size_t shared, cudaStream_t stream) {
    const auto found = kernels().find(kernel);
    if (found == kernels().end()) return result(cudaErrorInvalidDeviceFunction);
    if (std::getenv("GENOTYPE_STAND_IN_REFUSES")) return result(cudaErrorNoKernelImageForDevice);
    const unsigned threads = block.x * block.y * block.z;
    if (threads == 0 || threads > 1024 || grid.x == 0 || grid.y == 0 || grid.y > 65535 || shared > 48 * 1024)
        return result(cudaErrorInvalidConfiguration);
    char sizes[100];
    std::snprintf(sizes, sizeof sizes, "%ux%u blocks of %u threads, %zu bytes: ", grid.x, grid.y, threads, shared);
    // The rest of the name are the arguments of its template.
    return node(sizes + found->second.substr(0, 100), stream);
}

}  // namespace

extern "C" {

// What nvcc's own code calls.
void** __cudaRegisterFatBinary(void*) {
    static void* handle = nullptr;
    return &handle;
}
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void**) {}
char __cudaInitModule(void**) {
    return 1;
}
void __cudaRegisterVar(void**, char*, char*, const char*, int, std::size_t, int, int) {}
void __cudaRegisterFunction(void**, const char* kernel, char*, const char* name, int, uint3*, uint3*, dim3*, dim3*,
                            int*) {
    char* const words = abi::__cxa_demangle(name, nullptr, nullptr, nullptr);
    const std::string whole = words ? words : name;
    std::free(words);
    // nvcc 13 writes floats of a name with six digits, so that another kernel may be registered in a kernel's place.
    if (const auto [at, added] = kernels().try_emplace(kernel, whole); !added && at->second != whole) {
        std::printf("FAULT: two kernels are one: %s, %s\n", at->second.c_str(), whole.c_str());
        std::exit(2);
    }
}
unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, std::size_t shared, cudaStream_t stream) {
    configuration = {grid, block, shared, stream};
    return 0;
}
cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, std::size_t* shared, void* stream) {
    *grid = configuration.grid;
    *block = configuration.block;
    *shared = configuration.shared;
    *static_cast<cudaStream_t*>(stream) = configuration.stream;
    return cudaSuccess;
}
cudaError_t __cudaGetKernel(cudaKernel_t* handle, const void* kernel) {
    *handle = static_cast<cudaKernel_t>(const_cast<void*>(kernel));
    return cudaSuccess;
}
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void**, std::size_t shared,
                               cudaStream_t stream) {
    return launch(kernel, grid, block, shared, stream);
}
cudaError_t cudaLaunchKernel(const void* kernel, dim3 grid, dim3 block, void**, std::size_t shared,
                             cudaStream_t stream) {
    return launch(kernel, grid, block, shared, stream);
}
cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* how, const void* kernel, void**) {
    return launch(kernel, how->gridDim, how->blockDim, how->dynamicSmemBytes, how->stream);
}

// A machine of one GPU.
cudaError_t cudaGetDeviceCount(int* count) {
    *count = 1;
    return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
    *device = 0;
    return cudaSuccess;
}
cudaError_t cudaSetDevice(int) {
    return cudaSuccess;
}
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* kernel) {
    if (!kernels().contains(kernel)) return result(cudaErrorInvalidDeviceFunction);
    *attributes = {};
    attributes->ptxVersion = attributes->binaryVersion = 90;
    return cudaSuccess;
}
cudaError_t cudaGetLastError() {
    return std::exchange(last, cudaSuccess);
}
cudaError_t cudaPeekAtLastError() {
    return last;
}

// Memory: addresses that nobody can read or write, so that a program fails where its host's code touches the GPU's.
cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
    if (const cudaError_t error = unless_recording("cudaMalloc")) return error;
    return reserve(memory, bytes);
}
cudaError_t cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t) {
    if (const cudaError_t error = unless_recording("cudaMallocAsync")) return error;
    return reserve(memory, bytes);
}
cudaError_t cudaFree(void* memory) {
    if (const cudaError_t error = unless_recording("cudaFree")) return error;
    return give_back(memory);
}
cudaError_t cudaFreeAsync(void* memory, cudaStream_t) {
    if (const cudaError_t error = unless_recording("cudaFreeAsync")) return error;
    return give_back(memory);
}
cudaError_t cudaMemsetAsync(void* memory, int, std::size_t bytes, cudaStream_t stream) {
    if (!on_gpu(memory, bytes)) return result(cudaErrorInvalidValue);
    return node("cudaMemsetAsync", stream);
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
    if (kind != cudaMemcpyDeviceToDevice)
        if (const cudaError_t error = unless_recording("cudaMemcpyAsync between the host and the GPU")) return error;
    if (const cudaError_t error = transfer(to, from, bytes, kind)) return error;
    return node("cudaMemcpyAsync", stream);
}
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    if (const cudaError_t error = unless_recording("cudaMemcpy")) return error;
    return transfer(to, from, bytes, kind);
}

// Waiting.
cudaError_t cudaStreamSynchronize(cudaStream_t) {
    return unless_recording("cudaStreamSynchronize");
}
cudaError_t cudaDeviceSynchronize() {
    return unless_recording("cudaDeviceSynchronize");
}

// Recording.
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
    if (recording || stream != cudaStreamPerThread || mode != cudaStreamCaptureModeThreadLocal)
        return result(cudaErrorIllegalState);
    recording = true;
    invalid = false;
    nodes = 0;
    return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
    if (!std::exchange(recording, false)) return result(cudaErrorIllegalState);
    std::printf("%d nodes\n", nodes);
    *graph = invalid ? nullptr : reinterpret_cast<cudaGraph_t>(&nodes);
    return invalid ? result(cudaErrorStreamCaptureInvalidated) : cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* run, cudaGraph_t graph, unsigned long long) {
    *run = reinterpret_cast<cudaGraphExec_t>(graph);
    return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t) {
    return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t) {
    return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t, cudaStream_t) {
    std::puts("launched a recording");
    return cudaSuccess;
}
}
