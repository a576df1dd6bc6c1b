// Initial values of language models, as transformers draws them.
#pragma once

#include <cmath>
#include <string>

#include "genotype/network/model.hpp"
#include "genotype/network/residual.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// Calls visit(projection, offset) for each Residual's last matrix, from which its branch is added to its input.
template <Layer Net, class Visit>
void for_each_residual_projection(Visit& visit, long offset) {
    if constexpr (requires { typename Net::Branch; }) {
        Parameter last{};
        long place = 0;
        for_each_tensor<typename Net::Branch, detail::Owned::parameters>(
            [&](const std::string&, const Parameter& tensor, long at) {
                if (tensor.dims.rank < 2) return;
                last = tensor;
                place = at;
            },
            "", offset);
        visit(last, place);
    } else if constexpr (Combinator<Net>) {
        Net::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName) {
            for_each_residual_projection<Child>(visit, offset);
            offset += parameter_floats<Child>();
        });
    }
}

/// Matrices from N(0, deviation^2), biases 0, and what norms multiply by 1.
template <Layer Net, class Device>
void draw_text_values(ModelWeights<Net, Device>& model, Seed seed, float deviation) {
    RandomState random{.seed = seed.value, .stream = streams::initial_values};
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string&, const Parameter& tensor, long offset) {
        float* const to = model.parameters.data() + offset;
        const bool is_matrix = tensor.dims.rank >= 2;
        const float constant = tensor.initial.kind == Initial::constant ? tensor.initial.value : 0;
        if (is_matrix) {
            fill_normal(model.runs_on(), tensor.count(), random.take(tensor.count()), to);
            update(model.runs_on(), tensor.count(), Widen{deviation}, to);
        } else {
            update(model.runs_on(), tensor.count(), Fill{constant}, to);
        }
    });
}

}  // namespace detail

/// Draws a language model's values anew: matrices and embeddings from N(0, 0.02^2), those from which a residual branch
/// is added divided by the root of the number of branches, biases 0, norms' weights 1. transformers: GPT2's
/// `_init_weights` with `initializer_range` 0.02 (the distribution, not the numbers).
template <Layer Net, class Device>
void initialize_gpt2(ModelWeights<Net, Device>& model, Seed seed) {
    detail::draw_text_values(model, seed, 0.02f);
    int residuals = 0;
    const auto count = [&](const Parameter&, long) { ++residuals; };
    detail::for_each_residual_projection<Net>(count, 0);
    const float factor = 1 / std::sqrt(static_cast<float>(residuals));
    const auto shorten = [&](const Parameter& projection, long offset) {
        update(model.runs_on(), projection.count(), detail::Widen{factor}, model.parameters.data() + offset);
    };
    detail::for_each_residual_projection<Net>(shorten, 0);
    model.template prepare<PackedAfter::drawn>();
}

/// The same with all matrices from N(0, 0.02^2). transformers: Llama's `_init_weights`.
template <Layer Net, class Device>
void initialize_llama(ModelWeights<Net, Device>& model, Seed seed) {
    detail::draw_text_values(model, seed, 0.02f);
    model.template prepare<PackedAfter::drawn>();
}

}  // namespace genotype::inline v0_1
