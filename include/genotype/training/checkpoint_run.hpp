// Before a checkpoint goes into a folder: that its numbers are finite, and what the training that it is of is called.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/io/safetensors.hpp"
#include "genotype/io/tensor_layout.hpp"
#include "genotype/training/checkpoint_keys.hpp"
#include "genotype/training/checkpoint_parts.hpp"
#include "genotype/training/training_state.hpp"

namespace genotype::inline v0_1::detail {

/// What is NaN or infinite among the tensors of a checkpoint.
class NotFiniteTensors {
  public:
    [[gnu::cold]] void add(std::string_view tensor, NotFinite found) {
        if (found.nan + found.infinite == 0) return;
        if (tensors_ == 0) first_ = concat(tensor);
        if (last_ != tensor || tensors_ == 0) ++tensors_;
        last_ = concat(tensor);
        all_ += found;
    }
    bool none() const { return tensors_ == 0; }
    [[noreturn, gnu::cold]] void fail(std::string_view where, std::string_view expected) const {
        genotype::fail(where, in_quotes(first_),
                       concat(all_.nan, " values that are NaN and ", all_.infinite, " infinite in ",
                              tensors_ == 1 ? "it" : concat("it and ", tensors_ - 1, " more tensors")),
                       expected);
    }

  private:
    NotFinite all_;
    std::string first_, last_;
    int tensors_ = 0;
};

/// `Error` where a weight or an optimiser's state is NaN or infinite: no training gets on from there. `last` says which
/// checkpoint is finite.
[[gnu::cold]] inline void expect_finite(const TrainingState& state, std::uint64_t steps, std::string_view last) {
    NotFiniteTensors found;
    for (const auto* list : {&state.weights, &state.states, &state.averages})
        for (const auto& tensor : *list)
            if (!tensor.is_counter) found.add(tensor.info.name, count_not_finite(tensor.data, tensor.dims.count()));
    if (!found.none())
        found.fail(concat("checkpoint of step ", steps),
                   concat("finite ones; nothing is written, and the last checkpoint is ", last));
}

/// The same of a file.
[[gnu::cold]] inline void expect_finite(const std::filesystem::path& path) {
    constexpr std::size_t most = 65536;  // numbers at a time
    const SafeTensors file(path);
    NotFiniteTensors found;
    std::vector<std::byte> room;
    std::vector<float> numbers(most);
    for (const TensorInfo& tensor : file.tensors()) {
        if (tensor.dtype != StorageType::F32 || tensor.name == history_tensor) continue;
        for (std::uint64_t begin = tensor.begin; begin < tensor.end; begin += most * sizeof(float)) {
            const std::size_t bytes = std::min<std::uint64_t>(tensor.end - begin, most * sizeof(float));
            std::memcpy(numbers.data(), file.fetch(begin, bytes, room).data(), bytes);
            found.add(tensor.name, count_not_finite(numbers.data(), static_cast<long>(bytes / sizeof(float))));
        }
    }
    if (!found.none()) found.fail(file.name(), "finite ones");
}

/// FNV-1a, of whole words.
class Fingerprint {
  public:
    void add(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100000001b3u; }
    [[gnu::cold]] void add(std::string_view text) {
        for (const char letter : text) add(static_cast<std::uint64_t>(static_cast<unsigned char>(letter)));
        add(text.size());
    }
    [[gnu::cold]] void add(const OptionTexts& texts) {
        for (const auto& [name, text] : texts) {
            add(name);
            add(text);
        }
    }
    [[gnu::cold]] void add(const float* numbers, long count) {
        for (long at = 0; at < count; ++at) add(std::uint64_t{std::bit_cast<std::uint32_t>(numbers[at])});
    }
    /// 16 hexadecimal digits.
    [[gnu::cold]] std::string text() const {
        std::string digits;
        std::uint64_t mixed = (hash_ ^ hash_ >> 32) * 0x9e3779b97f4a7c15u;
        mixed ^= mixed >> 29;
        for (int place = 60; place >= 0; place -= 4) digits += "0123456789abcdef"[mixed >> place & 15];
        return digits;
    }

  private:
    std::uint64_t hash_ = 0xcbf29ce484222325u;
};

/// The id of a training of which this is the first checkpoint in a folder. Nothing is drawn for it, so that a training
/// that was stopped has the files of one that was not: it comes from the model, the options, the first step's losses
/// (without them the weights), and the trainings before it.
[[gnu::cold]] inline std::string run_id(const TrainingState& state, const CheckpointParts& parts,
                                        std::string_view after) {
    Fingerprint hash;
    hash.add(state.models);
    hash.add(state.options.texts);
    hash.add(parts.loader.options.texts);
    hash.add(after);
    if (parts.history && parts.history->rows() > 0) {
        const auto losses = parts.history->row(0);
        hash.add(losses.data(), static_cast<long>(losses.size()));
    } else {
        for (const auto& tensor : state.weights) hash.add(tensor.data, tensor.dims.count());
    }
    return hash.text();
}

}  // namespace genotype::inline v0_1::detail
