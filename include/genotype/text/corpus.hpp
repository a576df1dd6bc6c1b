// Texts to learn from.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "genotype/data/named.hpp"
#include "genotype/files/file_kind.hpp"
#include "genotype/files/input_file.hpp"

namespace genotype::inline v0_1 {

/// A text by name, or from a file of one's own, plain or gzip: its bytes as they are. Names: "tiny-shakespeare", the
/// 1,115,394 bytes of input.txt in Andrej Karpathy's char-rnn, data/tinyshakespeare, with the SHA-256
/// 86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed (looked for in $GENOTYPE_DATA/tinyshakespeare and
/// ./data/tinyshakespeare). `Error` where there is none, or it cannot be read, or
/// it is a Git LFS pointer, an archive or another file that is no text.
inline std::string read_corpus(const std::string& name) {
    std::filesystem::path path = name;
    if (name == "tiny-shakespeare")
        path = detail::find_data("tinyshakespeare", {"input.txt", "input.txt.gz"},
                                 "the text, 1115394 bytes, of char-rnn's data/tinyshakespeare");
    detail::InputFile file(path);
    std::string text;
    std::array<std::uint8_t, 1 << 16> piece;
    for (std::size_t read = piece.size(); read == piece.size();) {
        read = file.read(piece);
        text.append(reinterpret_cast<const char*>(piece.data()), read);
    }
    detail::expect_text_kind(file.name(), text);
    return text;
}

}  // namespace genotype::inline v0_1
