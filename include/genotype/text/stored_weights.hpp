// A text model's weights in the form in which its files have them.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "genotype/kernels/stored.hpp"
#include "genotype/text/load_text.hpp"
#include "genotype/text/stored_copy.hpp"

namespace genotype {

struct StoredOptions {
    /// Matrices of float32 become bfloat16, each value the nearest: half the memory, half the time of reading it.
    bool bf16 = false;
};

/// Weights for `Stored<Device>`. Matrices of products and embeddings stay where the files' mapping has them, of their
/// type; those that lie otherwise there (GPT-2's of a folder, a Llama's queries and keys of a GGUF file) are copied, of
/// the same type. The rest, which is small, is float32. It owns the files, has the members that a `Workspace` reads,
/// and is only read by inference. The files must not be cut while it lives.
///
///     const StoredWeights<Llama<smollm2_135m>> weights(TextFiles("smollm2.gguf"), smollm2_135m);
template <Layer Net, class OnDevice = Cpu>
class StoredWeights {
  public:
    using network = Net;
    using device = Stored<OnDevice>;
    static_assert(
        OnDevice::on_host,
        "Stored<Device> is for devices that compute on the host. For Cuda load_text reads any files, as float32, "
        "into a Model<Net, Cuda>.");

    /// `Error`s are those of `load_text`; one more is a matrix whose columns are no whole blocks.
    StoredWeights(TextFiles files, const TextConfig& expected, StoredOptions options = {}) : files_(std::move(files)) {
        check_config(files_.config(), expected, files_.name());
        detail::TextLoading loading(files_);
        std::vector<detail::MatchedMatrix> matrices;
        add<Net>(loading, matrices, "", parameters.data(), prepared.data());
        loading.copy();
        genotype::prepare<Net>(device{}, parameters.data(), prepared.data());  // rotary angles
        copies_ = detail::store_matrices(files_, matrices, options.bf16);
    }

    const TextFiles& files() const { return files_; }
    /// Bytes of matrices that were copied; all others lie in the files.
    std::size_t copied_bytes() const {
        std::size_t bytes = 0;
        for (const detail::MatrixCopy& copy : copies_) bytes += copy.size;
        return bytes;
    }

    /// Of a matrix the stretch stays untouched, which costs no memory.
    Arena<device> parameters{parameter_floats<Net>()};
    Arena<device> buffers{buffer_floats<Net>()};
    Arena<device> prepared{prepared_floats<Net, device>()};

  private:
    template <Layer L>
    static void add(detail::TextLoading& loading, std::vector<detail::MatchedMatrix>& matrices,
                    const std::string& prefix, float* parameters, float* prepared) {
        if constexpr (Combinator<L>) {
            L::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName name) {
                add<Child>(loading, matrices, detail::child_prefix(prefix, name), parameters, prepared);
                parameters += parameter_floats<Child>();
                prepared += prepared_floats<Child, device>();
            });
        } else {
            // What a layer with parameters has prepared on this device is a matrix, its first parameter.
            bool is_stored = L::template prepared_floats<device>() > 0;
            for (const Parameter& tensor : L::parameters) {
                const std::string name = prefix + tensor.name;
                if (std::exchange(is_stored, false))
                    matrices.push_back({loading.match(name, tensor.dims), tensor.dims, prepared});
                else
                    loading.add(detail::state_tensor<float>(name, tensor, parameters));
                parameters += aligned(tensor.count());
            }
        }
    }

    TextFiles files_;
    std::vector<detail::MatrixCopy> copies_;
};

}  // namespace genotype
