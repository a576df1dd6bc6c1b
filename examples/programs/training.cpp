// What of a training does not depend on the model's type.
#include "training.hpp"

#include <cmath>
#include <genotype/io/csv.hpp>
#include <genotype/training/progress.hpp>

#include "images.hpp"

namespace example {

struct Record::Shown {
    genotype::Progress progress;
    genotype::CsvFile table;
    std::vector<double> line;
};

namespace {

std::vector<std::string> with_step(std::vector<std::string> columns) {
    columns.insert(columns.begin(), "step");
    return columns;
}

}  // namespace

Record::Record(const TrainingFlags& flags, const std::vector<std::string>& columns, TrainingLength length)
    : flags_(flags), checkpoints_(flags.out / "checkpoints"), history_(columns), length_(length) {}

Record::~Record() = default;

std::filesystem::path Record::where_to_go_on() const {
    if (!flags_.resume) return {};
    if (!flags_.resume_from.empty()) return flags_.resume_from;
    const genotype::LatestCheckpoint latest = checkpoints_.latest();
    for (const std::string& words : latest.skipped) std::printf("passed over: %s\n", words.c_str());
    for (const std::filesystem::path& path : latest.others)
        std::printf("of a training before: %s (--resume FILE resumes with that)\n", path.c_str());
    if (!latest.path)
        genotype::fail("--resume", "checkpoint in " + checkpoints_.folder().string(), "none", "at least one");
    return *latest.path;
}

void Record::begin(const std::filesystem::path& resumed) {
    saved_ = resumed;
    if (!resumed.empty()) std::printf("resumes after step %ld of %s\n", history_.rows(), resumed.c_str());
    shown_ =
        std::make_unique<Shown>(Shown{{length_.epochs, length_.steps, length_.batch, history_.rows(), length_.what},
                                      {flags_.out / "training.csv", with_step(history_.columns())},
                                      {}});
    for (long step = 0; step < history_.rows(); ++step) write(step);
}

double Record::seconds() const {
    return of_steps_ + (is_in_step_ ? shown_->progress.seconds() - step_began_ : 0);
}

void Record::begin_step() {
    step_began_ = shown_->progress.seconds();
    is_in_step_ = true;
}

void Record::end_step() {
    of_steps_ = seconds();
    is_in_step_ = false;
}

bool Record::ends_after(long steps) const {
    return history_.rows() + steps >= length_.epochs * length_.steps || is_stopped() || out_of_time_;
}

void Record::note(std::initializer_list<float> losses, const std::string& words) {
    history_.add(losses);
    write(history_.rows() - 1);
    const long done = history_.rows() - 1;
    std::size_t column = 0;
    for (const float loss : losses) {
        if (!std::isfinite(loss)) stop_at(loss, history_.columns()[column]);
        ++column;
    }
    const double limit = static_cast<double>(length_.seconds);
    errno = 0;
    shown_->progress.step(done / length_.steps, done % length_.steps, words, limit > 0 ? seconds() / limit : -1);
    nobody_reads_ = nobody_reads_ || errno == EPIPE;
    out_of_time_ = limit > 0 && seconds() >= limit;
}

void Record::stop_at(float loss, const std::string& column) const {
    end_line();
    char rate[32];
    std::snprintf(rate, sizeof rate, "%g", static_cast<double>(flags_.learning_rate));
    genotype::fail(genotype::detail::concat("step ", history_.rows()), column,
                   std::isnan(loss) ? "NaN" : "an infinite number",
                   genotype::detail::concat("a finite number: the training has diverged (learning rate ", rate,
                                            "; last good checkpoint: ", saved_.empty() ? "none" : saved_.string(),
                                            "); a smaller --learning-rate may help"));
}

int Record::exit_code() const {
    return exit_code_after(interrupt_.asked() ? interrupt_.signal() : SIGPIPE);
}

bool Record::is_due(long steps) const {
    const bool by_steps = flags_.checkpoint_every > 0 && steps % flags_.checkpoint_every == 0;
    const bool by_time = flags_.checkpoint_seconds > 0 &&
                         shown_->progress.seconds() - saved_at_ >= static_cast<double>(flags_.checkpoint_seconds);
    return by_steps || by_time;
}

void Record::saved(const std::filesystem::path& path, long steps) {
    saved_ = path;
    saved_at_ = shown_->progress.seconds();
    saved_steps_ = steps;
}

void Record::end_line() const {
    shown_->progress.finish();
}

bool Record::told_how_to_go_on() const {
    if (!is_stopped()) return false;
    const auto tell = [&](std::FILE* to) {
        std::fprintf(to, "stopped after step %ld; saved: %s\nto resume: %s\n", history_.rows(), saved_.c_str(),
                     flags_.resume_command.c_str());
        return std::fflush(to) == 0;
    };
    if (exit_code() == exit_code_after(SIGPIPE) || !tell(stdout)) tell(stderr);
    return true;
}

void Record::say(const std::string& sentences) const {
    end_line();
    std::printf("%s\n", sentences.c_str());
    std::fflush(stdout);
}

void Record::draw_losses(const std::vector<std::string>& names, const std::string& title, const std::string& y_label,
                         int smooth) const {
    std::vector<Curve> curves;
    for (const std::string& name : names) curves.push_back({name, history_.column(curves.size())});
    draw_curves(curves, title, y_label, smooth, flags_.out / "losses.png");
}

void Record::write(long step) {
    shown_->line.assign(1, static_cast<double>(step + 1));
    for (const float value : history_.row(step)) shown_->line.push_back(static_cast<double>(value));
    shown_->table.row(shown_->line);
}

}  // namespace example
