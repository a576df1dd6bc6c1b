// The way of a call's tokens to where a model reads them, and of its logits to the host.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>

#include "genotype/kernels/sequences.hpp"
#include "genotype/memory/sender.hpp"

namespace genotype::inline v0_1::detail {

/// Memory for calls of up to `rows` tokens. On a device that computes in the host's memory it has the tokens alone, and
/// the rest stays where it is.
template <class Device>
class TextInput {
  public:
    TextInput(int rows, long vocabulary)
        : ids_(Device::on_host ? rows : 0),
          sender_(Device::on_host ? 0 : rows * row_floats),
          there_(Device::on_host ? 0 : rows * row_floats),
          answer_(Device::on_host ? 0 : rows * vocabulary) {}

    struct Place {
        const float* ids;
        const kernels::SequenceRows* list;
    };

    /// Where the device reads them until the next call: for as many tokens and texts always the same place. There is no
    /// text without a token.
    Place take(std::span<const int> tokens, std::span<const kernels::SequenceRows> texts) {
        // Ids as floats are exact: a vocabulary has fewer than 2^24 tokens.
        if constexpr (Device::on_host) {
            std::copy(tokens.begin(), tokens.end(), ids_.data());
            return {ids_.data(), texts.data()};
        } else {
            const long before = static_cast<long>(texts.size()) * kernels::sequence_rows_floats;
            float* const here = sender_.staging();
            std::memcpy(here, texts.data(), texts.size_bytes());
            std::copy(tokens.begin(), tokens.end(), here + before);
            sender_.send(before + static_cast<long>(tokens.size()), there_.data());
            return {there_.data() + before, kernels::as_texts(there_.data())};
        }
    }

    /// The device's values where the host reads them, until the next call.
    const float* read(const float* values, long count) {
        if constexpr (Device::on_host) return values;
        Device::download(values, count, answer_.data());
        return answer_.data();
    }

  private:
    static constexpr long row_floats = 1 + kernels::sequence_rows_floats;

    Arena<Device> ids_;
    detail::StagingBuffer<Device> sender_;
    Arena<Device> there_;  // the texts, and behind them the tokens
    Arena<> answer_;
};

}  // namespace genotype::inline v0_1::detail
