// Stands in for CUDA's runtime library where there is no GPU. Says what a program asks for while it records a step, and
// refuses what CUDA refuses then. Kernels do not run, and results are zeros, unless the environment says otherwise.
// usage: LD_PRELOAD=libcuda_stand_in.so PROGRAM (linked with CUDA's shared library)
// GENOTYPE_STAND_IN_RUNS:    kernels run on the processor, by the PTX that the program has (nvcc -no-compress)
// GENOTYPE_STAND_IN_TELLS:   also says what is asked for outside of recordings
// GENOTYPE_STAND_IN_REFUSES: every kernel is one that the GPU does not know
#include <cuda_runtime_api.h>
#include <cxxabi.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <list>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ptx/program.hpp"

namespace {

bool asked_for(const char* mode) {
    return std::getenv((std::string("GENOTYPE_STAND_IN_") + mode).c_str()) != nullptr;
}
bool runs() {
    static const bool answer = asked_for("RUNS");
    return answer;
}

[[noreturn]] void fault(const std::string& words) {
    std::printf("FAULT: %s\n", words.c_str());
    std::fflush(stdout);
    std::_Exit(2);
}

/// What the program has registered: the kernel behind each address of the host's.
struct Registered {
    std::string name;
    const ptx::Kernel* program;  // null where kernels do not run
};
std::map<const void*, Registered>& kernels() {
    static std::map<const void*, Registered> all;
    return all;
}
std::list<ptx::Module>& modules() {
    static std::list<ptx::Module> all;
    return all;
}

/// Bytes behind each address of the GPU's memory.
std::map<const char*, std::size_t>& blocks() {
    static std::map<const char*, std::size_t> all;
    return all;
}

/// Bytes behind each address of the host's memory that the GPU copies by itself.
std::map<const char*, std::size_t>& pinned() {
    static std::map<const char*, std::size_t> all;
    return all;
}

bool within(const std::map<const char*, std::size_t>& all, const void* memory, std::size_t bytes) {
    const char* const begin = static_cast<const char*>(memory);
    auto after = all.upper_bound(begin);
    if (after == all.begin()) return false;
    --after;
    return begin + bytes <= after->first + after->second;
}

bool on_gpu(const void* memory, std::size_t bytes) {
    return within(blocks(), memory, bytes);
}

bool recording = false, invalid = false;
int nodes = 0;
long graph_launches = 0;
cudaError_t last = cudaSuccess;

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

cudaError_t result(cudaError_t error) {
    if (error != cudaSuccess) last = error;
    return error;
}

/// What a recording has taken, or what is done at once.
using Work = std::vector<std::function<void()>>;
Work* recorded = nullptr;

void run_or_record(std::function<void()> work) {
    if (!runs()) return;
    if (recording)
        recorded->push_back(std::move(work));
    else
        work();
}

constexpr std::size_t page = 4096;
std::size_t rounded_up(std::size_t bytes, std::size_t to) {
    return (bytes + to - 1) / to * to;
}

/// Ends where memory begins that nobody may touch; where kernels do not run, nobody may touch any of it.
cudaError_t reserve(void** memory, std::size_t bytes) {
    const std::size_t own = rounded_up(bytes, page);
    void* const pages = mmap(nullptr, own + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) return result(cudaErrorMemoryAllocation);
    if (runs()) mprotect(pages, own, PROT_READ | PROT_WRITE);
    *memory = static_cast<char*>(pages) + own - rounded_up(bytes, 256);
    blocks()[static_cast<char*>(*memory)] = bytes;
    return cudaSuccess;
}

cudaError_t give_back(void* memory) {
    if (!memory) return cudaSuccess;
    const auto found = blocks().find(static_cast<char*>(memory));
    if (found == blocks().end()) return result(cudaErrorInvalidValue);
    char* const end = static_cast<char*>(memory) + rounded_up(found->second, 256);
    const std::size_t own = rounded_up(found->second, page);
    munmap(end - own, own + page);
    blocks().erase(found);
    return cudaSuccess;
}

/// Each side is where `kind` says; what comes from the GPU is zeros.
cudaError_t transfer(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    const bool to_gpu = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    const bool from_gpu = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    if (on_gpu(to, bytes) != to_gpu || on_gpu(from, bytes) != from_gpu) return result(cudaErrorInvalidValue);
    if (runs())
        run_or_record([=] { std::memcpy(to, from, bytes); });
    else if (!to_gpu)
        std::memset(to, 0, bytes);
    return cudaSuccess;
}

/// The answer to what a recording does not allow, and a step does not ask for either.
cudaError_t unless_recording(const char* call) {
    if (!recording) {
        if (asked_for("TELLS")) std::printf("asked: %s\n", call);
        return cudaSuccess;
    }
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

/// Runs a kernel on the processor, with its arguments as they are now.
void run_kernel(const ptx::Kernel& program, dim3 grid, dim3 block, std::size_t shared, void** arguments) {
    std::vector<char> parameters(static_cast<std::size_t>(program.parameter_bytes));
    for (std::size_t at = 0; at < program.parameters.size(); ++at)
        std::memcpy(parameters.data() + program.parameters[at].offset, arguments[at],
                    static_cast<std::size_t>(program.parameters[at].bytes));
    run_or_record([&program, grid, block, shared, parameters] {
        try {
            ptx::run(program, {grid.x, grid.y, grid.z}, {block.x, block.y, block.z}, shared, parameters.data());
        } catch (const std::runtime_error& error) {
            fault(error.what());
        }
    });
}

cudaError_t launch(const void* kernel, dim3 grid, dim3 block, void** arguments, std::size_t shared,
                   cudaStream_t stream) {
    const auto found = kernels().find(kernel);
    if (found == kernels().end()) return result(cudaErrorInvalidDeviceFunction);
    if (asked_for("REFUSES")) return result(cudaErrorNoKernelImageForDevice);
    const unsigned threads = block.x * block.y * block.z;
    if (threads == 0 || threads > 1024 || grid.x == 0 || grid.y == 0 || grid.y > 65535 || shared > 48 * 1024)
        return result(cudaErrorInvalidConfiguration);
    char sizes[100];
    std::snprintf(sizes, sizeof sizes, "%ux%u blocks of %u threads, %zu bytes: ", grid.x, grid.y, threads, shared);
    if (found->second.program) run_kernel(*found->second.program, grid, block, shared, arguments);
    // The rest of the name are the arguments of its template.
    return node(sizes + found->second.name.substr(0, 100), stream);
}

/// The newest PTX among the programs that nvcc has put into the host's, which lie one behind another.
std::string_view ptx_of(const void* binary) {
    struct Wrapper {
        int magic, version;
        const char* data;
    };
    const char* const data = static_cast<const Wrapper*>(binary)->data;
    std::uint16_t header = 0;
    std::uint64_t bytes = 0;
    std::memcpy(&header, data + 6, sizeof header);
    std::memcpy(&bytes, data + 8, sizeof bytes);
    const std::string_view all(data, header + bytes);
    std::string_view newest;
    for (std::size_t at = all.find("\n.version "); at != std::string_view::npos; at = all.find("\n.version ", at + 1))
        newest = all.substr(at, all.find('\0', at) - at);
    return newest;
}

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
    if (!recording && !newest) return cudaSuccess;
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
    if (recording || stream != cudaStreamPerThread || mode != cudaStreamCaptureModeThreadLocal)
        return result(cudaErrorIllegalState);
    recording = true;
    invalid = false;
    nodes = 0;
    recorded = new Work;
    return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
    if (!std::exchange(recording, false)) return result(cudaErrorIllegalState);
    std::printf("%d nodes\n", nodes);
    *graph = invalid ? nullptr : reinterpret_cast<cudaGraph_t>(recorded);
    if (invalid) delete recorded;
    return invalid ? result(cudaErrorStreamCaptureInvalidated) : cudaSuccess;
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
