// A whole file as text.
#pragma once

#include <filesystem>
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

}  // namespace genotype::detail
