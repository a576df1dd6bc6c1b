// What the examples share about a training: its table and progress, checkpoints, being stopped, and resuming after it.
#pragma once

#include <genotype/checkpoint.hpp>
#include <memory>
#include <optional>

#include "common.hpp"

namespace example {

/// How long a training is.
struct TrainingLength {
    long epochs = 1;
    long steps = 1;     // of an epoch
    long batch = 1;     // of a step, in `what`
    float seconds = 0;  // of steps, when to stop whatever their number; 0 for never
    const char* what = "images";
};

/// What of a training does not depend on the model's type: the losses of all steps, on disk as OUT/training.csv and in
/// each checkpoint in OUT/checkpoints; and what is printed.
class Record {
  public:
    /// Of the steps: neither what is drawn between them nor checkpoints count.
    double seconds() const;
    const genotype::History& history() const { return history_; }
    bool out_of_time() const { return out_of_time_; }
    bool goes_on() const { return !ends_after(0); }
    /// Whether somebody has asked it to end: what is computed after the steps does so, too.
    bool is_stopped() const { return interrupt_.asked() || nobody_reads_; }
    /// How the program ends where `finish` was false.
    int exit_code() const;
    /// To be called after every step: its losses for the table, and in words for whoever watches. `Error` where one is
    /// NaN or infinite: such a training gets nowhere any more.
    void note(std::initializer_list<float> losses, const std::string& words);
    /// Prints sentences beside the line of progress.
    void say(const std::string& sentences) const;
    /// Draws columns of the history as OUT/losses.png.
    void draw_losses(const std::vector<std::string>& names, const std::string& title, const std::string& y_label,
                     int smooth) const;

  protected:
    Record(const TrainingFlags& flags, const std::vector<std::string>& columns, TrainingLength length);
    ~Record();

    /// The checkpoint that --resume names; empty without the flag.
    std::filesystem::path where_to_go_on() const;
    /// Whether it ends when so many more steps are noted.
    bool ends_after(long steps) const;
    /// To be called after that was read.
    void begin(const std::filesystem::path& resumed);
    bool is_due(long steps) const;
    void saved(const std::filesystem::path& path, long steps);
    void end_line() const;
    void begin_step();
    void end_step();
    bool told_how_to_go_on() const;

    const TrainingFlags& flags_;
    genotype::Checkpoints checkpoints_;
    genotype::History history_;
    long saved_steps_ = -1;

  private:
    struct Shown;

    void write(long step);
    [[noreturn]] void stop_at(float loss, const std::string& column) const;

    TrainingLength length_;
    double saved_at_ = 0;  // seconds since the start
    double of_steps_ = 0, step_began_ = 0;
    bool is_in_step_ = false;
    bool out_of_time_ = false;
    bool nobody_reads_ = false;  // the pipe on standard output is closed, and SIGPIPE ignored
    genotype::Interrupt interrupt_;
    std::filesystem::path saved_;   // or where it resumed
    std::unique_ptr<Shown> shown_;  // made after the resume: one that is refused leaves the old table
};

/// Calls use(model) with the weights that results come from: their average where there is one.
template <class Trainer, class Use>
auto with_result(const Trainer& trainer, const Use& use) {
    return trainer.options().average > 0 ? use(trainer.average()) : use(trainer.model());
}

/// A training's loop:
///
///     while (training.goes_on())
///         training.step([&](const VaeLosses& losses) { training.note({losses.reconstruction, losses.kl}, "..."); });
template <class Trainer, class Loader>
class Training : public Record {
  public:
    /// Resumes where the flags say so.
    Training(const TrainingFlags& flags, Trainer& trainer, Loader& loader, const std::vector<std::string>& columns,
             TrainingLength length)
        : Record(flags, columns, length), trainer_(trainer), loader_(loader) {
        const std::filesystem::path from = where_to_go_on();
        if (!from.empty()) trainer_.resume(from, loader_, history_);
        begin(from);
    }

    /// The number of the epoch that is running or has just ended, from 1.
    long epoch() const { return loader_.position().epoch + (loader_.position().batch > 0); }
    bool epoch_ended() const { return loader_.position().batch == 0; }

    bool goes_on() const { return unnoted_ || Record::goes_on(); }

    /// One step, and note(losses). A GPU is given its next step before the losses of the last are noted, and so is not
    /// left without work.
    template <class Note>
    void step(const Note& note) {
        begin_step();
        const Report report = trainer_.step(loader_.next());
        if (unnoted_) note(*unnoted_);
        unnoted_.reset();
        if (at_once<Report> || epoch_ended() || ends_after(1) || is_due(trainer_.steps()))
            note(report);
        else
            unnoted_.emplace(report);
        end_step();
        if (!unnoted_) save_when_due();
    }

    void save_when_due() {
        if (is_due(trainer_.steps())) save();
    }

    /// Ends the line of progress and saves. False where it was stopped, when it has told how to resume.
    bool finish() {
        end_line();
        if (saved_steps_ != trainer_.steps()) save();
        return !told_how_to_go_on();
    }

  private:
    using Report = typename Trainer::Report;
    /// Whether the losses are there when a step's call returns.
    template <class R>
    static constexpr bool at_once = !requires(const R& report) {
        report.get();
    };

    void save() { saved(checkpoints_.save(trainer_, loader_, history_), trainer_.steps()); }

    Trainer& trainer_;
    Loader& loader_;
    std::optional<Report> unnoted_;
};

}  // namespace example
