// Files as text, and of which kind they are.
#pragma once

#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "genotype/io/mapped_file.hpp"

namespace genotype::detail {

inline std::string read_text(const std::filesystem::path& path) {
    const MappedFile file(path);
    std::string text(file.bytes().size(), '\0');
    file.read(0, std::as_writable_bytes(std::span(text)));
    return text;
}

/// Whether this is a plain file that begins as GGUF files do, whatever its name.
inline bool is_gguf_file(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return false;
    std::string magic(4, '\0');
    std::ifstream(path, std::ios::binary).read(magic.data(), 4);
    return magic == "GGUF";
}

}  // namespace genotype::detail
