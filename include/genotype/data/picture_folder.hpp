// Reader of a folder of PNG files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "genotype/data/picture_files.hpp"
#include "genotype/data/picture_parts.hpp"
#include "genotype/data/pictures.hpp"
#include "genotype/data/pictures_report.hpp"
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

/// Grey pictures in colour, each byte three times.
inline Pictures as_colour(Pictures pictures) {
    std::vector<std::uint8_t> colour(pictures.bytes.size() * 3);
    for (std::size_t byte = 0; byte < colour.size(); ++byte) colour[byte] = pictures.bytes[byte / 3];
    pictures.bytes = std::move(colour);
    pictures.channels = 3;
    return pictures;
}

/// Puts one more picture at the end; the first settles the size, and its file is named where another differs.
[[gnu::cold]] inline void append_picture(Pictures& all, Pictures picture, const NamedPicture& from,
                                         const NamedPicture& first) {
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

/// The files of a folder of which each subfolder is a class.
[[gnu::cold]] inline PictureFiles list_pictures(const std::filesystem::path& folder, PicturesReport& report) {
    namespace fs = std::filesystem;
    if (!is_folder(folder)) fail(folder.string(), "folder", "no such folder", "a folder of PNG files");
    if (const Arrangement found = arrangement(folder); found.has_parts())
        fail(folder.string(), "arrangement", parts_text(found),
             "classes' folders (name one part's folder, or call load_pictures with the folder around the parts)");
    PictureWalk classes, loose;
    PicturesReport seen;
    std::vector<fs::path> folders;
    const fs::path real = real_path(folder);
    for (const fs::path& entry : sorted_entries(folder)) {
        if (!is_folder(entry))
            loose.take(entry, 0, seen);
        else if (lies_within(real, real_path(entry)))
            seen.leave_out("link back to a folder around it", entry);
        else
            folders.push_back(entry);
    }
    // Before any is entered: a link in one class to another one's folder is found whichever comes first.
    for (std::size_t at = 0; at < folders.size(); ++at) classes.claim(folders[at], static_cast<int>(at));
    PictureFiles all{folder, {}, {}};
    std::string no_class, no_class_text;
    for (std::size_t at = 0; at < folders.size(); ++at) {
        const std::size_t before = classes.found.size();
        PicturesReport within;
        classes.enter(folders[at], static_cast<int>(at), within);
        for (const LeftOut& one : within.left_out) seen.leave_out(one);
        if (classes.found.size() == before) {
            const auto& kinds = within.left_out;
            if (no_class.empty() && std::any_of(kinds.begin(), kinds.end(),
                                                [](const LeftOut& one) { return is_other_picture_name(one.first); })) {
                no_class = folders[at].string();
                no_class_text = without_png_text(within);
            }
            continue;
        }
        for (std::size_t file = before; file < classes.found.size(); ++file)
            classes.found[file].label = static_cast<int>(all.class_names.size());
        all.class_names.push_back(folders[at].filename().string());
        if (const Arrangement inner = arrangement(folders[at]); inner.has_parts())
            fail(folders[at].string(), "arrangement", concat(parts_text(inner), " within a class"),
                 "the classes within the parts, as " +
                     (folder / inner.train[0].filename() / folders[at].filename()).string());
    }
    for (const std::string& name : all.class_names) {
        if (!part_name(name).alone) continue;
        for (const fs::path& inner : arrangement(folder / name).others)
            if (const std::string same = inner.filename().string();
                std::find(all.class_names.begin(), all.class_names.end(), same) != all.class_names.end())
                fail(folder.string(), "arrangement",
                     concat("the folder ", name, ", with ", same, " in it, beside the class ", same),
                     "classes' folders alone, and each part's folder beside those of the others");
    }
    if (!loose.found.empty() && !all.class_names.empty())
        fail(folder.string(), "arrangement",
             concat(loose.found.back().path.filename().string(), " beside the folder ", all.class_names[0]),
             "all pictures in subfolders, or none");
    all.files = std::move(loose.found.empty() ? classes.found : loose.found);
    if (all.files.empty()) fail(folder.string(), "number of pictures", without_png_text(seen), at_least_one_png);
    if (!no_class.empty() && !all.class_names.empty())
        fail(no_class, "number of pictures", no_class_text, at_least_one_png);
    for (const LeftOut& one : seen.left_out) report.leave_out(one);
    return all;
}

/// Reads the files one after another.
[[gnu::cold]] inline Pictures read_pictures(const PictureFiles& from, std::optional<genotype::PictureSize> size) {
    Pictures all;
    all.class_names = from.class_names;
    for (const NamedPicture& named : from.files) {
        Pictures picture = load_png(named.path);
        if (size) picture = resize(std::move(picture), size->height, size->width);
        append_picture(all, std::move(picture), named, from.files.front());
        if (!from.class_names.empty()) all.labels.push_back(named.label);
    }
    return all;
}

}  // namespace detail

/// All PNG files of a folder, in the order of their paths. Each subfolder with pictures is a class, named after it;
/// pictures that lie in the folder itself have no class, and both together are an `Error`. Where one picture is in
/// colour all become so. Pictures of several sizes are an `Error` unless `size` is given, to which each is then
/// resized. What else lies there is left out, and told in `report`; a folder that links lead to is read once. An
/// `Error` are a class of whose pictures none is a PNG file, a folder that two classes share, and folders for training
/// and testing, which are no classes: `load_pictures` takes those. PyTorch equivalent:
/// `torchvision.datasets.ImageFolder`, for PNG files.
inline Pictures read_picture_folder(const std::filesystem::path& folder, std::optional<PictureSize> size = {},
                                    PicturesReport* report = nullptr) {
    PicturesReport own;
    return detail::read_pictures(detail::list_pictures(folder, report ? *report : own), size);
}

}  // namespace genotype
