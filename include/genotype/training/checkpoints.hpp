// A folder of checkpoints: the last few, and the best.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "genotype/files/folder_lock.hpp"
#include "genotype/files/read_double.hpp"
#include "genotype/training/checkpoint_file.hpp"
#include "genotype/training/checkpoint_list.hpp"
#include "genotype/training/checkpoint_run.hpp"

namespace genotype::inline v0_1 {

struct CheckpointsOptions {
    int keep = 3;  ///< how many of the last ones stay; older ones are removed when a newer one is on disk
};

/// The newest whole checkpoint, if there is one.
struct LatestCheckpoint {
    std::optional<std::filesystem::path> path = {};
    std::vector<std::string> skipped = {};           ///< a line for each checkpoint that is not whole, or not finite
    std::vector<std::filesystem::path> others = {};  ///< the newest of each other training that lies there
};

/// Checkpoints of one training in a folder of their own: step_000123.safetensors, ..., and best.safetensors. What a
/// killed process left half written is removed.
///
///     Checkpoints checkpoints("out/checkpoints", {.keep = 3});
///     if (const auto latest = checkpoints.latest(); latest.path) trainer.resume(*latest.path, loader, history);
///     checkpoints.save(trainer, loader, history);
///     checkpoints.save_if_best(loss, trainer, loader, history);
///
/// Each file says of which training it is and of how many steps, and that alone counts: not when it was written, and
/// not what it is called. A training stays the same one when it is resumed from its newest checkpoint. One that
/// begins anew, or resumes from an older checkpoint, is another. What another training left is never removed or written
/// over, and neither is what does not say of which it is.
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
    double best() const { return best_.score; }

    /// Writes a checkpoint named after the trainer's steps, and then removes those of the same training that are too
    /// many. `Error` where a weight or an optimiser's state is NaN or infinite: nothing is written or removed then.
    template <class Trainer, detail::CheckpointPart... With>
    std::filesystem::path save(const Trainer& trainer, const With&... with) {
        detail::CheckpointParts parts;
        (detail::add_part(parts, with), ...);
        return save(detail::describe(trainer), parts, count(trainer.steps()), detail::RunOf{}(trainer));
    }

    /// Writes the best checkpoint anew where `score` is lower than any before of the same training; what is not finite
    /// never is. Another training's best is kept beside it, as best_ID.safetensors. True if so. `Error` as `save`.
    template <class Trainer, detail::CheckpointPart... With>
    bool save_if_best(double score, const Trainer& trainer, const With&... with) {
        if (!std::isfinite(score)) return false;
        detail::TrainingRun& run = detail::RunOf{}(trainer);
        if (is_mine(run) && run.id == best_.run && !(score < best_.score)) return false;
        detail::CheckpointParts parts;
        (detail::add_part(parts, with), ...);
        return save_if_best(score, detail::describe(trainer), parts, count(trainer.steps()), run);
    }

    /// The checkpoint with the most steps of the training that this object has saved; before that, of the one that
    /// began last in this folder. Files that do not say of which training they are count as one from before all others.
    /// Cut and damaged files are passed over, and so is best.safetensors. `Error` where checkpoints of trainings that
    /// began in different folders lie here, so that neither is the last.
    [[gnu::cold]] LatestCheckpoint latest() const {
        detail::CheckpointList list = detail::list_checkpoints(folder_);
        LatestCheckpoint result{.skipped = std::move(list.skipped)};
        const bool is_known = !mine_.empty() && list.newest_of(mine_.back());
        const std::string run = is_known ? mine_.back() : detail::newest_run(folder_, list);
        while (run.empty() && pass_over_not_finite(list, result.skipped)) {
        }
        if (const auto* newest = list.newest_of(run)) result.path = newest->path;
        for (const auto& one : list.found)
            if (one.run.id != run && list.newest_of(one.run.id) == &one) result.others.push_back(one.path);
        return result;
    }

