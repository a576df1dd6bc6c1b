// Which of a folder's subfolders are its parts: images to learn from, and others to measure with.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/images/image_files.hpp"
#include "genotype/images/images_report.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// What a part is for.
enum class PartKind { none, train, validation, test };

/// What a folder's name says of a part.
struct PartName {
    PartKind kind = PartKind::none;
    std::string frame = {};  ///< the name with a star for the part's word: "seg_*"
    bool alone = false;      ///< is a part's name whatever lies beside it: "train", "test_set"; not "mnist_train"
};

[[gnu::cold]] inline bool is_letter(char letter) {
    return std::isalpha(static_cast<unsigned char>(letter)) != 0;
}

/// Whether all words but the star are such that say nothing: "*_set", "*2017".
[[gnu::cold]] inline bool is_plain_frame(const std::string& frame) {
    constexpr std::array<std::string_view, 14> plain{"set",   "data",   "dataset", "image", "images", "img",   "imgs",
                                                     "image", "images", "photos",  "seg",   "png",    "split", "part"};
    std::string word;
    for (const char letter : frame + " ") {
        if (is_letter(letter)) {
            word += letter;
            continue;
        }
        if (!word.empty() && std::find(plain.begin(), plain.end(), word) == plain.end()) return false;
        word.clear();
    }
    return true;
}

/// A part's word stands by itself ("seg_train"), or begins or ends the name ("trainA"): then only a folder named alike
/// for another part makes it one.
[[gnu::cold]] inline PartName part_name(const std::string& name) {
    constexpr std::array<std::pair<std::string_view, PartKind>, 7> words{{{"training", PartKind::train},
                                                                          {"train", PartKind::train},
                                                                          {"validation", PartKind::validation},
                                                                          {"valid", PartKind::validation},
                                                                          {"val", PartKind::validation},
                                                                          {"testing", PartKind::test},
                                                                          {"test", PartKind::test}}};
    const std::string text = small_letters(name);
    for (const bool by_itself : {true, false})
        for (const auto& [word, kind] : words)
            for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
                const std::size_t end = at + word.size();
                const bool begins = at == 0 || !is_letter(text[at - 1]),
                           ends = end == text.size() || !is_letter(text[end]);
                if (by_itself ? !(begins && ends) : at != 0 && end != text.size()) continue;
                const std::string frame = text.substr(0, at) + "*" + text.substr(end);
                return {kind, frame, is_plain_frame(frame)};
            }
    return {};
}

/// What lies in a folder, by what it may be.
struct Arrangement {
    std::vector<std::filesystem::path> train, validation, test, others;  ///< others: folders that hold images
    std::vector<std::filesystem::path> images;                           ///< PNG files in the folder itself

    bool has_parts() const { return !train.empty() && !(validation.empty() && test.empty()); }
};

/// "the parts train and test"
[[gnu::cold]] inline std::string parts_text(const Arrangement& of) {
    return concat("the parts ", of.train[0].filename().string(), " and ",
                  (of.test.empty() ? of.validation : of.test)[0].filename().string());
}

[[gnu::cold]] inline Arrangement arrangement(const std::filesystem::path& folder) {
    struct Named {
        std::filesystem::path path;
        PartName name;
    };
    Arrangement found;
    std::vector<Named> folders;
    for (const std::filesystem::path& entry : sorted_entries(folder)) {
        if (is_folder(entry)) {
            const bool leads_back = lies_within(real_path(folder), real_path(entry));
            if (!leads_back) folders.push_back({entry, part_name(entry.filename().string())});
        } else if (is_png_name(entry)) {
            found.images.push_back(entry);
        }
    }
    for (const Named& one : folders) {
        const auto completes = [&](const Named& other) {
            return other.name.kind != PartKind::none && other.name.frame == one.name.frame &&
                   (other.name.kind == PartKind::train) != (one.name.kind == PartKind::train);
        };
        const bool is_part = one.name.kind != PartKind::none &&
                             (one.name.alone || std::any_of(folders.begin(), folders.end(), completes));
        if (!is_part) {
            if (has_png(one.path)) found.others.push_back(one.path);
        } else {
            (one.name.kind == PartKind::train        ? found.train
             : one.name.kind == PartKind::validation ? found.validation
                                                     : found.test)
                .push_back(one.path);
        }
    }
    return found;
}

