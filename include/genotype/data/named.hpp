// Data sets by name, wherever they lie on this machine.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/data/data_places.hpp"
#include "genotype/images/cifar10.hpp"
#include "genotype/images/idx.hpp"
#include "genotype/images/image_folder.hpp"
#include "genotype/images/image_parts.hpp"
#include "genotype/images/images.hpp"
#include "genotype/images/images_report.hpp"
#include "genotype/images/split.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// A data set of IDX files that are named alike.
struct IdxSet {
    std::string_view name;
    std::array<const char*, 4> folders;  ///< where others put it, as many as there are
    const char *train, *test;            ///< how the names of the files begin
    const char* labels;                  ///< how those of the labels end
    const char* hint;                    ///< how to get it
    std::array<const char*, 10> class_names;
};

inline constexpr const char *idx_hint = "its IDX files, plain or gzip", *idx_labels = "-labels-idx1-ubyte";
inline constexpr std::array<const char*, 10> digit_names{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

inline constexpr std::array<IdxSet, 4> idx_sets{
    {{"fashion-mnist",
      {"FashionMNIST/raw", "fashion-mnist/FashionMNIST/raw", "fashionmnist", "fashion-mnist/data/fashion"},
      "train",
      "t10k",
      idx_labels,
      "its IDX files (Debian's package dataset-fashion-mnist has them)",
      {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}},
     {"mnist",
      {"MNIST/raw", "mnist/MNIST/raw", "MNIST", "mnist/raw"},
      "train",
      "t10k",
      idx_labels,
      idx_hint,
      digit_names},
     {"kmnist",
      {"KMNIST/raw", "kmnist/KMNIST/raw"},
      "train",
      "t10k",
      idx_labels,
      idx_hint,
      {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"}},
     {"qmnist",
      {"QMNIST/raw", "qmnist/QMNIST/raw"},
      "qmnist-train",
      "qmnist-test",
      "-labels-idx2-int",
      idx_hint,
      digit_names}}};

/// The names of all data sets.
[[gnu::cold]] inline std::string data_names() {
    std::string names;
    for (const IdxSet& set : idx_sets) names += concat(set.name, ", ");
    return names + "cifar10, cifar100";
}

/// A file's names: packed or not, and with a dot for the dash before "idx", as Kaggle's archives write it.
[[gnu::cold]] inline std::vector<std::string> idx_file_names(const std::string& name) {
    std::string dotted = name;
    dotted.replace(dotted.rfind("-idx"), 1, ".");
    return {name + ".gz", name, dotted + ".gz", dotted};
}

[[gnu::cold]] inline ImageData load_idx_set(const IdxSet& set, Split split, ImagesReport& report) {
    const std::string name(set.name), part = split == Split::train ? set.train : set.test;
    std::vector<std::string> folders;
    for (const char* folder : set.folders)
        if (folder) folders.push_back(folder);
    const auto image_files =
        find_data_files(name, data_places(name, folders), idx_file_names(part + "-images-idx3-ubyte"), set.hint);
    // Labels of another copy of the data set could be those of other images.
    std::filesystem::path place = image_files.front().parent_path();
    if (place.filename().string().starts_with(part + "-images")) place = place.parent_path();
    const auto labels = find_data_files(name, {place}, idx_file_names(part + set.labels), set.hint);
    ImageData images = read_one_of(image_files, report, [](const auto& path) { return read_idx(path); });
    images.labels = read_one_of(labels, report, [&](const auto& path) {
        std::vector<int> read = read_idx_labels(path);
        expect_labels(read, path, images.count, image_files.front());
        const int most = *std::max_element(read.begin(), read.end());
        if (most >= static_cast<int>(set.class_names.size()))
            fail(path.string(), "label", most,
                 concat("0 to ", set.class_names.size() - 1, ", the classes of ", set.name,
                        " (EMNIST has others: read_idx reads any)"));
        return read;
    });
    images.class_names.assign(set.class_names.begin(), set.class_names.end());
    return images;
}

/// A note where there are not as many images as were published: a copy may have been cut between two records.
[[gnu::cold]] inline ImageData read_cifar(bool is_ten, const std::filesystem::path& place, Split split,
                                          ImagesReport& report) {
    ImageData images = is_ten ? read_cifar10(place, split) : read_cifar100(place, split);
    const int published = split == Split::train ? 50'000 : 10'000;
    if (images.count != published)
        report.notes.push_back(concat(place.string(), ": found ", images.count, " images ",
                                      split == Split::train ? "to learn from" : "to measure with",
                                      ", where the data set has ", published));
    return images;
}

/// CIFAR-10 or CIFAR-100 from where it lies.
[[gnu::cold]] inline ImageData load_cifar(bool is_ten, Split split, ImagesReport& report) {
    const std::string name = is_ten ? "cifar10" : "cifar100";
    const std::string unpacked = is_ten ? "cifar-10-batches-bin" : "cifar-100-binary";
    const std::string file =
        split == Split::train ? (is_ten ? "data_batch_1.bin" : "train.bin") : (is_ten ? "test_batch.bin" : "test.bin");
    const auto places = data_places(name, {unpacked, name + "/" + unpacked, is_ten ? "CIFAR10" : "CIFAR100"});
    for (const std::filesystem::path& place : places)
        if (data_file(place, file)) return read_cifar(is_ten, place, split, report);
    for (const std::filesystem::path& place : places)
        for (const std::filesystem::path& at : {place, place.parent_path()})
            if (const std::string other = other_cifar(at, is_ten); !other.empty())
                fail("data set " + name, file, other, cifar_hint(is_ten));
    find_data_files(name, places, {file}, cifar_hint(is_ten));
    return {};
}

/// Gives the images to measure with the labels that their classes' names have in training. A class that is unknown
/// there, and an image that is learnt from too, is an `Error`.
[[gnu::cold]] inline void match_training(ImageFiles& test, const ImageFiles& train) {
    RealPaths folders, learnt;
    std::vector<std::filesystem::path> real_folders;
    const auto real = [&](const std::filesystem::path& file) {
        std::error_code ignored;
        if (std::filesystem::is_symlink(file, ignored)) return real_path(file);
        const auto [known, is_new] = folders.emplace(file.parent_path().string(), real_folders.size());
        if (is_new) real_folders.push_back(real_path(file.parent_path()));
        return real_folders[known->second] / file.filename();
    };
    for (std::size_t at = 0; at < train.files.size(); ++at) {
        learnt.emplace(real(train.files[at].path).string(), at);
        if (const std::string key = several_names_key(train.files[at].path); !key.empty()) learnt.emplace(key, at);
    }
    for (const NamedImage& image : test.files) {
        if (const auto same = learnt.find(real(image.path).string()); same != learnt.end())
            fail(image.path.string(), "image", concat("a link to ", same->first, ", which is learnt from"),
                 "one that is not");
        if (const auto same = learnt.find(several_names_key(image.path)); same != learnt.end())
            fail(image.path.string(), "image",
                 concat("another name of ", train.files[same->second].path.string(), ", which is learnt from"),
                 "one that is not");
    }
    std::string all;
    for (const std::string& name : train.class_names) all += (all.empty() ? "" : ", ") + name;
    std::vector<int> label_of;
    for (const std::string& name : test.class_names) {
        const auto known = std::find(train.class_names.begin(), train.class_names.end(), name);
        if (known == train.class_names.end())
            fail((test.folder / name).string(), "class",
                 concat(name, ", of which ", train.folder.string(), " has no image"),
                 all.empty() ? "images without classes, as there" : "one of " + all);
        label_of.push_back(static_cast<int>(known - train.class_names.begin()));
    }
    if (test.class_names.empty()) return;
    for (NamedImage& image : test.files) image.label = label_of[static_cast<std::size_t>(image.label)];
    test.class_names = train.class_names;
}

[[gnu::cold]] inline ImageParts parts_of_folder(const std::string& name, ImagesReport& report) {
    const std::string names = data_names();
    if (!is_folder(name)) {
        if (name.find('/') != name.npos) fail(name, "folder", "no such folder", "a folder of PNG files");
        fail("data", "name", name, names + ", or a folder of PNG files");
    }
    for (const char* file : {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"})
        for (const std::string& written : idx_file_names(file))
            if (data_file(name, written))
                fail(name, "files", concat(written, ", an IDX file"),
                     concat("PNG files; a data set is read by its name (", names,
                            "), where GENOTYPE_DATA names the folder "
                            "around its own"));
    return find_parts(name, report);
}

[[gnu::cold]] inline ImageData load_image_folder(const std::string& name, Split split,
                                                 std::optional<genotype::ImageSize> size, ImagesReport& report) {
    const ImageParts parts = parts_of_folder(name, report);
    if (split == Split::train) return read_images(list_images(parts.train.value_or(parts.whole), report), size);
    if (!parts.test)
        fail(name, "images to measure with", "none but those to learn from",
             "the folders train and test (or val) in it");
    ImagesReport of_training;
    ImageFiles tests = list_images(*parts.test, report);
    match_training(tests, list_images(*parts.train, of_training));
    return read_images(tests, size);
}

}  // namespace detail

/// Whether `load_images` has this part of a data set: a folder without a part of its own to measure with has none,
/// and all of its images are to learn from.
inline bool has_split(const std::string& name, Split split) {
    if (split == Split::train || name == "cifar10" || name == "cifar100") return true;
    for (const detail::IdxSet& set : detail::idx_sets)
        if (set.name == name) return true;
    ImagesReport ignored;
    return detail::parts_of_folder(name, ignored).test.has_value();
}

/// A data set by name, or a folder of one's own PNG files, whose images are brought to `size`.
/// - "fashion-mnist" (Debian's package dataset-fashion-mnist has it), "mnist", "kmnist", "qmnist", "cifar10" and
///   "cifar100" (its 100 fine classes) are looked for in $GENOTYPE_DATA/NAME and ./data/NAME, and in the folders of
///   torchvision beside those (MNIST/raw, cifar-10-batches-bin); $GENOTYPE_DATA may also name one of these folders.
/// - A folder is flat, or has a folder for each class (`read_image_folder`), or parts that are so: `train` or
///   `training`, and for Split::test `test` or `testing`, or where there is neither `val`, `valid` or `validation`.
///   Without parts all images are Split::train's. Labels go by the names of the classes in training.
/// `report` lists what was left out. An `Error` are files that are not there or damaged, parts that may be classes, a
/// class to measure with that training does not know, and images to measure with that are learnt from too.
inline ImageData load_images(const std::string& name, Split split, std::optional<ImageSize> size = {},
                             ImagesReport* report = nullptr) {
    ImagesReport own;
    ImagesReport& found = report ? *report : own;
    std::optional<ImageData> images;
    for (const detail::IdxSet& set : detail::idx_sets)
        if (set.name == name) images = detail::load_idx_set(set, split, found);
    if (name == "cifar10" || name == "cifar100") images = detail::load_cifar(name == "cifar10", split, found);
    if (!images) return detail::load_image_folder(name, split, size, found);
    return size ? resize(std::move(*images), size->height, size->width) : std::move(*images);
}

}  // namespace genotype::inline v0_1
