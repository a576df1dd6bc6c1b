// What a user should see while a GAN trains: scores of what it draws, and a sentence when it goes wrong. Apart from the
// programs, because none of it depends on their models and it takes long to compile.
#pragma once

#include <cstddef>
#include <genotype/images/images.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common.hpp"

namespace example {

/// Scores samples now and then, by the features that `build/examples/score` has.
class Monitor {
  public:
    /// Looks at `samples` images of `size` x `size` pixels, 28 (grey) or 32 (colour), each time that so many seconds of
    /// steps have gone by; 0: never. The classifier of the features is trained where there is none yet.
    Monitor(const Flags& flags, int size, float every, int samples);
    ~Monitor();

    bool is_due(double seconds) const { return every_ > 0 && seconds >= next_; }
    int samples() const { return samples_; }

    /// Scores them, adds a line to OUT/scores.csv (of a resumed training to scores_2.csv, ...), and returns what
    /// there is to say.
    std::string look(const genotype::ImageData& drawn, double seconds);

  private:
    struct Scores;

    double every_, next_;
    int samples_;
    std::unique_ptr<Scores> scores_;
};

/// Notices when a discriminator tells real from generated images so surely that a generator learns little from it: for
/// fifty steps its loss is below a hundredth of that of one that tells nothing.
class WonWatch {
  public:
    /// `undecided` is the loss of a discriminator that tells nothing; 0 where a loss has no such number.
    constexpr explicit WonWatch(float undecided) : undecided_(undecided) {}

    /// True once: where it has won for the first time.
    constexpr bool note(float loss) {
        steps_ = undecided_ > 0 && loss < undecided_ / 100 ? steps_ + 1 : 0;
        if (told_ || steps_ < 50) return false;
        return told_ = true;
    }

    static constexpr const char* words =
        "the discriminator has won: for fifty steps its loss was below a hundredth of a guess's, so the generator "
        "learns little (a smaller --learning-rate, another --seed, or --recipe r3gan may help)";

  private:
    float undecided_;
    long steps_ = 0;
    bool told_ = false;
};

/// Notices when modes are dropping: recall falls below 0.8 of its best, or a class that was there before falls under 2
/// % of the samples. Each is said once, and again after it has recovered.
class ModeWatch {
  public:
    struct Dropped {
        bool recall = false;
        double best_recall = 0, best_at = 0;  // before this look
        std::vector<std::size_t> classes{};
    };

    constexpr Dropped note(double seconds, double recall, std::span<const double> shares) {
        const bool is_first = is_rare_.empty();
        while (is_rare_.size() < shares.size()) is_rare_.push_back(false);  // in a constant expression, too
        Dropped dropped{.best_recall = best_recall_, .best_at = best_at_};
        const bool has_fallen = recall < 0.8 * best_recall_;
        dropped.recall = has_fallen && !has_fallen_;
        has_fallen_ = has_fallen;
        if (recall > best_recall_) best_recall_ = recall, best_at_ = seconds;
        for (std::size_t at = 0; at < shares.size(); ++at) {
            const bool is_rare = shares[at] < 0.02;
            if (is_rare && !is_rare_[at] && !is_first) dropped.classes.push_back(at);
            is_rare_[at] = is_rare;
        }
        return dropped;
    }

  private:
    double best_recall_ = 0, best_at_ = 0;
    bool has_fallen_ = false;
    std::vector<char> is_rare_{};
};

}  // namespace example
