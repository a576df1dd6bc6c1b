// A step that is run again and again. On a GPU its kernels are recorded once and then launched together.
#pragma once

#include <utility>

namespace genotype {

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

}  // namespace genotype
