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

#include "genotype/images/image_files.hpp"
#include "genotype/images/image_parts.hpp"
#include "genotype/images/images.hpp"
#include "genotype/images/images_report.hpp"
#include "genotype/images/png_reader.hpp"
#include "genotype/images/resize.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// A size to bring images to, in pixels.
struct ImageSize {
    int height = 0;
    int width = 0;
};

namespace detail {

/// Grey images in colour, each byte three times.
inline ImageData as_colour(ImageData images) {
    std::vector<std::uint8_t> colour(images.bytes.size() * 3);
    for (std::size_t byte = 0; byte < colour.size(); ++byte) colour[byte] = images.bytes[byte / 3];
    images.bytes = std::move(colour);
    images.channels = 3;
    return images;
}

/// Puts one more image at the end; the first settles the size, and its file is named where another differs.
[[gnu::cold]] inline void append_image(ImageData& all, ImageData image, const NamedImage& from,
                                       const NamedImage& first) {
    if (all.count == 0) {
        all.height = image.height;
        all.width = image.width;
        all.channels = image.channels;
    }
    if (image.height != all.height || image.width != all.width)
        fail(from.path.string(), "size", concat(image.height, " x ", image.width),
             concat(all.height, " x ", all.width, " as ", first.path.string(),
                    " (or name a size to bring all images to)"));
    if (all.channels < image.channels) all = as_colour(std::move(all));
    if (image.channels < all.channels) image = as_colour(std::move(image));
    all.bytes.insert(all.bytes.end(), image.bytes.begin(), image.bytes.end());
    ++all.count;
}

/// The files of a folder of which each subfolder is a class.
[[gnu::cold]] inline ImageFiles list_images(const std::filesystem::path& folder, ImagesReport& report) {
    namespace fs = std::filesystem;
    if (!is_folder(folder)) fail(folder.string(), "folder", "no such folder", "a folder of PNG files");
    if (const Arrangement found = arrangement(folder); found.has_parts())
        fail(folder.string(), "arrangement", parts_text(found),
             "classes' folders (name one part's folder, or call load_images with the folder around the parts)");
    ImageWalk classes, loose;
    ImagesReport seen;
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
    ImageFiles all{folder, {}, {}};
    std::string no_class, no_class_text;
    for (std::size_t at = 0; at < folders.size(); ++at) {
        const std::size_t before = classes.found.size();
        ImagesReport within;
        classes.enter(folders[at], static_cast<int>(at), within);
        for (const LeftOut& one : within.left_out) seen.leave_out(one);
        if (classes.found.size() == before) {
            const auto& kinds = within.left_out;
            if (no_class.empty() && std::any_of(kinds.begin(), kinds.end(),
                                                [](const LeftOut& one) { return is_other_image_name(one.first); })) {
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
             "all images in subfolders, or none");
    all.files = std::move(loose.found.empty() ? classes.found : loose.found);
    if (all.files.empty()) fail(folder.string(), "number of images", without_png_text(seen), at_least_one_png);
    if (!no_class.empty() && !all.class_names.empty())
        fail(no_class, "number of images", no_class_text, at_least_one_png);
    for (const LeftOut& one : seen.left_out) report.leave_out(one);
    return all;
}

/// Reads the files one after another.
[[gnu::cold]] inline ImageData read_images(const ImageFiles& from, std::optional<genotype::ImageSize> size) {
    ImageData all;
    all.class_names = from.class_names;
    for (const NamedImage& named : from.files) {
        ImageData image = load_png(named.path);
        if (size) image = resize(std::move(image), size->height, size->width);
        append_image(all, std::move(image), named, from.files.front());
        if (!from.class_names.empty()) all.labels.push_back(named.label);
    }
    return all;
}

}  // namespace detail

/// All PNG files of a folder, in the order of their paths. Each subfolder with images is a class, named after it;
/// images that lie in the folder itself have no class, and both together are an `Error`. Where one image is in
/// colour all become so. Images of several sizes are an `Error` unless `size` is given, to which each is then
/// resized. What else lies there is left out, and reported in `report`; a folder that links lead to is read once. An
/// `Error` are a class of whose images none is a PNG file, a folder that two classes share, and folders for training
/// and testing, which are no classes: `load_images` takes those. PyTorch equivalent:
/// `torchvision.datasets.ImageFolder`, for PNG files.
inline ImageData read_image_folder(const std::filesystem::path& folder, std::optional<ImageSize> size = {},
                                   ImagesReport* report = nullptr) {
    ImagesReport own;
    return detail::read_images(detail::list_images(folder, report ? *report : own), size);
}

}  // namespace genotype::inline v0_1
