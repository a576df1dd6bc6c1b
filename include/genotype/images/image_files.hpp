// Which images a folder holds, before one is read.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/files/sorted_places.hpp"
#include "genotype/images/images_report.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// Numbers by paths without links. One type of map for all that is looked up here: each more takes long to compile.
using RealPaths = std::map<std::string, std::size_t>;

struct NamedImage {
    std::filesystem::path path;
    int label;
};

[[gnu::cold]] inline std::string small_letters(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

[[gnu::cold]] inline std::string small_extension(const std::filesystem::path& path) {
    return small_letters(path.extension().string());
}

[[gnu::cold]] inline bool is_png_name(const std::filesystem::path& path) {
    return small_extension(path) == ".png";
}

/// Images of kinds that are not read.
[[gnu::cold]] inline bool is_other_image_name(const std::filesystem::path& path) {
    constexpr std::array<std::string_view, 14> endings{".jpg", ".jpeg", ".jpe", ".jfif", ".bmp",  ".gif",  ".webp",
                                                       ".tif", ".tiff", ".ppm", ".pgm",  ".heic", ".avif", ".jp2"};
    return std::find(endings.begin(), endings.end(), small_extension(path)) != endings.end();
}

[[gnu::cold]] inline bool is_folder(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

/// What systems put into folders for themselves: it is as if it were not there.
[[gnu::cold]] inline bool is_of_the_system(const std::string& name) {
    constexpr std::array<std::string_view, 8> names{
        "__macosx",  "@eadir",      "$recycle.bin", "lost+found",
        "thumbs.db", "ehthumbs.db", "desktop.ini",  "system volume information"};
    return name.front() == '.' || std::find(names.begin(), names.end(), small_letters(name)) != names.end();
}

[[gnu::cold]] inline std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& folder) {
    std::error_code code;
    std::vector<std::filesystem::path> found, entries;
    for (std::filesystem::directory_iterator at(folder, code), end; !code && at != end; at.increment(code))
        if (!is_of_the_system(at->path().filename().string())) found.push_back(at->path());
    if (code) fail(folder.string(), "folder", code.message(), "a readable folder");
    for (const std::size_t at :
         sorted_places(found.size(), [&](std::size_t left, std::size_t right) { return found[left] < found[right]; }))
        entries.push_back(std::move(found[at]));
    return entries;
}

/// The path without links, by which a folder is known whatever leads to it.
[[gnu::cold]] inline std::filesystem::path real_path(const std::filesystem::path& path) {
    std::error_code code;
    std::filesystem::path real = std::filesystem::canonical(path, code);
    return code ? std::filesystem::absolute(path, code).lexically_normal() : real;
}

/// What all names of one file have in common where it has several (hard links, as `cp -l` makes them); otherwise empty.
[[gnu::cold]] inline std::string several_names_key(const std::filesystem::path& file) {
    struct stat known {};
    if (::stat(file.c_str(), &known) != 0 || known.st_nlink < 2) return "";
    return concat(static_cast<std::uint64_t>(known.st_dev), ":", static_cast<std::uint64_t>(known.st_ino));
}

/// Whether `inner` is `outer` or lies within it; both without links.
[[gnu::cold]] inline bool lies_within(const std::filesystem::path& inner, const std::filesystem::path& outer) {
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// Finds the images below folders. Each real folder is entered once, whatever links there are, and has one class.
class ImageWalk {
  public:
    /// Says that a folder is a class's, before any is entered: a link from another class to it is an `Error`.
    void claim(const std::filesystem::path& folder, int label) { claim(folder, real_path(folder), label); }

    /// All PNG files below a folder, sorted by path.
    [[gnu::cold]] void enter(const std::filesystem::path& folder, int label, ImagesReport& report) {
        const std::filesystem::path real = real_path(folder);
        claim(folder, real, label);
        if (!entered_.emplace(real.string(), 0).second) {
            report.leave_out("link to a folder that was read already", folder);
            return;
        }
        for (const auto& entry : sorted_entries(folder)) {
            if (!is_folder(entry))
                take(entry, label, report);
            else if (lies_within(real, real_path(entry)))
                report.leave_out("link back to a folder around it", entry);
            else
                enter(entry, label, report);
        }
    }

    /// One file: an image, or left out.
    [[gnu::cold]] void take(const std::filesystem::path& file, int label, ImagesReport& report) {
        if (is_png_name(file))
            found.push_back({file, label});
        else if (const std::string ending = small_extension(file); !ending.empty())
            report.leave_out(ending, file);
        else
            report.leave_out("without an ending", file);
    }

    std::vector<NamedImage> found;

  private:
    struct Claim {
        int label;
        std::filesystem::path folder;
    };

    [[gnu::cold]] void claim(const std::filesystem::path& folder, const std::filesystem::path& real, int label) {
        const auto [known, is_new] = claimed_.emplace(real.string(), claims_.size());
        if (is_new)
            claims_.push_back({label, folder});
        else if (const Claim& other = claims_[known->second]; other.label != label)
            fail(folder.string(), "folder", concat("the same folder as ", other.folder.string()),
                 "a folder of one class alone");
    }

    std::vector<Claim> claims_;
    RealPaths claimed_, entered_;
};

/// The images below a folder: which file has which class.
struct ImageFiles {
    std::filesystem::path folder;
    std::vector<NamedImage> files;
    std::vector<std::string> class_names;  ///< empty where the images lie in the folder itself
};

/// "0 PNG files beside 12 .jpg, 1 .txt", of what a report counted.
[[gnu::cold]] inline std::string without_png_text(const ImagesReport& report) {
    std::string others;
    for (const LeftOut& one : report.left_out)
        others += concat(others.empty() ? " beside " : ", ", one.count, " ", one.kind);
    return "0 PNG files" + others;
}

/// What to do with images of another kind.
inline constexpr std::string_view at_least_one_png =
    "at least one PNG file (no other kind is read; ImageMagick's mogrify -format png converts)";

/// Whether a PNG file is somewhere below a folder, none of whose folders is looked into twice.
[[gnu::cold]] inline bool has_png(const std::filesystem::path& folder, RealPaths& seen) {
    if (!seen.emplace(real_path(folder).string(), 0).second) return false;
    for (const std::filesystem::path& entry : sorted_entries(folder))
        if (is_folder(entry) ? has_png(entry, seen) : is_png_name(entry)) return true;
    return false;
}
[[gnu::cold]] inline bool has_png(const std::filesystem::path& folder) {
    RealPaths seen;
    return has_png(folder, seen);
}

}  // namespace genotype::inline v0_1::detail
