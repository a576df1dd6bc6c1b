// What a user should see while a GAN trains: scores of what it draws, and a sentence when it goes wrong. Apart from the
// programs, because none of it depends on their models and it takes long to compile.
#pragma once

#include <genotype/images/images.hpp>
#include <memory>
#include <string>

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
        "learns "
        "little (a smaller --learning-rate, another --seed, or --recipe r3gan may help)";

  private:
    float undecided_;
    long steps_ = 0;
    bool told_ = false;
};

}  // namespace example