  private:
    struct Best {
        double score = std::numeric_limits<double>::infinity();
        std::string run = {};     // empty where the file does not say
        std::uint64_t steps = 0;  // after which it was
        bool is_there = false;
    };

    static std::uint64_t count(std::int64_t steps) { return static_cast<std::uint64_t>(steps); }
    bool is_mine(const detail::TrainingRun& run) const {
        return std::find(mine_.begin(), mine_.end(), run.id) != mine_.end();
    }

    [[gnu::cold]] std::filesystem::path save(const detail::TrainingState& state, const detail::CheckpointParts& parts,
                                             std::uint64_t steps, detail::TrainingRun& run) {
        const detail::FolderLock lock(folder_);
        const detail::CheckpointList list = look_around();
        expect_finite(state, steps, run, list);
        enter(state, parts, steps, run, list);
        const std::filesystem::path path = place_for(list, steps, run);
        write_checkpoint(path, state, parts, texts_of(run));
        remove_old(list, path, steps, run);
        return path;
    }

    [[gnu::cold]] bool save_if_best(double score, const detail::TrainingState& state,
                                    const detail::CheckpointParts& parts, std::uint64_t steps,
                                    detail::TrainingRun& run) {
        const detail::FolderLock lock(folder_);
        const detail::CheckpointList list = look_around();
        enter(state, parts, steps, run, list);
        if (!(score < best_.score)) return false;
        expect_finite(state, steps, run, list);
        FileMetadata texts = texts_of(run);
        std::string text(32, '\0');
        text.resize(
            static_cast<std::size_t>(std::to_chars(text.data(), text.data() + text.size(), score).ptr - text.data()));
        detail::add_text(texts, detail::score_key, text);
        keep_others_best(run);
        write_checkpoint(best_path(), state, parts, texts);
        best_ = {score, run.id, steps, true};
        return true;
    }

    /// Nothing where the folder has gone, which whoever writes there tells.
    detail::CheckpointList look_around() const {
        return std::filesystem::exists(folder_) ? detail::list_checkpoints(folder_) : detail::CheckpointList();
    }

    void expect_finite(const detail::TrainingState& state, std::uint64_t steps, const detail::TrainingRun& run,
                       const detail::CheckpointList& list) const {
        const auto* last = run.id.empty() ? nullptr : list.newest_of(run.id);
        detail::expect_finite(state, steps, last ? last->path.string() : "none");
    }

    /// Says of which training the trainer's checkpoints are: the one that it was resumed from, or that it has saved
    /// before, if that is the newest here and has gone no further; otherwise one that begins here.
    [[gnu::cold]] void enter(const detail::TrainingState& state, const detail::CheckpointParts& parts,
                             std::uint64_t steps, detail::TrainingRun& run, const detail::CheckpointList& list) {
        const detail::FoundCheckpoint* const newest = run.id.empty() ? nullptr : list.newest_of(run.id);
        bool goes_on = !run.id.empty() && (!newest || newest->steps <= steps);
        for (const auto& one : list.found)
            goes_on = goes_on && (is_mine(run) || one.run.id.empty() || one.run.id == run.id ||
                                  detail::has_id(run.after, one.run.id));
        const std::string before = run.id;
        if (!goes_on) {
            detail::add_id(run.after, run.id);
            for (const auto& one : list.found) detail::add_id(run.after, one.run.id);
            detail::add_id(run.after, best_.run);
            run.id = detail::run_id(state, parts, run.after);
        }
        const bool has_best = best_.run.empty() || best_.run == run.id || (best_.run == before && best_.steps <= steps);
        if (!has_best) best_.score = std::numeric_limits<double>::infinity();
        best_.run = run.id;
        std::erase(mine_, run.id);
        mine_.push_back(std::string(run.id));
    }

