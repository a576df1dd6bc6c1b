// A device over thrust on the host that records as a GPU does: the kernels, with the pointers and numbers that they
// were given. Its memory says that it is none of the host's. To be included before the other kernels over thrust.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "genotype/kernels/capture.hpp"
#include "genotype/kernels/portable/each.hpp"

namespace genotype {
namespace kernels::detail {

/// What is being recorded, if anything is.
inline std::vector<std::function<void()>>*& recording() {
    static std::vector<std::function<void()>>* now = nullptr;
    return now;
}

/// Runs now, or is recorded.
template <class Work>
void run_or_record(Work work) {
    if (recording())
        recording()->push_back(std::move(work));
    else
        work();
}

struct RecordedMemory : HostMemory {
    static constexpr bool on_host = false;

    static void copy(const float* from, long floats, float* to) {
        run_or_record([=] { HostMemory::copy(from, floats, to); });
    }
    static void clear(float* data, long floats) {
        run_or_record([=] { HostMemory::clear(data, floats); });
    }
    static void upload(const float* host, long floats, float* to) {
        if (recording()) fail("Recorded", "upload", "a recording", "none");
        HostMemory::copy(host, floats, to);
    }
    static void download(const float* from, long floats, float* host) {
        if (recording()) fail("Recorded", "download", "a recording", "none");
        HostMemory::copy(from, floats, host);
    }
};

struct RecordedSystem : CppSystem {
    using Memory = RecordedMemory;
};

template <class F>
void each(Thrust<RecordedSystem>, long n, F f) {
    run_or_record([=] { thrust::for_each_n(CppSystem::policy(), thrust::counting_iterator<long>(0), n, f); });
}

}  // namespace kernels::detail

using Recorded = Thrust<kernels::detail::RecordedSystem>;

/// As on Cuda: the second part with the same key is recorded, and from then on replayed whatever `part` is.
template <>
class kernels::GraphCache<Recorded> {
  public:
    template <class Part>
    void run(const kernels::GraphKey& key, Part part) {
        if (!seen_ || *seen_ != key) {
            work_.clear();
            part();
            seen_ = key;
            return;
        }
        if (work_.empty()) {
            detail::recording() = &work_;
            part();
            detail::recording() = nullptr;
        } else {
            ++replays;
        }
        for (const auto& kernel : work_) kernel();
    }

    static inline int replays = 0;

  private:
    std::optional<kernels::GraphKey> seen_;
    std::vector<std::function<void()>> work_;
};

}  // namespace genotype
