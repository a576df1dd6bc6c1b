// Which GGUF file a path means.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/text/files/read_text.hpp"

namespace genotype::inline v0_1::detail {

/// Whether a file's name is that of a part of a split one behind the first: "m-00002-of-00003.gguf".
inline bool is_later_gguf_part(std::string_view name) {
    constexpr std::string_view form = "-#####-of-#####.gguf", first = "-00001-";
    if (name.size() < form.size()) return false;
    name.remove_prefix(name.size() - form.size());
    for (std::size_t at = 0; at < form.size(); ++at)
        if (form[at] == '#' ? name[at] < '0' || name[at] > '9' : name[at] != form[at]) return false;
    return !name.starts_with(first);
}

/// Whether a file's name ends as those of GGUF files do. macOS puts "._m.gguf" beside a file: that is none.
inline bool has_gguf_name(const std::filesystem::path& path) {
    const std::string ending = path.extension().string();
    return (ending == ".gguf" || ending == ".GGUF") && !path.filename().string().starts_with("._");
}

/// The GGUF file that a path means: the file itself; of a folder without a model in Hugging Face's form the only one
/// that is there by its name, of a split one its first part. None where the path is something else, or several are
/// there.
inline std::optional<std::filesystem::path> find_gguf(const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    std::error_code error, ignored;
    // Of a file by that name Gguf says what it is instead.
    if (is_gguf_file(path) || (has_gguf_name(path) && fs::is_regular_file(path, ignored))) return path;
    for (const char* own : {"config.json", "tokenizer.json", "vocab.json", "merges.txt"})
        if (fs::exists(path / own, ignored)) return {};
    std::vector<fs::path> wholes, parts;
    for (fs::directory_iterator each(path, error), end; !error && each != end; each.increment(error))
        if (has_gguf_name(each->path()) && fs::is_regular_file(each->path(), ignored))
            (is_later_gguf_part(each->path().filename().string()) ? parts : wholes).push_back(each->path());
    if (wholes.size() == 1) return wholes[0];
    if (!wholes.empty() || parts.empty()) return {};
    return *std::min_element(parts.begin(), parts.end());  // whose reader says that the first is missing
}

}  // namespace genotype::inline v0_1::detail
