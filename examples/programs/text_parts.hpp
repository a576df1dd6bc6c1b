// What `text` does around its model: opening files, reading a prompt's tokens, writing results as JSON. Apart from the
// program, because none of it depends on the model's type and all of it takes long to compile.
#pragma once

#include <genotype/text/files/text_files.hpp>
#include <genotype/text/generation/generated_text.hpp>
#include <genotype/text/generation/score_text.hpp>
#include <genotype/text/tokenizer/tokenizer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "text_flags.hpp"

namespace example {

/// The prompt's tokens; with --chat those of a conversation in which the user says it.
std::vector<genotype::TokenId> read_prompt(const TextFlags& flags, const genotype::Tokenizer& tokenizer);

/// A conversation, turn by turn, in the form of the model's chat template.
class Conversation {
  public:
    explicit Conversation(const TextFlags& flags);
    ~Conversation();

    /// The next line that a user says, and with it the tokens of all that was said. False at the end.
    bool hear(const genotype::Tokenizer& tokenizer, std::vector<genotype::TokenId>& tokens);
    void answered(const std::string& text);

  private:
    struct Said;
    std::unique_ptr<Said> said_;
};

/// `genotype::TextFiles` and `genotype::load_tokenizer` for --model.
genotype::TextFiles open_files(const TextFlags& flags);
genotype::Tokenizer load_tokenizer(const TextFlags& flags);

/// Says on the error stream which tensors of the files --no-strict left out.
void tell_left_out(const genotype::LoadReport& report);

/// The model's end tokens; none with --ignore-end.
std::vector<genotype::TokenId> end_tokens(const TextFlags& flags);

/// Standard input's lines as arrays of ids, a line each.
int write_ids(const genotype::Tokenizer& tokenizer);

/// One object with prompt_ids, log_probabilities, loss and perplexity.
int write_score(const std::vector<genotype::TokenId>& prompt, const genotype::TextScore& found);

/// One object with prompt_ids, new_ids and text.
int write_json(const std::vector<genotype::TokenId>& prompt, const genotype::GeneratedText& written);

}  // namespace example
