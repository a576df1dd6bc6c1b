// A tokenizer.json, or a vocab.json and a merges.txt with a zero byte between them, or so all files of a folder
// (merges.txt empty: a tokenizer.json); and what the tokenizer does with the files' own text.
#include "genotype/text/tokenizer/tokenizer_file.hpp"
#include "support/fuzz.hpp"

using namespace genotype;

namespace {

TokenizerParts read(std::string_view text) {
    std::vector<std::string> parts(1);
    for (const char byte : text)
        if (byte == '\0')
            parts.emplace_back();
        else
            parts.back() += byte;
    if (parts.size() == 1) return detail::read_tokenizer_json(text, "tokenizer.json");
    if (parts.size() == 2) return detail::read_gpt2_files(parts[0], "vocab.json", parts[1], "merges.txt");
    detail::FolderTexts files("folder");
    files.put(parts[1].empty() ? "tokenizer.json" : "vocab.json", parts[0]);
    if (!parts[1].empty()) files.put("merges.txt", parts[1]);
    constexpr const char* names[]{"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
                                  "config.json"};
    for (std::size_t at = 2; at < std::min<std::size_t>(parts.size(), 6); ++at)
        if (!parts[at].empty()) files.put(names[at - 2], parts[at]);
    return detail::TokenizerFolder(files).read();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    fuzz::attempt([&] {
        const Tokenizer tokenizer(read(text));
        const std::string valid = replace_invalid_utf8(text);
        const EncodeOptions options{.unknown_bytes = UnknownBytes::skip};
        const std::vector<TokenId> ids = tokenizer.encode(valid, options);
        fuzz::expect(is_utf8(tokenizer.decode(ids)), "decoded text is UTF-8");
        fuzz::expect(ids == tokenizer.encode(valid, options), "the same ids again");
        if (tokenizer.parts().pieces) return;  // whose decoder looks at rows of bytes, and leaves out a space
        Utf8Stream stream;
        std::string pieces;
        for (const TokenId id : ids) pieces += stream.push(tokenizer.token_bytes(id));
        fuzz::expect(pieces + stream.finish() == tokenizer.decode(ids, {.skip_special_tokens = false}),
                     "token by token the same text");
    });
    return 0;
}
