// Where data sets lie on this machine.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/files/sorted_places.hpp"
#include "genotype/images/images_report.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// $GENOTYPE_DATA, where it is set, and ./data.
[[gnu::cold]] inline std::vector<std::filesystem::path> data_roots() {
    std::vector<std::filesystem::path> roots;
    if (const char* folder = std::getenv("GENOTYPE_DATA"); folder && *folder) roots.push_back(folder);
    roots.push_back("data");
    return roots;
}

/// Where `folder` lies, should `root` be it or a folder on the way to it: of MNIST/raw a root that ends in MNIST/raw or
/// in MNIST. Nothing where the root's own name says nothing of it, for it may hold another data set's files.
[[gnu::cold]] inline void add_own_places(const std::filesystem::path& root, const std::filesystem::path& folder,
                                         std::vector<std::filesystem::path>& places) {
    std::vector<std::string> ends;  // the root's last names, the last one first
    std::error_code ignored;
    std::filesystem::path at = std::filesystem::absolute(root, ignored).lexically_normal();
    if (!at.has_filename()) at = at.parent_path();
    for (; at.has_filename(); at = at.parent_path()) ends.push_back(at.filename().string());
    const std::vector<std::filesystem::path> names(folder.begin(), folder.end());
    for (std::size_t length = std::min(names.size(), ends.size()); length > 0; --length) {
        bool is_end = true;
        for (std::size_t name = 0; name < length; ++name) is_end = is_end && names[name] == ends[length - 1 - name];
        if (!is_end) continue;
        std::filesystem::path place = root;
        for (std::size_t name = length; name < names.size(); ++name) place /= names[name];
        places.push_back(place);
        return;
    }
}

/// Where a named data set may lie: in each root under its name, then in the folders that others make for it; then the
/// root itself, where that is such a folder.
[[gnu::cold]] inline std::vector<std::filesystem::path> data_places(const std::string& name,
                                                                    const std::vector<std::string>& folders = {}) {
    std::vector<std::filesystem::path> places;
    for (const std::filesystem::path& root : data_roots()) {
        places.push_back(root / name);
        for (const std::string& folder : folders) places.push_back(root / folder);
        add_own_places(root, name, places);
        for (const std::string& folder : folders) add_own_places(root, folder, places);
    }
    if (name == "fashion-mnist") places.push_back("/usr/share/datasets/fashion-mnist");
    return places;
}

/// A file of this name, or one in a folder of this name, as some archives have it.
[[gnu::cold]] inline std::optional<std::filesystem::path> data_file(const std::filesystem::path& place,
                                                                    const std::string& name) {
    std::error_code ignored;
    const std::filesystem::path file = place / name, inner = file / std::filesystem::path(name).filename();
    if (std::filesystem::is_directory(file, ignored))
        return std::filesystem::exists(inner, ignored) ? std::optional(inner) : std::nullopt;
    return std::filesystem::exists(file, ignored) ? std::optional(file) : std::nullopt;
}

/// "mnist.npz, notes.txt": what a place holds instead, some of it.
[[gnu::cold]] inline std::string held_text(const std::filesystem::path& place) {
    constexpr std::size_t most = 4;
    std::vector<std::string> names;
    std::error_code code;
    for (std::filesystem::directory_iterator at(place, code), end; !code && at != end; at.increment(code))
        names.push_back(at->path().filename().string());
    std::string text;
    std::size_t named = 0;
    for (const std::size_t at :
         sorted_places(names.size(), [&](std::size_t left, std::size_t right) { return names[left] < names[right]; }))
        if (named++ < most) text += (text.empty() ? "" : ", ") + names[at];
    return named > most ? text + " ..." : text;
}

/// All files of these names in the first place that has one; `hint` tells how to get them. The error lists every name
/// and every place that was tried, and what the places hold.
[[gnu::cold]] inline std::vector<std::filesystem::path> find_data_files(
    const std::string& name, const std::vector<std::filesystem::path>& places, const std::vector<std::string>& files,
    const std::string& hint) {
    std::string tried, names, held;
    for (const std::filesystem::path& place : places) {
        std::vector<std::filesystem::path> found;
        for (const std::string& file : files)
            if (const auto path = data_file(place, file)) found.push_back(*path);
        if (!found.empty()) return found;
        tried += (tried.empty() ? "" : ", ") + place.string();
        if (const std::string things = held_text(place); !things.empty())
            held += concat("; ", place.string(), " holds ", things);
    }
    for (const std::string& file : files) names += (names.empty() ? "" : ", ") + file;
    const char* variable = std::getenv("GENOTYPE_DATA");
    fail(concat("data set ", name), files.front(),
         concat("nothing in ", tried, variable && *variable ? "" : " (GENOTYPE_DATA is not set)",
                files.size() > 1 ? concat(", tried as ", names) : "", held),
         hint);
}

/// The first place that has one of the files.
[[gnu::cold]] inline std::filesystem::path find_data(const std::string& name, const std::vector<std::string>& files,
                                                     const std::string& hint) {
    return find_data_files(name, data_places(name), files, hint).front();
}

/// What `read` makes of the first of several copies that it can read. That another was damaged is a note of the report;
/// an `Error` of all of them names each.
template <class Read>
auto read_one_of(const std::vector<std::filesystem::path>& copies, ImagesReport& report, const Read& read) {
    std::string faults;
    for (std::size_t at = 0;; ++at) {
        try {
            auto result = read(copies[at]);
            if (!faults.empty()) report.notes.push_back(concat(faults, "; read ", copies[at].string(), " instead"));
            return result;
        } catch (const Error& error) {
            if (copies.size() == 1) throw;
            faults += concat(faults.empty() ? "" : "; ", std::string_view(error.what()));
            if (at + 1 == copies.size()) throw Error(faults);
        }
    }
}

}  // namespace genotype::inline v0_1::detail
