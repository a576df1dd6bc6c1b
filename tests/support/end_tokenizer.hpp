// The small vocabulary with an end token behind it: that of the fake language model.
#pragma once

#include "genotype/text/tokenizer/tokenizer.hpp"
#include "support/small_tokenizer.hpp"

inline constexpr genotype::TokenId end_token = 268;

inline genotype::Tokenizer end_tokenizer() {
    genotype::TokenizerParts parts = small_parts();
    add(parts, "<|end|>");
    return genotype::Tokenizer(parts);
}
