// What the examples share about a training: its table and progress, checkpoints, Ctrl-C, and going on after it.
#pragma once

#include <genotype/checkpoint.hpp>
#include <genotype/io/csv.hpp>
#include <genotype/io/plot.hpp>
#include <genotype/training/progress.hpp>

#include "common.hpp"

namespace example {

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
    /// Resumes where the flags say so. `seconds` is when to stop, 0 for never.
    Training(const Flags& flags, Trainer& trainer, Loader& loader, const std::vector<std::string>& columns,
             float seconds = 0)
        : flags_(flags),
          trainer_(trainer),
          loader_(loader),
          seconds_(static_cast<double>(seconds)),
          checkpoints_(flags.out / "checkpoints"),
          history_(columns),
          progress_(flags.epochs, loader.batches(), flags.batch, resume()),
          table_(flags.out / "training.csv", with_step(columns)) {
        for (long step = 0; step < history_.rows(); ++step) write(step);
    }

    bool goes_on() const { return loader_.position().epoch < flags_.epochs && !interrupt_.asked() && !out_of_time_; }

    /// To be called after every step: its losses for the table, and in words for whoever watches.
    void note(std::initializer_list<float> losses, const std::string& words) {
        history_.add(losses);
        write(history_.rows() - 1);
        const long done = loader_.position().epoch * loader_.batches() + loader_.position().batch - 1;
        progress_.step(done / loader_.batches(), done % loader_.batches(), words,
                       seconds_ > 0 ? progress_.seconds() / seconds_ : -1);
        out_of_time_ = seconds_ > 0 && progress_.seconds() >= seconds_;
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

    const Flags& flags_;
    Trainer& trainer_;
    Loader& loader_;
    double seconds_, saved_at_ = 0;
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
