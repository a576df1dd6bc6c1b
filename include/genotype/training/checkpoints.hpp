// A folder of checkpoints: the last few, and the best.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "genotype/training/checkpoint.hpp"

namespace genotype {

struct CheckpointsOptions {
    int keep = 3;  ///< how many of the last ones stay; older ones are removed when a newer one is on disk
};

/// The newest whole checkpoint, if there is one, and a line for each newer file that is not whole.
struct LatestCheckpoint {
    std::optional<std::filesystem::path> path = {};
    std::vector<std::string> skipped = {};
};

/// Checkpoints of one training in a folder of their own: step_000123.safetensors, ..., and best.safetensors. What a
/// killed process left half written is removed.
///
///     Checkpoints checkpoints("out/checkpoints", {.keep = 3});
///     if (const auto latest = checkpoints.latest(); latest.path) trainer.resume(*latest.path, loader, history);
///     checkpoints.save(trainer, loader, history);
///     checkpoints.save_if_best(loss, trainer, loader, history);
class Checkpoints {
  public:
    /// Makes the folder where it is not there. `Error` where it cannot.
    [[gnu::cold]] explicit Checkpoints(std::filesystem::path folder, CheckpointsOptions options = {})
        : folder_(std::move(folder)), options_(options) {
        if (options.keep < 1) fail("Checkpoints", "keep", options.keep, "at least 1");
        std::error_code code;
        std::filesystem::create_directories(folder_, code);
        if (!std::filesystem::is_directory(folder_))
            fail(folder_.string(), "folder", code ? code.message() : "something else", "a folder, or nothing yet");
        remove_left_overs(folder_, "step_");
        remove_left_overs(folder_, "best.");
        best_ = read_best();
    }

    const std::filesystem::path& folder() const { return folder_; }
    std::filesystem::path best_path() const { return folder_ / "best.safetensors"; }
    /// The lowest score so far, of an earlier process's too; infinite before the first.
    double best() const { return best_; }

    /// Writes a checkpoint named after the trainer's steps, and then removes those that are too many.
    template <class Trainer, class... With>
    std::filesystem::path save(const Trainer& trainer, const With&... with) {
        const std::filesystem::path path = path_of(trainer.steps());
        trainer.save(path, with...);
        remove_old(path);
        return path;
    }

    /// Writes the best checkpoint anew where `score` is lower than any before; NaN never is. True if so.
    template <class Trainer, class... With>
    bool save_if_best(double score, const Trainer& trainer, const With&... with) {
        if (!(score < best_)) return false;
        std::string text(32, '\0');
        text.resize(
            static_cast<std::size_t>(std::to_chars(text.data(), text.data() + text.size(), score).ptr - text.data()));
        detail::save_checkpoint_with({{std::string(detail::score_key), text}}, trainer, best_path(), with...);
        best_ = score;
        return true;
    }

    /// The one that was written last. Cut and damaged files are passed over.
    [[gnu::cold]] LatestCheckpoint latest() const {
        LatestCheckpoint result;
        for (const Found& found : list()) {
            try {
                detail::expect_checkpoint(SafeTensors(found.path));
                result.path = found.path;
                return result;
            } catch (const Error& error) {
                result.skipped.push_back(error.what());
            }
        }
        return result;
    }

  private:
    struct Found {
        std::filesystem::path path;
        long step;
        std::filesystem::file_time_type written;
    };

    std::filesystem::path path_of(std::int64_t steps) const {
        char name[64];
        std::snprintf(name, sizeof name, "step_%06lld.safetensors", static_cast<long long>(steps));
        return folder_ / name;
    }

    /// The newest first. By the time of writing, because a training that went on from an older checkpoint, or began
    /// anew, writes smaller numbers after larger ones.
    [[gnu::cold]] std::vector<Found> list() const {
        constexpr std::string_view beginning = "step_", end = ".safetensors";
        std::vector<Found> found;
        std::error_code code;
        for (const auto& entry : std::filesystem::directory_iterator(folder_, code)) {
            const std::string name = entry.path().filename().string();
            if (!name.starts_with(beginning) || !name.ends_with(end)) continue;
            const char* first = name.data() + beginning.size();
            const char* last = name.data() + name.size() - end.size();
            long step = 0;
            const auto [stop, error] = std::from_chars(first, last, step);
            if (error != std::errc{} || stop != last) continue;
            const auto written = entry.last_write_time(code);
            if (!code) found.push_back({entry.path(), step, written});
        }
        if (code) fail(folder_.string(), "folder", code.message(), "a folder that can be read");
        const auto order = detail::sorted_places(found.size(), [&](std::size_t left, std::size_t right) {
            return std::pair(found[left].written, found[left].step) >
                   std::pair(found[right].written, found[right].step);
        });
        std::vector<Found> result;
        for (const std::size_t place : order) result.push_back(std::move(found[place]));
        return result;
    }

    void remove_old(const std::filesystem::path& newest) const {
        int kept = 1;
        for (const Found& found : list())
            if (found.path != newest && ++kept > options_.keep) {
                std::error_code ignored;  // one file too many is no reason to stop a training
                std::filesystem::remove(found.path, ignored);
            }
    }

    [[gnu::cold]] double read_best() const {
        double score = std::numeric_limits<double>::infinity();
        if (!std::filesystem::exists(best_path())) return score;
        try {
            const SafeTensors file(best_path());
            const std::string* const text = detail::find_text(file.metadata(), detail::score_key);
            double value = score;
            if (text) std::from_chars(text->data(), text->data() + text->size(), value);
            return std::isnan(value) ? score : value;
        } catch (const Error&) {
            return score;  // a damaged file is worse than any
        }
    }

    std::filesystem::path folder_;
    CheckpointsOptions options_;
    double best_ = 0;
};

}  // namespace genotype
