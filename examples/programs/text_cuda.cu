#include <genotype/cuda.hpp>
#include <genotype/text/generation/text_run.hpp>

#include "text_cuda.hpp"
#include "text_model.hpp"

namespace example {

using namespace genotype;

struct CudaText::Running {
    Model<text_model::Model, Cuda> model{};
    TextRun<text_model::Model, Cuda> run;

    Running(const Arena<>& parameters, TextRunOptions options) : run(model, options) {
        Cuda::upload(parameters.data(), parameters.size(), model.parameters.data());
        model.prepare();
    }
};

CudaText::CudaText(const Arena<>& parameters, TextRunOptions options)
    : running_(std::make_unique<Running>(parameters, options)) {}
CudaText::~CudaText() = default;

int CudaText::vocabulary() const {
    return running_->run.vocabulary();
}
int CudaText::context() const {
    return running_->run.context();
}
int CudaText::slots() const {
    return running_->run.slots();
}
int CudaText::max_rows() const {
    return running_->run.max_rows();
}
const float* CudaText::forward(std::span<const int> tokens, std::span<const kernels::SequenceRows> sequences) {
    return running_->run.forward(tokens, sequences);
}
const float* CudaText::forward_all(std::span<const int> tokens, std::span<const kernels::SequenceRows> sequences) {
    return running_->run.forward_all(tokens, sequences);
}
void CudaText::copy_slot(int from, int to, int positions) {
    running_->run.copy_slot(from, to, positions);
}

}  // namespace example
