// What the examples share about a training: its table and progress, checkpoints, Ctrl-C, and going on after it.
#pragma once

#include <genotype/checkpoint.hpp>
#include <genotype/io/csv.hpp>
#include <genotype/io/plot.hpp>
#include <genotype/training/progress.hpp>

#include "common.hpp"

namespace example {

/// How long a training is.
struct TrainingLength {
    long epochs = 1;
    long steps = 1;     // of an epoch
    long batch = 1;     // of a step, in `what`
    float seconds = 0;  // when to stop, whatever the steps; 0 for never
    const char* what = "pictures";
};

/// The losses of all steps, on disk as OUT/training.csv and in each checkpoint in OUT/checkpoints.
///
///     while (training.goes_on()) {
///         const auto losses = trainer.step(loader.next());
///         training.note({losses.reconstruction, losses.kl}, "...");
///         training.save_when_due();
///     }
template <class Trainer, class Loader>
class Training {
  public:
    /// Resumes where the flags say so.
    Training(const TrainingFlags& flags, Trainer& trainer, Loader& loader, const std::vector<std::string>& columns,
             TrainingLength length)
        : flags_(flags),
          trainer_(trainer),
          loader_(loader),
          length_(length),
          checkpoints_(flags.out / "checkpoints"),
          history_(columns),
          progress_(length.epochs, length.steps, length.batch, resume(), length.what),
          table_(flags.out / "training.csv", with_step(columns)) {
        for (long step = 0; step < history_.rows(); ++step) write(step);
    }

    bool goes_on() const {
        return history_.rows() < length_.epochs * length_.steps && !interrupt_.asked() && !out_of_time_;
    }

    /// To be called after every step: its losses for the table, and in words for whoever watches.
    void note(std::initializer_list<float> losses, const std::string& words) {
        history_.add(losses);
        write(history_.rows() - 1);
        const long done = history_.rows() - 1;
        const double limit = static_cast<double>(length_.seconds);
        progress_.step(done / length_.steps, done % length_.steps, words, limit > 0 ? progress_.seconds() / limit : -1);
        out_of_time_ = limit > 0 && progress_.seconds() >= limit;
    }

    /// The number of the epoch that is running or has just ended, from 1.
    long epoch() const { return loader_.position().epoch + (loader_.position().batch > 0); }
    bool epoch_ended() const { return loader_.position().batch == 0; }
    bool out_of_time() const { return out_of_time_; }

    void save_when_due() {
        const bool by_steps = flags_.checkpoint_every > 0 && trainer_.steps() % flags_.checkpoint_every == 0;
        const bool by_time = flags_.checkpoint_seconds > 0 &&
                             progress_.seconds() - saved_at_ >= static_cast<double>(flags_.checkpoint_seconds);
        if (by_steps || by_time) save();
    }

    /// Ends the line of progress and saves. False after Ctrl-C, when it has told how to go on.
    bool finish() {
        progress_.finish();
        if (saved_steps_ != trainer_.steps()) save();
        if (!interrupt_.asked()) return true;
        std::printf("stopped after step %ld; saved: %s\nto go on: %s\n", history_.rows(), saved_.c_str(),
                    flags_.resume_command.c_str());
        return false;
    }

    const genotype::History& history() const { return history_; }
    double seconds() const { return progress_.seconds(); }

    /// One column over the steps, for a chart.
    genotype::Series series(const std::string& name, std::size_t column) const {
        genotype::Series result{name, {}, history_.column(column)};
        for (std::size_t step = 1; step <= result.y.size(); ++step) result.x.push_back(static_cast<double>(step));
        return result;
    }

  private:
    static std::vector<std::string> with_step(std::vector<std::string> columns) {
        columns.insert(columns.begin(), "step");
        return columns;
    }

    /// Returns the steps that were made before.
    long resume() {
        if (!flags_.resume) return 0;
        std::filesystem::path from = flags_.resume_from;
        if (from.empty()) {
            const genotype::LatestCheckpoint latest = checkpoints_.latest();
            for (const std::string& words : latest.skipped) std::printf("passed over: %s\n", words.c_str());
            if (!latest.path)
                genotype::fail("--resume", "checkpoint in " + checkpoints_.folder().string(), "none", "at least one");
            from = *latest.path;
        }
        trainer_.resume(from, loader_, history_);
        std::printf("goes on after step %ld of %s\n", history_.rows(), from.c_str());
        return history_.rows();
    }

    void save() {
        saved_ = checkpoints_.save(trainer_, loader_, history_);
        saved_at_ = progress_.seconds();
        saved_steps_ = trainer_.steps();
    }

    void write(long step) {
        line_.assign(1, static_cast<double>(step + 1));
        for (const float value : history_.row(step)) line_.push_back(static_cast<double>(value));
        table_.row(line_);
    }

    const TrainingFlags& flags_;
    Trainer& trainer_;
    Loader& loader_;
    TrainingLength length_;
    double saved_at_ = 0;
    long saved_steps_ = -1;
    bool out_of_time_ = false;
    genotype::Interrupt interrupt_;
    genotype::Checkpoints checkpoints_;
    genotype::History history_;
    genotype::Progress progress_;
    genotype::CsvFile table_;  // after the resume: one that is refused leaves the old table
    std::filesystem::path saved_;
    std::vector<double> line_;
};

}  // namespace example
