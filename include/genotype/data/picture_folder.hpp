// Reader of a folder of PNG files.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "genotype/data/pictures.hpp"
#include "genotype/data/png_reader.hpp"
#include "genotype/data/resize.hpp"
#include "genotype/shape/error.hpp"

namespace genotype {

/// A size to bring pictures to, in pixels.
struct PictureSize {
    int height = 0;
    int width = 0;
};

namespace detail {

struct NamedPicture {
    std::filesystem::path path;
    int label;
};

inline bool is_png_name(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return extension == ".png";
}

inline std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& folder) {
    std::error_code code;
    std::vector<std::filesystem::path> entries;
    for (std::filesystem::directory_iterator at(folder, code), end; !code && at != end; at.increment(code))
        if (at->path().filename().string().front() != '.') entries.push_back(at->path());
    if (code) fail(folder.string(), "folder", code.message(), "a readable folder");
    std::sort(entries.begin(), entries.end());
    return entries;
}

/// All PNG files below a folder, sorted by path.
inline void collect_pngs(const std::filesystem::path& folder, int label, std::vector<NamedPicture>& found) {
    for (const auto& entry : sorted_entries(folder)) {
        std::error_code ignored;
        if (std::filesystem::is_directory(entry, ignored))
            collect_pngs(entry, label, found);
        else if (is_png_name(entry))
            found.push_back({entry, label});
    }
}

/// Grey pictures in colour, each byte three times.
inline Pictures as_colour(Pictures pictures) {
    std::vector<std::uint8_t> colour(pictures.bytes.size() * 3);
    for (std::size_t byte = 0; byte < colour.size(); ++byte) colour[byte] = pictures.bytes[byte / 3];
    pictures.bytes = std::move(colour);
    pictures.channels = 3;
    return pictures;
}

/// Puts one more picture at the end; the first settles the size, and its file is named where another differs.
inline void append_picture(Pictures& all, Pictures picture, const NamedPicture& from, const NamedPicture& first) {
    if (all.count == 0) {
        all.height = picture.height;
        all.width = picture.width;
        all.channels = picture.channels;
    }
    if (picture.height != all.height || picture.width != all.width)
        fail(from.path.string(), "size", concat(picture.height, " x ", picture.width),
             concat(all.height, " x ", all.width, " as ", first.path.string(),
                    " (or name a size to bring all pictures to)"));
    if (all.channels < picture.channels) all = as_colour(std::move(all));
    if (picture.channels < all.channels) picture = as_colour(std::move(picture));
    all.bytes.insert(all.bytes.end(), picture.bytes.begin(), picture.bytes.end());
    ++all.count;
}

}  // namespace detail

/// All PNG files of a folder, in the order of their paths. Each subfolder with pictures is a class, named after it;
/// pictures that lie in the folder itself have no class, and both together are an `Error`. Where one picture is in
/// colour all become so. Pictures of several sizes are an `Error` unless `size` is given, to which each is then
/// resized. PyTorch equivalent: `torchvision.datasets.ImageFolder`, for PNG files.
inline Pictures read_picture_folder(const std::filesystem::path& folder, std::optional<PictureSize> size = {}) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) fail(folder.string(), "folder", "no such folder", "a folder of PNG files");
    Pictures all;
    std::vector<detail::NamedPicture> found;
    fs::path loose;
    for (const fs::path& entry : detail::sorted_entries(folder)) {
        if (fs::is_directory(entry, ignored)) {
            const std::size_t before = found.size();
            detail::collect_pngs(entry, static_cast<int>(all.class_names.size()), found);
            if (found.size() > before) all.class_names.push_back(entry.filename().string());
        } else if (detail::is_png_name(entry)) {
            loose = entry;
        }
    }
    if (!loose.empty() && !all.class_names.empty())
        fail(folder.string(), "arrangement",
             detail::concat(loose.filename().string(), " beside the folder ", all.class_names[0]),
             "all pictures in subfolders, or none");
    if (!loose.empty()) detail::collect_pngs(folder, 0, found);
    if (found.empty()) fail(folder.string(), "number of pictures", "0", "at least one PNG file");
    for (const detail::NamedPicture& named : found) {
        Pictures picture = load_png(named.path);
        if (size) picture = resize(std::move(picture), size->height, size->width);
        detail::append_picture(all, std::move(picture), named, found.front());
        if (loose.empty()) all.labels.push_back(named.label);
    }
    return all;
}

}  // namespace genotype
