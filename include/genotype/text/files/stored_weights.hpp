// A text model's weights in the form in which its files have them.
#pragma once

#include <algorithm>
#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "genotype/kernels/stored.hpp"
#include "genotype/text/files/load_text.hpp"
#include "genotype/text/files/stored_upload.hpp"

namespace genotype::inline v0_1 {

struct StoredOptions {
    /// Matrices of float32 become bfloat16, each value the nearest: half the memory, half the time of reading it.
    bool bf16 = false;
};

/// Weights for `Stored<Device>`. Matrices of products and embeddings stay where the files' mapping has them, of their
/// type; those that lie otherwise there (GPT-2's of a folder, a Llama's queries and keys of a GGUF file) are copied, of
/// the same type. To a device with memory of its own all are copied. The rest, which is small, is float32. It owns the
/// files, has the members that a `Workspace` reads, and is only read by inference. The files must not be cut while it
/// lives.
///
///     const StoredWeights<Llama<smollm2_135m>> weights(TextFiles("smollm2.gguf"), smollm2_135m);
template <Layer Net, class OnDevice = Cpu>
class StoredWeights {
  public:
    using network = Net;
    using device = Stored<OnDevice>;

    /// `Error`s are those of `load_text`; one more is a matrix whose columns are no whole blocks.
    StoredWeights(TextFiles files, const TextConfig& expected, StoredOptions options = {}, const OnDevice& on = {})
        : files_(std::move(files)) {
        check_config(files_.config(), expected, files_.name());
        if constexpr (OnDevice::on_host) {
            Found found = read(parameters.data());
            report_ = std::move(found.report);
            copies_ = detail::store_matrices(files_, found.matrices, options.bf16);
            for (const detail::MatchedMatrix& matrix : found.matrices) std::construct_at(matrix.place, matrix.stored);
        } else {
            Arena<> values(parameters.size());
            Found found = read(values.data());
            report_ = std::move(found.report);
            for (const Plain& tensor : found.plain)
                OnDevice::upload(tensor.at, tensor.floats, parameters.data() + (tensor.at - values.data()));
            const auto copies = detail::store_matrices(files_, found.matrices, options.bf16);
            there_ = detail::upload_matrices<device>(found.matrices);
        }
        // Of what is no matrix: rotary angles.
        genotype::prepare<Net>(device{on},
                               Packing<PackedAfter::loaded>{parameters.data(), buffers.data(), packed.data()});
    }

    const TextFiles& files() const { return files_; }
    /// What was read, and which tensors of the files were left out where these are not strict.
    const LoadReport& report() const { return report_; }
    /// Bytes of matrices that were copied; all others lie in the files. On a device with memory of its own it has all.
    std::size_t copied_bytes() const {
        std::size_t bytes = static_cast<std::size_t>(there_.size()) * sizeof(float);
        for (const detail::MatrixCopy& copy : copies_) bytes += copy.size;
        return bytes;
    }

    /// Of a matrix the range stays untouched, which costs no memory of the host's.
    Arena<device> parameters{parameter_floats<Net>()};
    Arena<device> buffers{buffer_floats<Net>()};
    PackedArena<device> packed{packed_bytes<Net, device>()};

  private:
    /// A parameter that is no matrix.
    struct Plain {
        float* at;
        long floats;
    };
    struct Found {
        std::vector<detail::MatchedMatrix> matrices;
        std::vector<Plain> plain;
        LoadReport report;
    };

    /// Reads what is no matrix, and finds the matrices.
    Found read(float* values) {
        detail::TextLoading loading(files_);
        Found found;
        add<Net>(loading, found, "", values, packed.data());
        found.report = loading.copy();
        return found;
    }

    template <Layer L>
    static void add(detail::TextLoading& loading, Found& found, const std::string& prefix, float* parameters,
                    PackedMemory packed) {
        if constexpr (Combinator<L>) {
            for_each_slice<L, device>(
                [&]<class Child>(std::type_identity<Child>, ChildName name, const LayerSlice& at) {
                    add<Child>(loading, found, detail::child_prefix(prefix, name), parameters + at.parameters,
                               packed + at.packed);
                });
        } else {
            constexpr auto form = L::template packed<device>();
            constexpr bool has_matrix = kernels::is_stored_matrix<std::remove_cv_t<decltype(form)>>;
            bool is_stored = has_matrix;
            long offset = 0;
            for (const Parameter& tensor : L::parameters) {
                const std::string name = prefix + tensor.name;
                float* const to = parameters + offset;
                if (std::exchange(is_stored, false)) {
                    if constexpr (has_matrix)
                        found.matrices.push_back({loading.match(name, tensor.dims), tensor.dims, form.in(packed)});
                } else {
                    loading.add(detail::state_tensor<float>(name, tensor, to));
                    found.plain.push_back({to, tensor.count()});
                }
                offset += aligned(tensor.count());
            }
        }
    }

    TextFiles files_;
    LoadReport report_;
    std::vector<detail::MatrixCopy> copies_;
    Arena<device> there_;  // the matrices, on a device with memory of its own
};

}  // namespace genotype::inline v0_1
