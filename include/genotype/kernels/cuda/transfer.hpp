// Between the host and a GPU without a wait: memory that the GPU copies by itself, twice, so that one half is filled
// while the other is on its way.
#pragma once

#include <utility>

#include "genotype/kernels/cuda/system.hpp"
#include "genotype/memory/pending.hpp"
#include "genotype/memory/sender.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Memory of the host that the GPU reads and writes by itself (pinned).
class PinnedBytes {
  public:
    explicit PinnedBytes(std::size_t bytes) {
        if (bytes > 0) cuda_check("cudaHostAlloc", cudaHostAlloc(&data_, bytes, cudaHostAllocDefault));
    }
    PinnedBytes(PinnedBytes&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
    PinnedBytes& operator=(PinnedBytes&& other) noexcept {
        std::swap(data_, other.data_);
        return *this;
    }
    ~PinnedBytes() {
        if (data_) cudaFreeHost(data_);
    }

    void* data() const { return data_; }

  private:
    void* data_ = nullptr;
};

/// A place in the thread's queue of work.
class CudaEvent {
  public:
    CudaEvent() { cuda_check("cudaEventCreate", cudaEventCreateWithFlags(&event_, cudaEventDisableTiming)); }
    CudaEvent(CudaEvent&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
    CudaEvent& operator=(CudaEvent&& other) noexcept {
        std::swap(event_, other.event_);
        return *this;
    }
    ~CudaEvent() {
        if (event_) cudaEventDestroy(event_);
    }

    void record() { cuda_check("cudaEventRecord", cudaEventRecord(event_, cudaStreamPerThread)); }
    /// Waits until the GPU has come there; not at all where nothing was recorded.
    static void wait(cudaEvent_t event) { cuda_check("cudaEventSynchronize", cudaEventSynchronize(event)); }
    cudaEvent_t get() const { return event_; }

  private:
    cudaEvent_t event_ = nullptr;
};

}  // namespace genotype::inline v0_1::kernels::detail

namespace genotype::inline v0_1::detail {

/// See the generic one: the host waits only where the GPU is two sets behind.
template <kernels::OnCuda System>
class StagingBuffer<Thrust<System>> {
  public:
    explicit StagingBuffer(long floats) : floats_(floats), memory_(2 * kernels::detail::bytes_of(floats)) {}

    float* staging() {
        kernels::detail::CudaEvent::wait(left_[next_].get());
        return half();
    }
    void send(long floats, float* to) {
        kernels::detail::cuda_check("cudaMemcpyAsync", cudaMemcpyAsync(to, half(), kernels::detail::bytes_of(floats),
                                                                       cudaMemcpyHostToDevice, cudaStreamPerThread));
        left_[next_].record();
        next_ = 1 - next_;
    }

  private:
    float* half() const { return static_cast<float*>(memory_.data()) + next_ * floats_; }

    long floats_;
    int next_ = 0;
    kernels::detail::PinnedBytes memory_;
    kernels::detail::CudaEvent left_[2];
};

/// See the generic one.
template <kernels::OnCuda System>
class StagedCopy<Thrust<System>> {
  public:
    struct PendingCopy {
        const FetchedFloats* floats;
        std::int64_t number;
        cudaEvent_t there;

        void wait() const { kernels::detail::CudaEvent::wait(there); }
    };

    PendingCopy fetch(const float* from, int count) {
        const auto half = static_cast<std::size_t>(++number_ % 2);
        FetchedFloats& to = static_cast<FetchedFloats*>(memory_.data())[half];
        to.number = number_;
        kernels::detail::cuda_check("cudaMemcpyAsync",
                                    cudaMemcpyAsync(to.values, from, kernels::detail::bytes_of(count),
                                                    cudaMemcpyDeviceToHost, cudaStreamPerThread));
        there_[half].record();
        return {&to, number_, there_[half].get()};
    }

  private:
    std::int64_t number_ = 0;
    kernels::detail::PinnedBytes memory_{2 * sizeof(FetchedFloats)};
    kernels::detail::CudaEvent there_[2];
};

}  // namespace genotype::inline v0_1::detail
