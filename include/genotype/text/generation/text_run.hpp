// A language model at work on texts.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "genotype/kernels/capture.hpp"
#include "genotype/network/context.hpp"
#include "genotype/network/part.hpp"
#include "genotype/network/session.hpp"
#include "genotype/network/workspace.hpp"
#include "genotype/text/generation/text_input.hpp"
#include "genotype/text/generation/text_run_options.hpp"

namespace genotype::inline v0_1 {

/// Weights with all memory that reading texts needs: keys and values of `slots` texts and one workspace. The weights
/// are only read, and must outlive it. One a thread. On `Cuda` calls that read one token of each text are recorded and
/// replayed. PyTorch: a transformers model with a `StaticCache`; there with torch.compile's mode "reduce-overhead".
template <Layer Net, class Device = Cpu>
class TextRun {
  public:
    using In = InputShape<Net>;

    /// `Error` where an option is below 1 or above what the model can.
    template <class Weights>
    explicit TextRun(const Weights& weights, TextRunOptions options, const Device& device = {})
        : options_(checked(options)),
          weights_(view_of(weights)),
          workspace_(options.max_rows, device),
          session_(options.slots, options.context),
          input_(options.max_rows, vocabulary()),
          single_tokens_(Device::on_host ? 0 : static_cast<std::size_t>(std::min(options.slots, options.max_rows))) {}

    static constexpr int vocabulary() { return Net::vocabulary; }
    int context() const { return options_.context; }
    int slots() const { return options_.slots; }
    int max_rows() const { return options_.max_rows; }

    /// Reads the next tokens of some texts, one text after another, and returns the logits of each one's last token:
    /// [sequences.size()][vocabulary], until the next call. Allocates nothing. `Error` where a token is none of the
    /// vocabulary's, where the texts do not cover the tokens in order, or one is longer than the context.
    const float* forward(std::span<const int> tokens, std::span<const kernels::SequenceRows> sequences) {
        return run(tokens, sequences, true);
    }
    /// The same with the logits of every token: [tokens.size()][vocabulary].
    const float* forward_all(std::span<const int> tokens, std::span<const kernels::SequenceRows> sequences) {
        return run(tokens, sequences, false);
    }

    /// Makes slot `to` remember the first `positions` tokens of slot `from`.
    void copy_slot(int from, int to, int positions) { session_.copy_slot(from, to, positions); }

  private:
    static TextRunOptions checked(TextRunOptions options) {
        constexpr int most = longest_context<Net>;
        if (options.context > most)
            fail("TextRun", "context", std::to_string(options.context),
                 "at most " + std::to_string(most) + ", the model's context");
        return options;
    }

    const float* run(std::span<const int> tokens, std::span<const kernels::SequenceRows> sequences, bool last_only) {
        check(tokens, sequences);
        spread_threads(workspace_.runs_on());
        const auto there = input_.take(tokens, sequences);
        const kernels::Sequences texts{there.list, static_cast<int>(sequences.size()), options_.context, last_only};
        const ViewOn<In, Device> rows{there.ids, static_cast<int>(tokens.size())};
        const auto forward = [&] { logits_ = workspace_.forward(weights_, rows, texts, session_.region()).data; };
        // A token of each text is what most calls read. What such calls have different lies in the device's memory.
        if (!Device::on_host && last_only && rows.batch == texts.count)
            single_tokens_[tokens.size() - 1].run({rows.data, nullptr, rows.batch, 0}, forward);
        else
            forward();
        return input_.read(logits_, static_cast<long>(last_only ? texts.count : rows.batch) * vocabulary());
    }

    void check(std::span<const int> tokens, std::span<const kernels::SequenceRows> sequences) const {
        const auto wrong = [](const char* field, long found, const std::string& expected) {
            fail("TextRun", field, std::to_string(found), expected);
        };
        const int rows = static_cast<int>(tokens.size());
        if (tokens.empty() || rows > options_.max_rows)
            wrong("tokens", rows, "1 to max_rows, " + std::to_string(options_.max_rows));
        for (int row = 0; row < rows; ++row)
            if (const int token = tokens[static_cast<std::size_t>(row)]; token < 0 || token >= Net::vocabulary)
                fail("TextRun", "token " + std::to_string(row), std::to_string(token),
                     "0 to " + std::to_string(Net::vocabulary - 1) + ", the vocabulary");
        int row = 0;
        for (const kernels::SequenceRows& text : sequences) {
            if (text.row != row) wrong("first row of a text", text.row, std::to_string(row));
            if (text.count < 1 || text.count > rows - row)
                wrong("rows of a text", text.count, "1 to " + std::to_string(rows - row));
            if (text.slot < 0 || text.slot >= options_.slots)
                wrong("slot", text.slot, "0 to " + std::to_string(options_.slots - 1));
            if (text.position < 0 || text.position > options_.context - text.count)
                wrong("length of a text", static_cast<long>(text.position) + text.count,
                      "at most the context, " + std::to_string(options_.context));
            row += text.count;
        }
        if (row != rows) wrong("rows of all texts", row, std::to_string(rows));
    }

    TextRunOptions options_;
    WeightsView weights_;
    Workspace<Net, In, Inference, Device> workspace_;
    detail::Session<Net, In, Device> session_;
    detail::TextInput<Device> input_;
    std::vector<kernels::GraphCache<Device>> single_tokens_;  // for one text, for two, ...
    const float* logits_ = nullptr;                           // where the workspace has them, the same in each call
};

}  // namespace genotype::inline v0_1
