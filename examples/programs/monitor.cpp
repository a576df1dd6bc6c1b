// Scores on the way: only this file of the programs reads the classifier and the metrics, beside score.cpp.
#include "monitor.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <genotype/io/csv.hpp>
#include <genotype/metrics.hpp>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include "feature_classifier.hpp"

namespace example {

// A distance, Wasserstein's, falls below 0, and says nothing of who has won.
static_assert([] {
    WonWatch distance(0), entropy(1.386f);
    bool is_told = false;
    for (int step = 0; step < 60; ++step)
        if (distance.note(-1) || entropy.note(0.001f) != (step == 49)) is_told = true;
    return !is_told;
}());

// At first a class may be rare, which is no fall; each fall is told once.
static_assert([] {
    using Shares = std::array<double, 3>;
    ModeWatch watch;
    const auto first = watch.note(10, 0.5, Shares{0.6, 0.39, 0.01}),
               better = watch.note(20, 0.6, Shares{0.5, 0.4, 0.1});
    const auto nearly = watch.note(30, 0.49, Shares{0.5, 0.48, 0.02}),
               fallen = watch.note(40, 0.47, Shares{0.99, 0.01, 0});
    const auto still = watch.note(50, 0.1, Shares{0.99, 0.01, 0}),
               recovered = watch.note(60, 0.6, Shares{0.3, 0.3, 0.4});
    const auto again = watch.note(70, 0.4, Shares{0.5, 0.01, 0.49});
    for (const auto& quiet : {first, better, nearly, still, recovered})
        if (quiet.recall || !quiet.classes.empty()) return false;
    return fallen.recall && fallen.best_recall == 0.6 && fallen.best_at == 20 &&
           fallen.classes == std::vector<std::size_t>{1, 2} && again.recall &&
           again.classes == std::vector<std::size_t>{1};
}());

struct Monitor::Scores {
    /// The classifier for images of one size, and what it says of the test images.
    template <class Image>
    struct Looks {
        ImageClassifier<Image> classifier;
        ClassifiedImages real;

        Looks(const std::string& data, const Dataset<Image>& test)
            : classifier(kept_classifier<Image>(data, place_of_classifier(data, Image::dims.height()))),
              real(classifier(test)) {}
    };

    std::variant<Looks<GreyImage>, Looks<ColourImage>> looks;
    std::vector<std::string> class_names;
    std::filesystem::path folder;
    bool resumes;
    std::optional<CsvFile> table;  // made at the first look: a resume that is refused leaves the old one
    ModeWatch modes{};

    static std::string in_digits(const char* form, double value) {
        char text[400];  // a form of some words, and at most 309 digits
        std::snprintf(text, sizeof text, form, value);
        return text;
    }

    /// Of a class, "Dress" or its number.
    std::string name(std::size_t at) const { return at < class_names.size() ? class_names[at] : std::to_string(at); }

    /// A resumed training's is beside those of before.
    void write(const std::vector<double>& line) {
        if (!table) {
            std::filesystem::path path = folder / "scores.csv";
            for (int part = 2; resumes && std::filesystem::exists(path); ++part)
                path = folder / ("scores_" + std::to_string(part) + ".csv");
            std::vector<std::string> columns{"seconds", "frechet", "precision", "recall"};
            for (int at = 0; at < scored_classes; ++at) columns.push_back("class_" + std::to_string(at));
            table.emplace(path, columns);
        }
        table->row(line);
    }

    std::string say(double frechet, const ManifoldScores& manifold, const std::vector<double>& shares, double seconds) {
        const double recall = manifold.recall;
        const auto rarest = static_cast<std::size_t>(std::ranges::min_element(shares) - shares.begin());
        std::string words = in_digits("after %.0f s of steps: ", seconds) +
                            in_digits("Frechet distance %.4g, ", frechet) +
                            in_digits("precision %.3f, ", manifold.precision) + in_digits("recall %.3f, ", recall) +
                            in_digits("rarest class %.1f %%", 100 * shares[rarest]) + " (" + name(rarest) + ")";
        const ModeWatch::Dropped dropped = modes.note(seconds, recall, shares);
        if (dropped.recall)
            words += in_digits("\nmodes are dropping: recall was %.3f ", dropped.best_recall) +
                     in_digits("after %.0f s", dropped.best_at) + in_digits(" and is %.3f", recall);
        for (const std::size_t at : dropped.classes)
            words += in_digits("\nmodes are dropping: %.1f %% of the samples", 100 * shares[at]) + " look like class " +
                     name(at);
        return words;
    }
};

Monitor::Monitor(const Flags& flags, int size, float every, int samples)
    : every_(static_cast<double>(every)), next_(every_), samples_(samples) {
    if (every <= 0) return;
    const auto scores = [&]<class Image>(std::type_identity<Image>) {
        const Dataset<Image> test = load_scored<Image>(flags.data, Split::test);
        return std::make_unique<Scores>(Scores{Scores::Looks<Image>(flags.data, test),
                                               {test.class_names().begin(), test.class_names().end()},
                                               flags.out,
                                               flags.resume,
                                               {}});
    };
    scores_ = size == 28 ? scores(std::type_identity<GreyImage>{}) : scores(std::type_identity<ColourImage>{});
}

Monitor::~Monitor() = default;

std::string Monitor::look(const genotype::ImageData& drawn, double seconds) {
    do next_ += every_;
    while (next_ <= seconds);
    return std::visit(
        [&]<class Image>(const Scores::Looks<Image>& looks) {
            const ClassifiedImages found = looks.classifier(scored<Image>(drawn));
            const double frechet = frechet_distance(looks.real.features, found.features);
            const ManifoldScores manifold = manifold_scores(looks.real.features, found.features);
            const std::vector<double> shares = class_shares(found.classes, scored_classes);
            std::vector<double> line{seconds, frechet, manifold.precision, manifold.recall};
            line.insert(line.end(), shares.begin(), shares.end());
            scores_->write(line);
            return scores_->say(frechet, manifold, shares, seconds);
        },
        scores_->looks);
}

}  // namespace example
