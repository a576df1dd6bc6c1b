// How a config says what the angles of rotary positions are.
#pragma once

#include "genotype/layers/rope.hpp"

namespace genotype::inline v0_1 {

/// How the angles of rotary positions are changed for texts that are longer than those of the training.
/// transformers equivalent: `rope_type` "default", "linear" and "llama3".
enum class RopeScaling { none, linear, llama3 };

namespace detail {

template <auto config, RopeScaling = config.rope_scaling>
struct RopeScalingOf {
    using type = NoScaling;
};
template <auto c>
struct RopeScalingOf<c, RopeScaling::linear> {
    using type = LinearScaling<c.rope_factor>;
};
template <auto c>
struct RopeScalingOf<c, RopeScaling::llama3> {
    using type = Llama3Scaling<c.rope_factor, c.rope_low_freq_factor, c.rope_high_freq_factor, c.rope_original_context>;
};

/// Of a config with `rope_theta` and what its `rope_scaling` asks for.
template <auto config>
using RopeOf = Rope<config.rope_theta, typename RopeScalingOf<config>::type>;

}  // namespace detail
}  // namespace genotype::inline v0_1
