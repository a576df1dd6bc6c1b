// The training step of a network that learns given targets: a classifier, a regression.
#pragma once

#include "genotype/models/supervised.hpp"
#include "genotype/training/recipe_trainer.hpp"

namespace genotype::inline v0_1 {

/// Options of a supervised trainer.
template <class Optimizer>
using SupervisedOptions = RecipeOptions<Optimizer>;

/// What a classifier is worth on some samples.
struct ClassifierScore {
    float loss = 0;
    float accuracy = 0;  // share of the samples of which the class with the largest output is the label
};

namespace detail {

/// A network learns by the gradient of its loss, averaged over all values of the targets or over all labels.
/// PyTorch: the loop of its tutorials, `loss_fn(model(x), y).backward(); optimizer.step()`.
///
///     Trainer<Supervised<Net, CrossEntropy>> trainer({.batch = 64});
///     for (const auto& batch : loader) trainer.step(batch);                  // with its labels
///     Trainer<Supervised<Net, MSE>> regression({.batch = 64});
///     regression.step(x, y);
template <Layer N, class Loss, ShapeType I>
struct RecipeOf<combinators::Supervised<N, Loss, I>> {
    using Network = N;
    using Sample = I;
    using Target = typename combinators::Supervised<N, Loss, I>::Output;
    using Label = int;
    using Losses = float;
    struct Sums {
        float loss;
    };
    using Scratch = Shapes<Target>;  // the gradient
    static constexpr long draws = 0;
    static constexpr LossDomain domain = LossDomain::real, target_domain = detail::target_domain<Loss>();
    static constexpr bool has_labels = combinators::Supervised<N, Loss, I>::has_labels;
    static constexpr int classes = has_labels ? static_cast<int>(Target::count) : 0;

    template <class Step>
    static void step(Step& s) {
        const auto output = s.run(s.batch());
        s.template learn<Loss>(&Sums::loss, output, s.targets());
        if constexpr (has_labels && !Step::learns) s.count_right(output);
    }

    static float losses(const Sums& sums, int) { return sums.loss; }
    static auto score(float loss, long right, int samples) {
        if constexpr (has_labels)
            return ClassifierScore{loss, static_cast<float>(right) / static_cast<float>(samples)};
        else
            return loss;
    }
};

}  // namespace detail
}  // namespace genotype::inline v0_1
