// What the stand-in's GPU has: memory, kernels, and what is being recorded.
#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ptx/program.hpp"

namespace stand_in {

/// Whether the environment has GENOTYPE_STAND_IN_MODE.
bool asked_for(const char* mode);
/// Whether kernels run.
bool runs();
[[noreturn]] void fault(const std::string& words);

/// What the program has registered: the kernel behind each address of the host's.
struct Registered {
    std::string name;
    const ptx::Kernel* program;  // null where kernels do not run
};
std::map<const void*, Registered>& kernels();
std::list<ptx::Module>& modules();
/// The newest PTX among the programs that nvcc has put into the host's, which lie one behind another.
std::string_view ptx_of(const void* binary);

/// Bytes behind each address of the host's memory that the GPU copies by itself.
std::map<const char*, std::size_t>& pinned();
bool within(const std::map<const char*, std::size_t>& all, const void* memory, std::size_t bytes);
bool on_gpu(const void* memory, std::size_t bytes);
/// Memory that ends where memory begins that nobody may touch; where kernels do not run, nobody may touch any of it.
cudaError_t reserve(void** memory, std::size_t bytes);
cudaError_t give_back(void* memory);
/// Each side is where `kind` says; where kernels do not run, what comes from the GPU is zeros.
cudaError_t transfer(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind);

/// What a recording has taken, or what is done at once.
using Work = std::vector<std::function<void()>>;
struct Recording {
    bool now = false, invalid = false;
    int nodes = 0;
    Work* work = nullptr;
};
extern Recording recording;
extern cudaError_t last;
void run_or_record(std::function<void()> work);

cudaError_t result(cudaError_t error);
/// The answer to what a recording does not allow, and a step does not ask for either.
cudaError_t unless_recording(const char* call);
/// The answer to what a recording takes as a node, if it is asked of the recording's stream.
cudaError_t node(const std::string& what, cudaStream_t stream);
cudaError_t launch(const void* kernel, dim3 grid, dim3 block, void** arguments, std::size_t shared,
                   cudaStream_t stream);

}  // namespace stand_in
