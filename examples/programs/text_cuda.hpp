// The model of `text` on an NVIDIA GPU, for files that a C++ compiler compiles: of what its user includes nvcc sees
// nothing.
#pragma once

#include <genotype/kernels/sequences.hpp>
#include <genotype/memory/arena.hpp>
#include <genotype/text/generation/text_run_options.hpp>
#include <memory>
#include <span>

namespace example {

/// A `genotype::TextRun` with its weights.
class CudaText {
  public:
    /// With parameters as `genotype::text_parameters` reads them. Throws `genotype::Error` where there is no GPU.
    CudaText(const genotype::Arena<>& parameters, genotype::TextRunOptions options);
    ~CudaText();

    int vocabulary() const;
    int context() const;
    int slots() const;
    int max_rows() const;
    const float* forward(std::span<const int> tokens, std::span<const genotype::kernels::SequenceRows> sequences);
    const float* forward_all(std::span<const int> tokens, std::span<const genotype::kernels::SequenceRows> sequences);
    void copy_slot(int from, int to, int positions);

  private:
    struct Running;
    std::unique_ptr<Running> running_;
};

}  // namespace example
