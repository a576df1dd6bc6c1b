// GGUF files that were split into several, as llama.cpp's gguf-split does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/io/gguf_header.hpp"

namespace genotype::inline v0_1::detail {

/// What a file says of the one that it is a part of.
struct GgufSplit {
    std::uint16_t index = 0;  // from 0
    std::uint16_t count = 0;  // of parts; 0 or 1 of a whole file

    /// "part 1 of 3 of a split file", for messages.
    std::string text() const { return concat("part ", index + 1, " of ", count, " of a split file"); }
};

/// The value of a key that is a whole number of this type, or none where there is no such key.
template <class Number>
std::optional<Number> gguf_whole(const GgufHeader& header, const std::string& file, std::string_view key) {
    const GgufEntry* const entry = find_by_name(header.metadata, header.metadata_by_name, key);
    if (!entry) return std::nullopt;
    const auto number = entry->value.whole<Number>();
    if (!number) fail(file, in_quotes(key), entry->value.text(), "a whole number of the format's range");
    return number;
}

inline GgufSplit gguf_split(const GgufHeader& header, const std::string& file) {
    GgufSplit split;
    split.count = gguf_whole<std::uint16_t>(header, file, "split.count").value_or(0);
    split.index = gguf_whole<std::uint16_t>(header, file, "split.no").value_or(0);
    if (split.count > 1 && split.index >= split.count)
        fail(file, "\"split.no\"", split.index, concat("below ", split.count, ", the number of parts"));
    return split;
}

/// "-00001-of-00003.gguf", which ends the name of the part of index 0.
inline std::string gguf_part_ending(std::size_t index, std::size_t count) {
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "-%05zu-of-%05zu.gguf", index + 1, count);
    return text.data();
}

/// The paths of all parts but the first, which is at `path`. Another part in its place, a name that does not say which
/// the others are, and others that are not there are an `Error`.
inline std::vector<std::filesystem::path> other_gguf_parts(const std::filesystem::path& path, const GgufSplit& split) {
    const std::string name = path.filename().string(), ending = gguf_part_ending(split.index, split.count);
    if (!name.ends_with(ending))
        fail(path.string(), "file", concat(split.text(), " under this name"),
             concat("the name that it was written with, which ends in ", ending, ": it tells where the others are"));
    const std::string begin = name.substr(0, name.size() - ending.size());
    const auto part = [&](std::size_t index) {
        return path.parent_path() / (begin + gguf_part_ending(index, split.count));
    };
    std::string missing;
    std::size_t missing_count = 0;
    std::vector<std::filesystem::path> parts;
    for (std::size_t index = 0; index < split.count; ++index) {
        std::error_code ignored;
        constexpr std::size_t most_named = 8;
        if (!std::filesystem::exists(part(index), ignored) && ++missing_count <= most_named)
            missing += concat(missing.empty() ? "" : ", ", part(index).filename().string());
        if (missing_count == most_named + 1) missing += concat(", and more");
        if (missing_count > most_named) break;
        if (index > 0) parts.push_back(part(index));
    }
    if (missing_count > 0)
        fail(path.string(), "file", concat(split.text(), " without ", missing), "all parts in one folder");
    if (split.index != 0)
        fail(path.string(), "file", split.text(), concat("the first, ", part(0).string(), ", which opens all"));
    return parts;
}

/// Adds a part's tensors to those of the first, which has the metadata.
inline void join_gguf_part(GgufHeader& whole, GgufHeader part, std::size_t index, const GgufSplit& split,
                           const std::string& file) {
    const GgufSplit said = gguf_split(part, file);
    if (said.index != index || said.count != split.count)
        fail(file, "file", said.count > 1 ? said.text() : "a whole file",
             concat("part ", index + 1, " of ", split.count, ", as its name says"));
    for (GgufTensor& tensor : part.tensors) {
        tensor.part = index;
        whole.tensors.push_back(std::move(tensor));
    }
    for (GgufOther& other : part.others) whole.others.push_back(std::move(other));
}

/// That all parts together have as many tensors as the first says.
inline void expect_all_tensors(const GgufHeader& whole, const GgufSplit& split, const std::string& file) {
    constexpr std::string_view key = "split.tensors.count";
    const auto said = gguf_whole<std::uint64_t>(whole, file, key);
    const std::uint64_t found = whole.tensors.size() + whole.others.size();
    if (said && *said != found)
        fail(file, in_quotes(key), *said, concat(found, ", the tensors of its ", split.count, " parts"));
}

}  // namespace genotype::inline v0_1::detail
