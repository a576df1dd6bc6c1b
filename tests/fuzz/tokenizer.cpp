// A tokenizer.json, or a vocab.json and a merges.txt with a zero byte between them; and
// what the tokenizer does with the file's own text.
#include "genotype/text/tokenizer_file.hpp"
#include "support/fuzz.hpp"

using namespace genotype;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    fuzz::attempt([&] {
        const std::size_t zero = text.find('\0');
        const Tokenizer tokenizer(
            zero == std::string_view::npos
                ? detail::read_tokenizer_json(text, "tokenizer.json")
                : detail::read_gpt2_files(text.substr(0, zero), "vocab.json", text.substr(zero + 1), "merges.txt"));
        const std::string valid = replace_invalid_utf8(text);
        const EncodeOptions options{.unknown_bytes = UnknownBytes::skip};
        const std::vector<TokenId> ids = tokenizer.encode(valid, options);
        fuzz::expect(is_utf8(tokenizer.decode(ids)), "decoded text is UTF-8");
        fuzz::expect(ids == tokenizer.encode(valid, options), "the same ids again");
        Utf8Stream stream;
        std::string pieces;
        for (const TokenId id : ids) pieces += stream.push(tokenizer.token_bytes(id));
        fuzz::expect(pieces + stream.finish() == tokenizer.decode(ids, {.skip_special_tokens = false}),
                     "token by token the same text");
    });
    return 0;
}
