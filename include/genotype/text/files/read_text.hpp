// Files as text, and of which kind they are.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "genotype/files/mapped_file.hpp"

namespace genotype::inline v0_1::detail {

inline std::string read_text(const std::filesystem::path& path) {
    const MappedFile file(path);
    std::string text(file.bytes().size(), '\0');
    file.read(0, std::as_writable_bytes(std::span(text)));
    return text;
}

/// Whether a folder has this entry. A link to what is not there, as in a copied cache, is one, and an `Error` for who
/// reads it: a file that its makers gave is not passed over.
inline bool has_entry(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

/// Whether this is a plain file that begins as GGUF files do, whatever its name.
inline bool is_gguf_file(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return false;
    std::string magic(4, '\0');
    std::ifstream(path, std::ios::binary).read(magic.data(), 4);
    return magic == "GGUF";
}

/// Where a folder has a model although it has none of a model's files itself: in GGUF files, or in folders within it,
/// as the cache of huggingface_hub has them ("snapshots/COMMIT"). Words for what was expected; "" where nothing is
/// there.
inline std::string model_elsewhere(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::vector<std::string> files, folders;
    const auto look_in = [&](const fs::path& place) {
        std::error_code error;
        for (fs::directory_iterator each(place, error), end; !error && each != end; each.increment(error)) {
            std::error_code ignored;
            if (is_gguf_file(each->path()))
                files.push_back(each->path().string());
            else if (fs::exists(each->path() / "config.json", ignored) ||
                     fs::is_directory(each->path() / "snapshots", ignored))
                folders.push_back(each->path().string());
        }
    };
    look_in(folder);
    look_in(folder / "snapshots");
    const auto list = [](std::vector<std::string>& paths) {
        std::sort(paths.begin(), paths.end());
        std::string words;
        for (std::size_t at = 0; at < paths.size() && at < 3; ++at) words += (at > 0 ? ", " : "") + paths[at];
        return words + (paths.size() > 3 ? ", ..." : "");
    };
    if (!files.empty()) return "the path of a GGUF file: " + list(files);
    return folders.empty() ? "" : "the folder of a model: " + list(folders);
}

}  // namespace genotype::inline v0_1::detail
