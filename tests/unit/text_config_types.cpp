// The sizes of text models as template values: the forms in which models and trainings take them.
#include <doctest/doctest.h>

#include <concepts>
#include <type_traits>

#include "genotype/layers/linear.hpp"
#include "genotype/models/gpt2_config.hpp"
#include "genotype/models/llama_config.hpp"
#include "genotype/network/repeat.hpp"
#include "genotype/network/residual.hpp"

using namespace genotype;

namespace {

template <LlamaConfig config>
struct LlamaParts {
    using Block = Residual<Linear<config.width, config.hidden, NoBias>, Linear<config.hidden, config.width, NoBias>>;
    using type = Sequential<Repeat<config.layers, Block>>;
};
template <LlamaConfig config>
using Parts = typename LlamaParts<config>::type;

// The same by a function, as the combinators' own aliases do, and an alias of an alias.
template <LlamaConfig config>
consteval auto parts() {
    return std::type_identity<Parts<config>>{};
}
template <LlamaConfig config>
using ByFunction = typename decltype(parts<config>())::type;
template <LlamaConfig config>
using Twice = Sequential<Parts<config>, ByFunction<config>>;

constexpr LlamaConfig deeper(LlamaConfig config) {
    config.layers *= 2;
    return config;
}
template <LlamaConfig config>
long dependent_count() {
    return parameter_count<Twice<config>> + parameter_count<Parts<deeper(config)>>;
}

template <GPT2Config config>
struct GPT2Parts {
    using type = Linear<config.width, config.hidden>;
};
template <GPT2Config config>
using Feed = typename GPT2Parts<config>::type;

}  // namespace

TEST_CASE("a model's sizes are a template argument, by name or written out") {
    using Written = Parts<LlamaConfig{.vocabulary = 49152,
                                      .width = 576,
                                      .layers = 30,
                                      .heads = 9,
                                      .key_value_heads = 3,
                                      .hidden = 1536,
                                      .context = 8192,
                                      .rope_theta = 100'000,
                                      .tied = true}>;
    static_assert(std::same_as<Written, Parts<smollm2_135m>>);
    static_assert(std::same_as<ByFunction<smollm2_135m>, Parts<smollm2_135m>>);
    static_assert(parameter_count<Written> == 30L * 2 * 576 * 1536);
    CHECK(dependent_count<smollm2_135m>() == 4 * parameter_count<Written>);
    static_assert(std::same_as<Feed<gpt2_small>, Linear<768, 3072>>);
    static_assert(std::same_as<Feed<GPT2Config{.width = 8, .hidden = 5}>, Linear<8, 5>>);
}

TEST_CASE("what is not said follows from what is") {
    static_assert(LlamaConfig{.width = 64, .heads = 4}.key_value_heads == 4);
    static_assert(LlamaConfig{.width = 64, .heads = 4}.head_width == 16);
    static_assert(GPT2Config{.width = 64}.hidden == 256);
    static_assert(smollm2_1_7b.key_value_heads == 32 && smollm2_360m.head_width == 64);
    static_assert(gpt2_xl.hidden == 6400 && gpt2_xl.width % gpt2_xl.heads == 0);
}
