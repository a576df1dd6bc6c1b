#include "stand_in_gpu.hpp"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace stand_in {

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

std::map<const void*, Registered>& kernels() {
    static std::map<const void*, Registered> all;
    return all;
}
std::list<ptx::Module>& modules() {
    static std::list<ptx::Module> all;
    return all;
}

namespace {
/// Bytes behind each address of the GPU's memory.
std::map<const char*, std::size_t>& blocks() {
    static std::map<const char*, std::size_t> all;
    return all;
}
}  // namespace

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

Recording recording;
cudaError_t last = cudaSuccess;

cudaError_t result(cudaError_t error) {
    if (error != cudaSuccess) last = error;
    return error;
}

void run_or_record(std::function<void()> work) {
    if (!runs()) return;
    if (recording.now)
        recording.work->push_back(std::move(work));
    else
        work();
}

constexpr std::size_t page = 4096;
std::size_t rounded_up(std::size_t bytes, std::size_t to) {
    return (bytes + to - 1) / to * to;
}

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

cudaError_t unless_recording(const char* call) {
    if (!recording.now) {
        if (asked_for("TELLS")) std::printf("asked: %s\n", call);
        return cudaSuccess;
    }
    std::printf("refused: %s\n", call);
    recording.invalid = true;
    return result(cudaErrorStreamCaptureUnsupported);
}

cudaError_t node(const std::string& what, cudaStream_t stream) {
    if (!recording.now) return cudaSuccess;
    if (stream != cudaStreamPerThread) return unless_recording((what + " on another stream").c_str());
    std::printf("%3d  %s\n", ++recording.nodes, what.c_str());
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

}  // namespace stand_in
