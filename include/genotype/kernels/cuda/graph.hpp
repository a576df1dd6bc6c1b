// Steps on a GPU as CUDA graphs: recorded once, launched with one call.
#pragma once

#include <optional>
#include <utility>

#include "genotype/kernels/capture.hpp"
#include "genotype/kernels/cuda/system.hpp"

namespace genotype::inline v0_1::kernels {

/// Owns a recorded step; moves but does not copy.
class CudaGraph {
  public:
    explicit CudaGraph(cudaGraphExec_t run) : run_(run) {}
    CudaGraph(CudaGraph&& other) noexcept : run_(std::exchange(other.run_, nullptr)) {}
    CudaGraph& operator=(CudaGraph&& other) noexcept {
        std::swap(run_, other.run_);
        return *this;
    }
    ~CudaGraph() {
        if (run_) cudaGraphExecDestroy(run_);
    }

    /// Queues the step behind what this thread has asked for before, and does not wait for it. Throws `Error` with
    /// CUDA's words.
    void replay() { detail::cuda_check("cudaGraphLaunch", cudaGraphLaunch(run_, cudaStreamPerThread)); }

  private:
    cudaGraphExec_t run_ = nullptr;
};

/// Records what step() asks the GPU for, without running it. Call step() once before: the first call of a kernel may
/// load it, which a recording does not allow. Throws `Error` where step() allocates, waits or reads results, and what
/// step() throws; nothing is left recording then. Memory that step uses must outlive the graph.
template <OnCuda System, class Step>
CudaGraph capture(Thrust<System>, Step step) {
    // Other threads may go on to allocate meanwhile.
    detail::cuda_check("cudaStreamBeginCapture",
                       cudaStreamBeginCapture(cudaStreamPerThread, cudaStreamCaptureModeThreadLocal));
    cudaGraph_t graph = nullptr;
    try {
        step();
    } catch (...) {
        cudaStreamEndCapture(cudaStreamPerThread, &graph);
        if (graph) cudaGraphDestroy(graph);
        cudaGetLastError();
        throw;
    }
    detail::cuda_check("cudaStreamEndCapture", cudaStreamEndCapture(cudaStreamPerThread, &graph));
    cudaGraphExec_t run = nullptr;
    const cudaError_t result = cudaGraphInstantiate(&run, graph, 0);
    cudaGraphDestroy(graph);
    detail::cuda_check("cudaGraphInstantiate", result);
    return CudaGraph(run);
}

template <OnCuda System>
class GraphCache<Thrust<System>> {
  public:
    template <class Part>
    void run(const GraphKey& key, Part part) {
        if (!seen_ || *seen_ != key) {
            graph_.reset();
            part();  // the first call may load kernels, which a recording does not allow
            seen_ = key;
            return;
        }
        if (!graph_) graph_.emplace(capture(Thrust<System>{}, part));
        graph_->replay();
    }

  private:
    std::optional<GraphKey> seen_;
    std::optional<CudaGraph> graph_;
};

}  // namespace genotype::inline v0_1::kernels