/// The folder within that has the folder's own name and all of its images, as archives unpacked into a folder of
/// their name leave it.
[[gnu::cold]] inline std::filesystem::path without_nesting(std::filesystem::path folder) {
    for (;;) {
        const Arrangement found = arrangement(folder);
        std::vector<std::filesystem::path> folders;
        for (const auto* list : {&found.train, &found.validation, &found.test, &found.others})
            folders.insert(folders.end(), list->begin(), list->end());
        const auto name = [](const std::filesystem::path& path) {
            return small_letters(real_path(path).filename().string());
        };
        if (!found.images.empty() || folders.size() != 1 || name(folders[0]) != name(folder)) return folder;
        folder = folders[0];
    }
}

/// Where a folder's images lie. Without `train` they are in `whole` and have no parts.
struct ImageParts {
    std::filesystem::path whole;
    std::optional<std::filesystem::path> train = {}, test = {};
};

/// Finds the parts of a folder: `train` or `training`; `test`, `testing`, and where there is neither `val`, `valid` or
/// `validation`; in capitals or small letters. What may be a part as well as a class is an `Error`.
[[gnu::cold]] inline ImageParts find_parts(const std::filesystem::path& named, ImagesReport& report) {
    const auto name = [](const std::filesystem::path& path) { return path.filename().string(); };
    const std::string_view remedy =
        "one folder for training and one for testing (all classes' folders in train and in "
        "test), or classes' folders alone, or the name of one part's folder";
    std::filesystem::path folder = without_nesting(named);
    Arrangement found = arrangement(folder);
    // A folder around all, whatever its name: it is no class where the parts lie in it.
    while (found.train.empty() && found.validation.empty() && found.test.empty() && found.images.empty() &&
           found.others.size() == 1) {
        const std::filesystem::path inner = found.others[0];
        Arrangement within = arrangement(inner);
        if (!within.has_parts()) {
            if (within.images.empty() && within.others.size() > 1)
                fail(folder.string(), "arrangement",
                     concat("one folder, ", name(inner), ", that holds all others (", name(within.others[0]), ", ",
                            name(within.others[1]), within.others.size() > 2 ? " ...)" : ")"),
                     concat("classes' folders; where those are, name ", inner.string()));
            break;
        }
        folder = inner;
        found = std::move(within);
    }
    for (const auto* parts : {&found.train, &found.validation, &found.test})
        if (parts->size() > 1)
            fail(folder.string(), "arrangement", concat("both ", name((*parts)[0]), " and ", name((*parts)[1])),
                 remedy);

    ImageParts result{folder};
    if (found.train.empty()) {
        for (const auto* parts : {&found.test, &found.validation})
            if (!parts->empty() && has_png(parts->front()))
                fail(folder.string(), "arrangement",
                     concat("the folder ", name(parts->front()),
                            found.others.empty() ? "" : concat(" beside ", name(found.others[0])), " and no train"),
                     remedy);
        return result;
    }
    const bool measured = !found.test.empty() || !found.validation.empty();
    if (!measured && !has_png(found.train[0])) return result;
    if (!measured && !(found.others.empty() && found.images.empty()))
        fail(folder.string(), "arrangement",
             concat("the folder ", name(found.train[0]), " beside ",
                    name(found.others.empty() ? found.images[0] : found.others[0]), ": a part, or a class"),
             remedy);
    result.train = without_nesting(found.train[0]);
    if (measured) result.test = without_nesting(found.test.empty() ? found.validation[0] : found.test[0]);
    if (!found.test.empty() && !found.validation.empty())
        report.leave_out("folder of validation images", found.validation[0]);
    for (const auto& other : found.others) report.leave_out("folder beside the parts", other);
    for (const auto& image : found.images) report.leave_out(".png beside the parts", image);
    return result;
}

}  // namespace genotype::inline v0_1::detail
