// The checkpoints in a folder: what each says of itself, and which is the newest.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/files/sorted_places.hpp"
#include "genotype/training/checkpoint_keys.hpp"
#include "genotype/training/checkpoint_reader.hpp"
#include "genotype/training/trainer.hpp"

namespace genotype::inline v0_1::detail {

/// A whole checkpoint. Steps and run are what the file says, whatever it is called.
struct FoundCheckpoint {
    std::filesystem::path path;
    std::uint64_t steps;
    TrainingRun run;  // without an id where `trainer.save` or an older version wrote it
};

/// Newest first within a run; and a line for each file with a checkpoint's name that is no whole one.
struct CheckpointList {
    std::vector<FoundCheckpoint> found = {};
    std::vector<std::string> skipped = {};

    [[gnu::cold]] const FoundCheckpoint* newest_of(std::string_view run) const {
        const auto place = std::find_if(found.begin(), found.end(), [&](const auto& one) { return one.run.id == run; });
        return place == found.end() ? nullptr : &*place;
    }
};

/// Whether an id is one of a list with commas.
[[gnu::cold]] inline bool has_id(std::string_view ids, std::string_view id) {
    return !id.empty() && ids.find(id) != ids.npos;
}
[[gnu::cold]] inline void add_id(std::string& ids, std::string_view id) {
    if (!id.empty() && !has_id(ids, id)) ids += concat(ids.empty() ? "" : ",", id);
}

/// "step_000123.safetensors", or "step_000123_2.safetensors" and so on where others have that name already.
[[gnu::cold]] inline std::string checkpoint_name(std::uint64_t steps, int copy = 1) {
    std::string digits = concat(steps);
    digits.insert(0, digits.size() < 6 ? 6 - digits.size() : 0, '0');
    return copy == 1 ? concat("step_", digits, ".safetensors") : concat("step_", digits, "_", copy, ".safetensors");
}

/// Whether a file is called as `Checkpoints` calls one of some steps; below 0 of any.
[[gnu::cold]] inline bool has_checkpoint_name(std::string_view name, std::int64_t steps = -1) {
    constexpr std::string_view beginning = "step_", end = ".safetensors", digits = "0123456789";
    if (!name.starts_with(beginning) || !name.ends_with(end)) return false;
    name = name.substr(beginning.size(), name.size() - beginning.size() - end.size());
    const std::string_view number = name.substr(0, name.find('_'));
    if (number.empty() || number.find_first_not_of(digits) != number.npos) return false;
    if (number.size() < name.size()) {
        const std::string_view copy = name.substr(number.size() + 1);
        if (copy.empty() || copy.find_first_not_of(digits) != copy.npos) return false;
    }
    std::int64_t value = -1;
    std::from_chars(number.data(), number.data() + number.size(), value);
    return steps < 0 || value == steps;
}

/// "best.safetensors", and what other trainings left under names like it.
[[gnu::cold]] inline bool has_best_name(std::string_view name) {
    return name.starts_with("best.") || name.starts_with("best_");
}

/// `Error` where a file is no whole checkpoint.
[[gnu::cold]] inline FoundCheckpoint read_found(const std::filesystem::path& path) {
    const SafeTensors file(path);
    expect_checkpoint(file);
    FoundCheckpoint found{path, 0, {}};
    const auto key = file.metadata().lower_bound(steps_key);  // or that of the first of several networks
    const bool is_there = key != file.metadata().end() && key->first.starts_with(steps_key);
    const std::string_view text = is_there ? std::string_view(key->second) : std::string_view();
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), found.steps);
    if (error != std::errc{} || stop != text.data() + text.size() || found.steps > most_steps)
        fail(file.name(), steps_key, is_there ? in_quotes(text) : "nothing",
             concat("a whole number from 0 to ", most_steps));
    found.run = read_run(file);
    return found;
}

/// Reads what is there. True where a file has gone before it was looked at: somebody is at work.
[[gnu::cold]] inline bool look_at_checkpoints(const std::filesystem::path& folder, CheckpointList& list) {
    std::error_code code;
    bool has_gone = false;
    std::vector<FoundCheckpoint> found;
    for (std::filesystem::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
        const std::filesystem::path path = at->path();
        const std::string name = path.filename().string();
        if (path.extension() != ".safetensors" || name.starts_with('.') || has_best_name(name)) continue;
        try {
            found.push_back(read_found(path));
        } catch (const Error& error) {
            std::error_code ignored;
            if (!std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
                has_gone = true;
            else if (has_checkpoint_name(name))
                list.skipped.push_back(error.what());
        }
    }
    if (code) fail(folder.string(), "folder", code.message(), "a folder that can be read");
    for (const std::size_t place : sorted_places(found.size(), [&](std::size_t left, std::size_t right) {
             const FoundCheckpoint &one = found[left], &other = found[right];
             if (one.steps != other.steps) return one.steps > other.steps;
             return one.path < other.path;
         }))
        list.found.push_back(std::move(found[place]));
    return has_gone;
}

/// All checkpoints in a folder but the best. `Error` where it cannot be read.
[[gnu::cold]] inline CheckpointList list_checkpoints(const std::filesystem::path& folder) {
    // Beside a process that saves one look may come upon files that have gone, and upon none that is new. What is still
    // not there after so many looks is not there.
    constexpr int looks = 100, looks_for_nothing = 2;
    for (int look = 1;; ++look) {
        CheckpointList list;
        const bool has_gone = look_at_checkpoints(folder, list);
        const bool is_enough = !list.found.empty() || look >= looks_for_nothing;
        if ((is_enough && !has_gone) || look == looks) return list;
    }
}

/// The run that began last: the one that knows of all others. `Error` where two do not know of each other. Empty where
/// no file says of which it is.
[[gnu::cold]] inline std::string newest_run(const std::filesystem::path& folder, const CheckpointList& list) {
    std::vector<const FoundCheckpoint*> last;
    for (const FoundCheckpoint& one : list.found) {
        const std::string& id = one.run.id;
        const bool is_older = id.empty() || list.newest_of(id) != &one ||
                              std::any_of(list.found.begin(), list.found.end(),
                                          [&](const auto& other) { return has_id(other.run.after, id); });
        if (!is_older) last.push_back(&one);
    }
    if (last.size() < 2) return last.empty() ? std::string() : last.front()->run.id;
    std::string names;
    for (const FoundCheckpoint* one : last)
        names += concat(names.empty() ? "" : ", ", one->path.filename().string(), " (step ", one->steps, ")");
    fail(folder.string(), "checkpoints",
         concat("those of ", last.size(), " trainings of which none began after the other in this folder: ", names),
         "one training's: name the file to resume from, or give each training a folder of its own");
}

}  // namespace genotype::inline v0_1::detail