    /// Files that this class did not write may hold numbers from which no training gets on. True where the newest does.
    [[gnu::cold]] static bool pass_over_not_finite(detail::CheckpointList& list, std::vector<std::string>& skipped) {
        const auto* const newest = list.newest_of("");
        if (!newest) return false;
        try {
            detail::expect_finite(newest->path);
            return false;
        } catch (const Error& error) {
            skipped.push_back(error.what());
        }
        list.found.erase(list.found.begin() + (newest - list.found.data()));
        return true;
    }

    static FileMetadata texts_of(const detail::TrainingRun& run) {
        FileMetadata texts;
        detail::add_text(texts, detail::run_key, run.id);
        if (!run.after.empty()) detail::add_text(texts, detail::run_after_key, run.after);
        return texts;
    }

    /// A name that is free, or this training's checkpoint of the same step.
    [[gnu::cold]] std::filesystem::path place_for(const detail::CheckpointList& list, std::uint64_t steps,
                                                  const detail::TrainingRun& run) const {
        for (int copy = 1;; ++copy) {
            const std::filesystem::path path = folder_ / detail::checkpoint_name(steps, copy);
            const bool is_own = std::any_of(list.found.begin(), list.found.end(), [&](const auto& one) {
                return one.path == path && one.run.id == run.id && one.steps == steps;
            });
            std::error_code code;
            if (is_own || !std::filesystem::exists(std::filesystem::symlink_status(path, code))) return path;
        }
    }

    /// Of this training alone, and under the names alone that it gives its files.
    [[gnu::cold]] void remove_old(const detail::CheckpointList& list, const std::filesystem::path& newest,
                                  std::uint64_t steps, const detail::TrainingRun& run) const {
        int kept = 1;
        std::uint64_t last = steps;
        for (const auto& one : list.found) {
            if (one.run.id != run.id || one.path == newest) continue;
            if (std::exchange(last, one.steps) != one.steps) ++kept;
            std::error_code ignored;  // one file too many is no reason to stop a training
            if (kept > options_.keep &&
                detail::has_checkpoint_name(one.path.filename().string(), static_cast<std::int64_t>(one.steps)))
                std::filesystem::remove(one.path, ignored);
        }
    }

    /// Where best.safetensors is another training's, that file gets a name of its own beside it: the training's last
    /// best, of which there may have been one before.
    [[gnu::cold]] void keep_others_best(const detail::TrainingRun& run) const {
        std::error_code code;
        if (!std::filesystem::exists(best_path(), code)) return;
        const Best there = read_best();
        if (there.is_there && there.run == run.id) return;
        std::filesystem::path kept = folder_ / detail::concat("best_", there.run, ".safetensors");
        if (there.run.empty())
            for (int copy = 1; copy == 1 || std::filesystem::exists(kept, code); ++copy)
                kept = folder_ / detail::concat("best_before_", copy, ".safetensors");
        else
            std::filesystem::remove(kept, code);
        std::filesystem::create_hard_link(best_path(), kept, code);
        if (code) std::filesystem::copy_file(best_path(), kept, code);
        if (code) fail(kept.string(), "file", code.message(), "a copy of another training's best checkpoint");
    }

    [[gnu::cold]] Best read_best() const {
        Best best;
        std::error_code code;
        if (!std::filesystem::exists(best_path(), code)) return best;
        try {
            const detail::FoundCheckpoint found = detail::read_found(best_path());
            const SafeTensors file(best_path());
            const std::string* const text = detail::find_text(file.metadata(), detail::score_key);
            const double score = text ? detail::read_double(*text).value_or(best.score) : best.score;
            return {std::isnan(score) ? best.score : score, found.run.id, found.steps, true};
        } catch (const Error&) {
            return best;  // a damaged file is worse than any
        }
    }

    std::filesystem::path folder_;
    CheckpointsOptions options_;
    Best best_{};
    std::vector<std::string> mine_;  // runs that this object has saved, the last one last
};

}  // namespace genotype::inline v0_1
