// The second stage of examples/programs/vae.cpp: what learns to draw the latents or codes that a first stage gives to
// images. Its table and its checkpoints are in a folder of their own, OUT/second_stage.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <genotype/data/loader_position.hpp>
#include <genotype/data/shuffle.hpp>
#include <genotype/io/safetensors.hpp>
#include <genotype/shape/error.hpp>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sha256.hpp"
#include "training.hpp"

namespace example {

using namespace genotype;

struct StageOptions {
    int batch = 64;
    std::uint64_t seed = 0;
    /// What the first stage made of all images, in short: checkpoints of a second stage of another are no use.
    std::string first_stage{};

    template <class Visit>
    void for_each_option(Visit&& visit) const {
        visit("batch", batch);
        visit("seed", seed);
        visit("first_stage", first_stage);
    }
};

/// Of a first stage's latents or codes.
template <class Value>
std::string fingerprint(const std::vector<Value>& results) {
    std::vector<std::uint8_t> bytes(results.size() * sizeof(Value));
    std::memcpy(bytes.data(), results.data(), bytes.size());
    return sha256(std::move(bytes)).substr(0, 16);
}

/// Which images a second stage sees next: all of them once an epoch, each time in another order. What it learns of them
/// is for those to say that derive from this.
class StageLoader {
  public:
    int batches() const { return size() / options_.batch; }
    const StageOptions& options() const { return options_; }
    int size() const { return static_cast<int>(order_.size()); }
    LoaderPosition position() const { return position_; }
    void seek(LoaderPosition position) {
        if (position.epoch < 0 || position.batch < 0 || position.batch >= batches())
            fail("second stage", "batch", position.batch, genotype::detail::concat("0 to ", batches() - 1));
        position_ = position;
    }

  protected:
    StageLoader(int images, StageOptions options)
        : options_(std::move(options)), order_(static_cast<std::size_t>(images)) {
        std::iota(order_.begin(), order_.end(), 0);
    }

    /// How many batches came before the next.
    std::uint64_t number() const {
        return static_cast<std::uint64_t>(position_.epoch) * static_cast<std::uint64_t>(batches()) +
               static_cast<std::uint64_t>(position_.batch);
    }
    std::span<const int> next_images() {
        if (ordered_epoch_ != position_.epoch)
            shuffle(order_, options_.seed, static_cast<std::uint64_t>(ordered_epoch_ = position_.epoch));
        const auto batch = static_cast<std::size_t>(options_.batch), place = static_cast<std::size_t>(position_.batch);
        if (++position_.batch == batches()) position_ = {position_.epoch + 1, 0};
        return std::span(order_).subspan(place * batch, batch);
    }

  private:
    StageOptions options_;
    LoaderPosition position_{};
    std::vector<int> order_;
    long ordered_epoch_ = -1;
};

/// Where a second stage is, and whether it goes on.
class SecondStage {
  public:
    /// What it writes, in OUT.
    static inline const std::vector<std::string> files{"second_stage/training.csv", "second_stage/losses.png"};

    explicit SecondStage(const TrainingFlags& first) : flags_(first) {
        flags_.out /= "second_stage";
        flags_.resume_from.clear();
    }

    /// Whether --resume finds one here of a first stage with those results, which has ended then. `results` is called
    /// only where there is one.
    template <class Results>
    bool has_begun(const Results& results) const {
        const std::string found = first_stage();
        return !found.empty() && found == fingerprint(results());
    }

    /// Trains, and writes the table, checkpoints and a chart. The exit code; not 0 where it was stopped.
    template <class Trainer>
    int learn(Trainer& trainer, auto& loader, TrainingLength length, const std::string& title) {
        flags_.resume = first_stage() == loader.options().first_stage;
        std::filesystem::create_directories(flags_.out);
        Training training(flags_, trainer, loader, {"loss"}, length);
        while (training.goes_on())
            training.step([&](float loss) {
                char words[40];
                std::snprintf(words, sizeof words, "loss %.4f", static_cast<double>(loss));
                training.note({loss}, words);
            });
        if (!training.finish()) return training.exit_code();
        const History& history = training.history();
        const long last = (history.rows() - 1) / loader.batches() * loader.batches();
        double sum = 0;
        for (long step = last; step < history.rows(); ++step) sum += static_cast<double>(history.row(step)[0]);
        std::printf("second stage: %ld steps, %.1f s, loss of the last epoch %.4f\n", history.rows(),
                    training.seconds(), sum / static_cast<double>(history.rows() - last));
        training.draw_losses({"loss"}, title, "loss", 50);
        return 0;
    }

  private:
    /// Of which first stage the newest checkpoint here is; empty where there is none to resume with.
    std::string first_stage() const {
        const std::filesystem::path folder = flags_.out / "checkpoints";
        if (!flags_.resume || !std::filesystem::exists(folder)) return {};
        const LatestCheckpoint latest = Checkpoints(folder).latest();
        if (!latest.path) return {};
        const SafeTensors file(*latest.path);
        const std::string* const found =
            genotype::detail::find_text(file.metadata(), genotype::detail::key_of_option("loader.first_stage"));
        return found ? *found : "";
    }

    TrainingFlags flags_;
};

}  // namespace example
