// An arena's values where the host can read and write them.
#pragma once

#include <utility>

#include "genotype/memory/arena.hpp"

namespace genotype::inline v0_1 {

/// The arena itself on a device that computes in the host's memory; a copy of another device's, for what reads and
/// writes files.
template <class Memory>
class HostCopy {
  public:
    explicit HostCopy(const Arena<Memory>& arena) {
        if constexpr (Memory::on_host) {
            data_ = const_cast<float*>(arena.data());  // written by those alone who may write the arena
        } else {
            copy_ = Arena<>(arena.size());
            Memory::download(arena.data(), arena.size(), copy_.data());
            data_ = copy_.data();
        }
    }

    float* data() { return data_; }

    /// To be called after the values were changed: brings them to the arena that they are a copy of.
    void send_back(Arena<Memory>& arena) const {
        if constexpr (!Memory::on_host) Memory::upload(data_, arena.size(), arena.data());
    }

    /// What has to live as long as the values are used, without the device's type.
    Arena<> take_copy() { return std::move(copy_); }

  private:
    float* data_ = nullptr;
    Arena<> copy_;
};

}  // namespace genotype::inline v0_1
