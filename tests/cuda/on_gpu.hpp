// What a test needs to run the same kernel on the GPU and on the host.
#pragma once

#include "genotype/kernels/cuda/cuda.hpp"
#include "genotype/kernels/reference.hpp"
#include "genotype/memory/arena.hpp"
#include "support/kernel_arrays.hpp"

namespace cuda_test {

/// Values in the memory of a device, copied there and back.
template <class Device>
class Values {
  public:
    Values(const kernel_test::Array& values) : arena_(static_cast<long>(values.size())) {
        if constexpr (!Device::on_host)
            Device::upload(values.data(), arena_.size(), arena_.data());
        else
            Device::copy(values.data(), arena_.size(), arena_.data());
    }

    float* data() { return arena_.data(); }

    kernel_test::Array read() const {
        kernel_test::Array values(static_cast<unsigned long>(arena_.size()));
        if constexpr (!Device::on_host)
            Device::download(arena_.data(), arena_.size(), values.data());
        else
            Device::copy(arena_.data(), arena_.size(), values.data());
        return values;
    }

  private:
    genotype::Arena<Device> arena_;
};

}  // namespace cuda_test
