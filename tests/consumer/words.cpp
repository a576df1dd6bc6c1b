// A program of somebody else's that reads and writes tokens.
#include <genotype/text/tokenizer/byte_level.hpp>
#include <genotype/text/tokenizer/tokenizer.hpp>

int main() {
    genotype::TokenizerParts parts{.merges = {"a b"}};
    for (int byte = 0; byte < 256; ++byte) {
        const char letter = static_cast<char>(byte);
        parts.tokens.push_back(genotype::to_byte_level({&letter, 1}));
    }
    parts.tokens.push_back("ab");
    const genotype::Tokenizer tokenizer(parts);
    const std::vector<genotype::TokenId> ids = tokenizer.encode("abc");
    return ids.size() == 2 && tokenizer.decode(ids) == "abc" ? 0 : 1;
}
