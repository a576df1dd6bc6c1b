// The texts that a language model's step is given.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "genotype/kernels/sequences.hpp"
#include "genotype/memory/sender.hpp"
#include "genotype/network/workspace.hpp"

namespace genotype::inline v0_1::detail {

/// Windows of `context` + 1 tokens: of each text the model is given all but the last, and the targets are all but the
/// first.
template <class Net, class Device>
struct TextInputs {
    static constexpr int vocabulary = Net::vocabulary;

    template <class Options>
    TextInputs(const Options& options, int capacity, const Device& device)
        : context(options.context),
          most(options.batch),
          tokens(options.batch * options.context),
          labels(options.batch * options.context),
          texts(options.batch),
          evaluation(capacity, device) {
        kernels::SequenceRows* const all = texts.staging();
        for (int text = 0; text < most; ++text)
            all[text] = {.row = text * context, .count = context, .position = 0, .slot = text};
        texts.send(most);
    }

    /// Brings the tokens to where the model reads them, and returns of how many texts they are. Throws `Error` where
    /// that is no whole number, none or too many, or where a token is not of the vocabulary.
    int take(std::span<const int> windows) {
        const auto length = static_cast<std::size_t>(context), window = length + 1, count = windows.size() / window;
        if (windows.size() % window != 0 || count < 1 || count > static_cast<std::size_t>(most))
            fail("Trainer", "tokens", std::to_string(windows.size()),
                 "1 to " + std::to_string(most) + " texts of " + std::to_string(window));
        for (std::size_t at = 0; at < windows.size(); ++at)
            if (windows[at] < 0 || windows[at] >= vocabulary)
                fail("Trainer", "token " + std::to_string(at % window) + " of text " + std::to_string(at / window),
                     std::to_string(windows[at]),
                     "one of the model's vocabulary, 0 to " + std::to_string(vocabulary - 1));
        for (std::size_t row = 0; row < count * length; ++row) {
            const std::size_t at = row / length * window + row % length;
            tokens.staging()[row] = static_cast<float>(windows[at]);
            labels.staging()[row] = windows[at + 1];
        }
        tokens.send(static_cast<long>(count * length));
        labels.send(static_cast<long>(count * length));
        return static_cast<int>(count);
    }
    ViewOn<Shape<1>, Device> samples(int count) const { return {tokens.data(), count * context}; }
    /// The rows of so many texts, from the first on.
    kernels::Sequences sequences(int count) const { return {.list = texts.data(), .count = count, .context = context}; }

    int context, most;
    Sent<float, Device> tokens;
    Sent<int, Device> labels;
    Sent<kernels::SequenceRows, Device> texts;
    Workspace<Net, Shape<1>, Inference, Device> evaluation;
};

}  // namespace genotype::inline v0_1::detail
