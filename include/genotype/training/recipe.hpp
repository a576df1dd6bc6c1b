// What a training's step computes, as a type of its own.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>

#include "genotype/kernels/device.hpp"
#include "genotype/network/children.hpp"
#include "genotype/network/inputs.hpp"
#include "genotype/network/output_shape.hpp"
#include "genotype/shape/concat_text.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/training/recipe_options.hpp"

namespace genotype::inline v0_1 {

/// Networks that a recipe trains, or the parts that it runs one of them in.
template <Layer... N>
struct Nets {};

/// Shapes of samples, in an order.
template <ShapeType... S>
struct Shapes {};

/// What a training's step computes, and nothing else; `Trainer<R>` has all that trainers have.
///
///     template <Layer N>
///     struct Denoising {  // a network that takes noise away again
///         using Network = N;
///         using Sample = InputShape<N>;                  // of a batch, and what the network is given
///         struct Losses { float error; };                // floats alone
///         static constexpr long draws = Sample::count;   // from N(0, 1), a sample
///         template <class Step> static void step(Step& s) {
///             const View<Sample> clean = s.batch();
///             const auto noisy = s.compute(kernels::Add{}, s.template normal<Sample>(), clean);
///             s.template learn<MSE>(&Losses::error, s.run(noisy), clean);
///         }
///     };
///     Trainer<Denoising<Net>> trainer({.clip_norm = 1, .average = 0.999f, .accumulate = 2, .batch = 64});
///
/// The step is called for each micro-batch, and the network then learns. A recipe of several networks is called once,
/// and says itself who learns when:
///
///     using Networks = Nets<G, D>;            // what has weights and an optimiser
///     using Inputs = Shapes<Noise, Sample>;   // of each
///     static constexpr std::array prefixes{"generator.", "discriminator."};  // of the names in files
///     ...
///     s.template learn<1>([&] { ...; s.template backward<1>(dy); });  // for each micro-batch, then the update
///     s.template learn<0>([&] { ... });
///
/// See `RecipeStep` for what a step may say. What a recipe may say beside it:
///  - `classes`: a batch has labels, which it reads by `s.labels()`, and which networks that read one are given;
///  - `template <class Optimizer> using Options`: options of its own, with for_each_option; of several networks with
///    `static ... networks(options)`, an array of `NetworkOptions`, unless each is trained by `options.optimizer`;
///  - `Sums` and `losses(sums, samples)`: what micro-batches add up, where that is not what is reported;
///  - `Noise`, of `draws` values: a caller may give it, `trainer.step(batch, noise)`;
///  - `Target`, the shape of what is given beside the samples, which it reads by `s.targets()`;
///  - `turns(options, steps)`, of several networks: an array of whether each learns in the step after so many, which it
///    reads by `s.turns()`. A network's optimiser counts its turns, `steps()` those of the one with the most;
///  - `factor(options, steps)`: a float for the step after so many, which it reads by `s.factor()`; a GPU records steps
///    once it stays the same;
///  - `Scratch`: shapes of all that a step computes at once; without it the trainer's constructor calls the step, on a
///    sample of zeros and without running a network, to see what memory it asks for.
template <class R>
concept Recipe = ShapeType<typename R::Sample> && requires {
    typename R::Losses;
    { R::draws } -> std::convertible_to<long>;
} &&(requires { typename R::Networks; } || Layer<typename R::Network>);

namespace detail {

/// The recipe of a GAN, a VAE, and what else the library brings as a type: specialised beside each.
template <class Net>
struct RecipeOf;

/// One of the user's is its own.
template <class Net>
struct FindRecipe {
    using type = RecipeOf<Net>;
};
template <Recipe R>
struct FindRecipe<R> {
    using type = R;
};
template <class Net>
concept HasRecipe = Recipe<Net> || requires {
    typename RecipeOf<Net>::Losses;
};

/// Whether a recipe is one of the user's.
template <class R>
inline constexpr bool is_own = true;
template <class Net>
inline constexpr bool is_own<RecipeOf<Net>> = false;

template <class R>
consteval auto networks_of() {
    if constexpr (requires { typename R::Networks; })
        return typename R::Networks{};
    else
        return Nets<typename R::Network>{};
}
/// What is run: the networks, or the children of the one that there is.
template <class R>
consteval auto runs_of() {
    if constexpr (requires { typename R::Parts; })
        return typename R::Parts{};
    else
        return networks_of<R>();
}
template <class R>
consteval auto inputs_of_runs() {
    if constexpr (requires { typename R::Inputs; })
        return typename R::Inputs{};
    else
        return Shapes<typename R::Sample>{};
}
template <class R, class Optimizer>
consteval auto options_of() {
    if constexpr (requires { typename R::template Options<Optimizer>; })
        return std::type_identity<typename R::template Options<Optimizer>>{};
    else
        return std::type_identity<RecipeOptions<Optimizer>>{};
}
template <class R>
consteval auto sums_of() {
    if constexpr (requires { typename R::Sums; })
        return std::type_identity<typename R::Sums>{};
    else
        return std::type_identity<typename R::Losses>{};
}
template <class R>
consteval int classes_of() {
    if constexpr (requires { R::classes; })
        return R::classes;
    else
        return 0;
}

/// The begin of each network's names in files: "" where there is one.
template <class R>
consteval auto prefixes_of() {
    if constexpr (requires { R::prefixes; })
        return R::prefixes;
    else
        return std::array{""};
}
/// What several networks are together, in files.
template <class R>
consteval const char* joined_name_of() {
    if constexpr (requires { R::joins; })
        return R::joins;
    else
        return "Networks";
}

template <std::size_t i, class List>
struct ElementOf;
template <std::size_t i, class... N>
struct ElementOf<i, Nets<N...>> : std::tuple_element<i, std::tuple<N...>> {};
template <std::size_t i, class... S>
struct ElementOf<i, Shapes<S...>> : std::tuple_element<i, std::tuple<S...>> {};

template <Layer... N>
constexpr std::size_t count_of(Nets<N...>) {
    return sizeof...(N);
}
[[noreturn, gnu::cold]] inline void too_many_draws(long draws, long said) {
    fail("Recipe", "draws of a sample", draws, concat("the ", said, " that the recipe says"));
}

/// Where the parameters of part `i` begin among those of the network.
template <std::size_t i, class... N>
constexpr long parameters_before(Nets<N...>) {
    long floats = 0;
    int at = 0;  // of an unsigned number nvcc says that none is less than 0
    ((floats += at++ < static_cast<int>(i) ? parameter_floats<N>() : 0), ...);
    return floats;
}

/// A recipe's types and numbers, with what stands for those that it leaves out.
template <class R>
struct RecipeFacts {
    using Networks = decltype(networks_of<R>());
    using Runs = decltype(runs_of<R>());
    using Inputs = decltype(inputs_of_runs<R>());
    using Sums = typename decltype(sums_of<R>())::type;
    static constexpr bool has_parts = requires { typename R::Parts; };
    static constexpr bool has_texts = requires { typename R::template Texts<Cpu>; };
    static constexpr bool has_turns = requires { typename R::Networks; };  // its step says who learns when
    static constexpr bool takes_noise = requires { typename R::Noise; };
    static constexpr int classes = classes_of<R>();
    static constexpr bool has_targets = classes == 0 && requires { typename R::Target; };
    static constexpr bool is_looked_at = requires { R::domain; };  // its batches, for what its losses are defined for
    static constexpr int floats = static_cast<int>(sizeof(Sums) / sizeof(float));
    static_assert(std::is_trivially_copyable_v<Sums> && sizeof(Sums) % sizeof(float) == 0,
                  "a recipe's Losses are floats alone");
    static_assert(prefixes_of<R>().size() == count_of(Networks{}),
                  "a recipe of several networks says as many prefixes of names in files");
};

}  // namespace detail
}  // namespace genotype::inline v0_1
