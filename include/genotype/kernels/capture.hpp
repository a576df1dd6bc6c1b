// A step that is run again and again. On a GPU its kernels are recorded once and then launched together.
#pragma once

#include <cstdint>
#include <utility>

namespace genotype::inline v0_1::kernels {

/// A step on a device that computes on the host: replay() calls it.
template <class Step>
class CapturedStep {
  public:
    explicit CapturedStep(Step step) : step_(std::move(step)) {}

    void replay() { step_(); }

  private:
    Step step_;
};

/// An object whose replay() does what step() does; step itself does not run now. On `Cuda` (see cuda_graph.hpp) step is
/// called once, to record its kernels with the pointers and numbers that it gives them, so what changes between replays
/// must lie in the GPU's memory. PyTorch: torch.cuda.graph(...), CUDAGraph.replay().
template <class Device, class Step>
CapturedStep<Step> capture(Device, Step step) {
    return CapturedStep<Step>(std::move(step));
}

/// What the kernels of a part of a step are given, beside what never changes.
struct GraphKey {
    const void* first;  // batches
    const void* second;
    long samples;
    std::uint64_t form;  // what else tells one part from another

    friend constexpr bool operator==(const GraphKey&, const GraphKey&) = default;
};

/// A part of a training's step, which is the same from step to step. On a device that computes on the host it is called
/// each time. On `Cuda` (see cuda_graph.hpp) it is recorded when it comes for the second time with the same key, and
/// from then on launched as a whole.
template <class Device>
class GraphCache {
  public:
    template <class Part>
    void run(const GraphKey&, Part part) {
        part();
    }
};

}  // namespace genotype::inline v0_1::kernels
