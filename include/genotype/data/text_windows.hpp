// GroupRanges of a long text: random ones, as a language model learns from them, and all in order, to measure it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "genotype/data/loader_position.hpp"
#include "genotype/random/random_state.hpp"
#include "genotype/random/word_draws.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// nanoGPT's names: batch_size, block_size.
struct TextWindowsOptions {
    int batch = 12;    // windows at a time
    int context = 64;  // tokens that the model reads; a window has one more, the last target
    std::uint64_t seed = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [windows, tokens, draws] = *this;
        visit("batch", windows);
        visit("context", tokens);
        visit("seed", draws);
    }
};

/// Gives windows of `context` + 1 neighbouring tokens of a text, each from a place of its own, all places equally
/// likely: what `Trainer<LanguageModel<...>>::step` takes. Which places depends on the seed and the position alone. All
/// memory is allocated by the constructor. The tokens must outlive this.
/// Equivalent: `get_batch` of nanoGPT's train.py.
///
///     TextWindows windows(parts.train, {.batch = 12, .context = 64});
///     trainer.step(windows.next());
class TextWindows {
  public:
    /// Throws `Error` where the tokens do not fill one window.
    explicit TextWindows(std::span<const int> tokens, TextWindowsOptions options = {})
        : tokens_(tokens), options_(options) {
        const auto check = [](bool right, const char* field, long found, const std::string& expected) {
            if (!right) fail("text windows", field, std::to_string(found), expected);
        };
        check(options.batch >= 1, "batch", options.batch, "at least 1");
        check(options.context >= 1, "context", options.context, "at least 1");
        const long window = static_cast<long>(options.context) + 1;
        check(size() >= window, "tokens", size(), "at least one window of " + std::to_string(window));
        check(size() <= std::numeric_limits<std::uint32_t>::max(), "tokens", size(), "fewer than 2^32");
        windows_.resize(static_cast<std::size_t>(options.batch * window));
    }

    /// Batches of one epoch, which are as many as have the text's tokens in all; 1 at least.
    int batches() const {
        const long tokens = static_cast<long>(options_.batch) * options_.context;
        return static_cast<int>(std::clamp<long>(size() / tokens, 1, std::numeric_limits<int>::max()));
    }
    const TextWindowsOptions& options() const { return options_; }
    /// Tokens of the whole text.
    long size() const { return static_cast<long>(tokens_.size()); }

    /// The batch that comes next. Belongs into a checkpoint.
    LoaderPosition position() const { return position_; }

    /// Continues from there, as if all batches before had been given.
    void seek(LoaderPosition position) {
        if (position.epoch < 0) fail("text windows", "epoch", std::to_string(position.epoch), "0 or more");
        if (position.batch < 0 || position.batch >= batches())
            fail("text windows", "batch", std::to_string(position.batch), "0 to " + std::to_string(batches() - 1));
        position_ = position;
    }

    /// The next batch: (batch, context + 1). Lives here until the next call.
    std::span<const int> next() {
        const auto number = static_cast<std::uint64_t>(position_.epoch) * static_cast<std::uint64_t>(batches()) +
                            static_cast<std::uint64_t>(position_.batch);
        detail::WordDraws words(options_.seed, number << 32, streams::windows);
        const auto window = static_cast<std::size_t>(options_.context) + 1;
        const auto places = static_cast<std::uint32_t>(tokens_.size() - window + 1);
        for (std::size_t to = 0; to < windows_.size(); to += window)
            std::copy_n(tokens_.data() + words.below(places), window, windows_.data() + to);
        if (++position_.batch == batches()) position_ = {position_.epoch + 1, 0};
        return windows_;
    }

  private:
    std::span<const int> tokens_;
    TextWindowsOptions options_;
    LoaderPosition position_;
    std::vector<int> windows_;
};

/// Gives a whole text once, in order: windows of `context` + 1 tokens, each of which begins with the last token of the
/// one before, so that every token but the first is a target. Where the text's end fills no window, the last one
/// begins earlier: it comes by itself, and counts for its new targets alone. The tokens must outlive this.
///
///     TextInOrder text(parts.validation, {.batch = 12, .context = 64});
///     double sum = 0;
///     for (auto part = text.next(); part.targets > 0; part = text.next())
///         sum += static_cast<double>(trainer.evaluate(part.windows)) * static_cast<double>(part.targets);
///     const double mean = sum / static_cast<double>(text.targets());
class TextInOrder {
  public:
    struct Part {
        std::span<const int> windows;  ///< (at most batch, context + 1); lives here until the next call
        union {
            long targets = 0;  ///< that are new; 0 after the text's end
            [[deprecated("take targets")]] long answers;
        };
    };

    /// Throws `Error` where the tokens do not fill one window. The options' seed does not matter.
    explicit TextInOrder(std::span<const int> tokens, TextWindowsOptions options = {})
        : tokens_(tokens),
          batch_(options.batch),
          context_(options.context),
          windows_(static_cast<std::size_t>(TextWindows(tokens, options).options().batch) *
                   (static_cast<std::size_t>(options.context) + 1)) {}

    /// Targets of the whole text, all tokens but the first.
    long targets() const { return static_cast<long>(tokens_.size()) - 1; }
    [[deprecated("take targets")]] long answers() const { return targets(); }
    /// How many parts there are.
    long parts() const {
        const long whole = targets() / context_;
        return (whole + batch_ - 1) / batch_ + (targets() % context_ > 0 ? 1 : 0);
    }

    Part next() {
        const long left = targets() - given_;
        if (left == 0) return {};
        const long whole = std::min<long>(batch_, left / context_), window = context_ + 1;
        const auto size = static_cast<std::size_t>(window);
        if (whole == 0) {
            std::copy_n(tokens_.end() - window, size, windows_.data());
            given_ += left;
            return {.windows = std::span(windows_).first(size), .targets = left};
        }
        for (long at = 0; at < whole; ++at)
            std::copy_n(tokens_.data() + given_ + at * context_, size, windows_.data() + at * window);
        given_ += whole * context_;
        return {.windows = std::span(windows_).first(static_cast<std::size_t>(whole) * size),
                .targets = whole * context_};
    }

  private:
    std::span<const int> tokens_;
    long batch_, context_;
    std::vector<int> windows_;
    long given_ = 0;
};

/// A text's begin to learn from, and its end to measure with.
struct TextParts {
    std::span<const int> train, validation;
};

/// nanoGPT's split: the first nine tenths, and the rest.
inline TextParts split_text(std::span<const int> tokens) {
    const std::size_t first = tokens.size() / 10 * 9 + tokens.size() % 10 * 9 / 10;
    return {tokens.first(first), tokens.subspan(first)};
}

}  // namespace genotype::inline v0_1
