// Stands in for CUDA's runtime library where there is no GPU. Says what a program asks for while it records a step, and
// refuses what CUDA refuses then. Kernels do not run, and results are zeros, unless the environment says otherwise.
// usage: LD_PRELOAD=libcuda_stand_in.so PROGRAM (linked with CUDA's shared library)
// GENOTYPE_STAND_IN_RUNS:    kernels run on the processor, by the PTX that the program has (nvcc -no-compress)
// GENOTYPE_STAND_IN_TELLS:   also says what is asked for outside of recordings
// GENOTYPE_STAND_IN_REFUSES: every kernel is one that the GPU does not know
#include <cuda_runtime_api.h>
#include <cxxabi.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "stand_in_gpu.hpp"

using namespace stand_in;

namespace {

long graph_launches = 0;

/// Launches of recorded steps before each event that was asked for: who waits for an event lets the GPU run dry only
/// where no other step has been launched since.
std::map<cudaEvent_t, long>& launches_before() {
    static std::map<cudaEvent_t, long> all;
    return all;
}

struct Configuration {
    dim3 grid, block;
    std::size_t shared;
    cudaStream_t stream;
} configuration;

}  // namespace

extern "C" {

// What nvcc's own code calls.
void** __cudaRegisterFatBinary(void* binary) {
    ptx::Module& module = modules().emplace_back();
    if (runs()) try {
            module = ptx::parse(ptx_of(binary));
        } catch (const std::runtime_error& error) {
            fault(error.what());
        }
    return reinterpret_cast<void**>(&module);
}
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void**) {}
char __cudaInitModule(void**) {
    return 1;
}
void __cudaRegisterVar(void**, char*, char*, const char*, int, std::size_t, int, int) {}
void __cudaRegisterFunction(void** module, const char* kernel, char*, const char* name, int, uint3*, uint3*, dim3*,
                            dim3*, int*) {
    char* const words = abi::__cxa_demangle(name, nullptr, nullptr, nullptr);
    const std::string whole = words ? words : name;
    std::free(words);
    // nvcc 13 writes floats of a name with six digits, so that another kernel may be registered in a kernel's place.
    const auto& programs = reinterpret_cast<ptx::Module*>(module)->kernels;
    const auto program = programs.find(name);
    if (runs() && program == programs.end()) fault("no PTX (nvcc -no-compress) of " + whole);
    const Registered entry{whole, runs() ? &program->second : nullptr};
    if (const auto [at, added] = kernels().try_emplace(kernel, entry); !added && at->second.name != whole)
        fault("two kernels are one: " + at->second.name + ", " + whole);
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
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments, std::size_t shared,
                               cudaStream_t stream) {
    return launch(kernel, grid, block, arguments, shared, stream);
}
cudaError_t cudaLaunchKernel(const void* kernel, dim3 grid, dim3 block, void** arguments, std::size_t shared,
                             cudaStream_t stream) {
    return launch(kernel, grid, block, arguments, shared, stream);
}
cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* how, const void* kernel, void** arguments) {
    return launch(kernel, how->gridDim, how->blockDim, arguments, how->dynamicSmemBytes, how->stream);
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
cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
    if (!on_gpu(memory, bytes)) return result(cudaErrorInvalidValue);
    run_or_record([=] { std::memset(memory, value, bytes); });
    return node("cudaMemsetAsync", stream);
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
    if (kind != cudaMemcpyDeviceToDevice) {
        // Where the GPU cannot reach the host's memory by itself, the call waits for it.
        const bool waits = !within(pinned(), kind == cudaMemcpyHostToDevice ? from : to, bytes);
        const char* const what = waits ? "cudaMemcpyAsync between the GPU and memory that is not pinned"
                                       : "cudaMemcpyAsync between the host and the GPU";
        if (const cudaError_t error = unless_recording(what)) return error;
    }
    if (const cudaError_t error = transfer(to, from, bytes, kind)) return error;
    return node("cudaMemcpyAsync", stream);
}
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    if (const cudaError_t error = unless_recording("cudaMemcpy")) return error;
    return transfer(to, from, bytes, kind);
}

// Memory of the host that the GPU copies by itself.
cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned) {
    if (const cudaError_t error = unless_recording("cudaHostAlloc")) return error;
    *memory = std::calloc(bytes, 1);
    if (!*memory) return result(cudaErrorMemoryAllocation);
    pinned()[static_cast<char*>(*memory)] = bytes;
    return cudaSuccess;
}
cudaError_t cudaFreeHost(void* memory) {
    if (const cudaError_t error = unless_recording("cudaFreeHost")) return error;
    if (pinned().erase(static_cast<char*>(memory)) == 0) return result(cudaErrorInvalidValue);
    std::free(memory);
    return cudaSuccess;
}

// Waiting.
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
    static long events = 0;
    *event = reinterpret_cast<cudaEvent_t>(++events);
    return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t) {
    return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    launches_before()[event] = graph_launches;
    return node("cudaEventRecord", stream);
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    const auto found = launches_before().find(event);
    if (found == launches_before().end()) return cudaSuccess;
    const bool newest = found->second == graph_launches;
    if (!recording.now && !newest) return cudaSuccess;
    return unless_recording("cudaEventSynchronize of the latest step");
}
cudaError_t cudaStreamSynchronize(cudaStream_t) {
    return unless_recording("cudaStreamSynchronize");
}
cudaError_t cudaDeviceSynchronize() {
    return unless_recording("cudaDeviceSynchronize");
}

// Recording.
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
    if (recording.now || stream != cudaStreamPerThread || mode != cudaStreamCaptureModeThreadLocal)
        return result(cudaErrorIllegalState);
    recording.now = true;
    recording.invalid = false;
    recording.nodes = 0;
    recording.work = new Work;
    return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
    if (!std::exchange(recording.now, false)) return result(cudaErrorIllegalState);
    std::printf("%d nodes\n", recording.nodes);
    *graph = recording.invalid ? nullptr : reinterpret_cast<cudaGraph_t>(recording.work);
    if (recording.invalid) delete recording.work;
    return recording.invalid ? result(cudaErrorStreamCaptureInvalidated) : cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* run, cudaGraph_t graph, unsigned long long) {
    *run = reinterpret_cast<cudaGraphExec_t>(graph);
    return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t) {
    return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t run) {
    delete reinterpret_cast<Work*>(run);  // which the graph has handed over
    return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t run, cudaStream_t) {
    ++graph_launches;
    std::puts("launched a recording");
    for (const auto& work : *reinterpret_cast<Work*>(run)) work();
    return cudaSuccess;
}
}
