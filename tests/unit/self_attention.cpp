// Self-attention as a model: what it is made of, and that a session changes no bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "genotype/genotype.hpp"
#include "support/devices.hpp"
#include "support/kernel_arrays.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;
using namespace kernel_test;

static_assert(
    std::same_as<SelfAttention<768, 12>, Sequential<Linear<768, 2304>, CausalAttention<12, 12, 64>, Linear<768, 768>>>);
static_assert(std::same_as<SelfAttention<576, 9, 3, Rope<100'000>, NoBias>,
                           Sequential<Linear<576, 960, NoBias>, Rotary<9, 3, 64, Rope<100'000>>,
                                      CausalAttention<9, 3, 64>, Linear<576, 576, NoBias>>>);
static_assert(std::same_as<SelfAttention<8, 2, 1, NoRotary, Bias, NoBias>,
                           Sequential<Linear<8, 16>, CausalAttention<2, 1, 4>, Linear<8, 8, NoBias>>>);
static_assert(std::same_as<SelfAttention<8, 2, 1, Rope<>, NoBias, NoBias, 6, Epsilon<1e-6f>>,
                           Sequential<Linear<8, 24, NoBias>, QueryKeyNorm<2, 1, 6>, Rotary<2, 1, 6>,
                                      CausalAttention<2, 1, 6>, Linear<12, 8, NoBias>>>);
static_assert(std::same_as<SelfAttention<8, 2, 1, NoRotary, Bias, Bias, 0, Epsilon<1e-5f>>,
                           Sequential<Linear<8, 16>, QueryKeyNorm<2, 1, 4, Epsilon<1e-5f>>, CausalAttention<2, 1, 4>,
                                      Linear<8, 8>>>);
static_assert(parameter_count<SelfAttention<768, 12>> == 768 * 2304 + 2304 + 768 * 768 + 768);

namespace {

using Net = Sequential<PositionalEmbedding<300, 64>,
                       Repeat<2, Residual<RMSNorm<64>, SelfAttention<64, 4, 2, Rope<>, NoBias>>,
                              Residual<SelfAttention<64, 4, 2, Rope<>, NoBias, NoBias, 20, Epsilon<1e-6f>>>,
                              Residual<LayerNorm<64>, Linear<64, 96>, Gated<SiLU>, Linear<48, 64>>>>;
constexpr int context = 300;

Array run(const Model<Net, TestedDevice>& model, detail::Session<Net, Shape<64>, TestedDevice>& session, const Array& x,
          const std::vector<kernels::SequenceRows>& list) {
    const int rows = static_cast<int>(x.size() / 64);
    Workspace<Net, Shape<64>, Inference, TestedDevice> memory(rows);
    const kernels::Sequences texts{list.data(), static_cast<int>(list.size()), context, false};
    const View<Shape<64>> y = memory.forward(model, {x.data(), rows}, texts, session.region());
    return {y.data, y.data + y.size()};
}

Array part(const Array& rows, int first, int count) {
    return {rows.begin() + first * 64, rows.begin() + (first + count) * 64};
}

}  // namespace

TEST_CASE("a text that is written token by token has the bits of one that is read at once, whatever is beside it") {
    const Model<Net, TestedDevice> model(Seed{3});
    detail::Session<Net, Shape<64>, TestedDevice> session(3, context);
    const Array x = random_array(context * 64, 1), other = random_array(context * 64, 2);
    const Array whole = run(model, session, x, {{.row = 0, .count = context, .slot = 1}});
    Tensor<Shape<64>> rows(context);
    std::copy(x.begin(), x.end(), rows.data());
    const Tensor<Shape<64>> without_session = model(rows);
    CHECK(same_bits(whole, {without_session.data(), without_session.data() + context * 64L}));

    Array pieces = run(model, session, part(x, 0, 250), {{.row = 0, .count = 250, .slot = 2}});
    for (int position = 250; position < context; ++position) {
        Array both = part(other, position - 250, 1);
        const Array token = part(x, position, 1);
        both.insert(both.end(), token.begin(), token.end());
        const Array y = run(model, session, both,
                            {{.row = 0, .count = 1, .position = position - 250, .slot = 0},
                             {.row = 1, .count = 1, .position = position, .slot = 2}});
        pieces.insert(pieces.end(), y.begin() + 64, y.end());
    }
    CHECK(same_bits(pieces, whole));
}

TEST_CASE("training sees what inference sees, and gradients of texts do not depend on their neighbours") {
    Model<Net, TestedDevice> model(Seed{3});
    Workspace<Net, Shape<64>, Training, TestedDevice> run_of_three(60);
    const Array x = random_array(60 * 64, 1), derivative = random_array(60 * 64, 2);
    const kernels::SequenceRows list[] = {{.row = 0, .count = 20}, {.row = 20, .count = 1}, {.row = 21, .count = 39}};
    const kernels::Sequences texts{list, 3, context, false};
    Array dx = unwritten(60 * 64);
    const View<Shape<64>> y = run_of_three.forward(model, {x.data(), 60}, texts);
    const Array together(y.data, y.data + y.size());
    run_of_three.backward(model, {x.data(), 60}, {derivative.data(), 60},
                          {.input_gradient = {dx.data(), 60}, .sequences = &texts});
    for (const kernels::SequenceRows& text : list) {
        Workspace<Net, Shape<64>, Training, TestedDevice> alone(text.count);
        const Array own = part(x, text.row, text.count);
        Array own_dx = unwritten(static_cast<long>(own.size()));
        const View<Shape<64>> z = alone.forward(model, {own.data(), text.count});
        alone.backward(model, {own.data(), text.count}, {derivative.data() + text.row * 64, text.count},
                       {.input_gradient = {own_dx.data(), text.count}});
        CHECK(same_bits({z.data, z.data + z.size()}, part(together, text.row, text.count)));
        CHECK(difference(own_dx, part(dx, text.row, text.count)) < 1e-6);
    }
}

TEST_CASE("issue 18.9: attention that is not causal refuses a text that goes on") {
    using Whole = Sequential<MultiheadAttention<8, 2>>;
    const Model<Whole, TestedDevice> model(Seed{3});
    Workspace<Whole, Shape<8>, Inference, TestedDevice> memory(4);
    const Array x = random_array(4 * 8, 1);
    std::vector<kernels::SequenceRows> list{{.row = 0, .count = 3}, {.row = 3, .count = 1, .position = 5}};
    const kernels::Sequences texts{list.data(), 2, context, false};
    CHECK(error_of([&] {
              memory.forward(model, {x.data(), 4}, texts);
          }) ==
          "MultiheadAttention: position of text 1: found 5, expected 0: whole texts, as every token sees all others "
          "(CausalAttention reads a text in pieces)");
    list[1].position = 0;
    const View<Shape<8>> y = memory.forward(model, {x.data(), 4}, texts);
    // A text of one token takes of itself alone, and other texts change nothing.
    const Array together{y.data, y.data + y.size()};
    Tensor<Shape<8>> first(3);
    std::copy_n(x.begin(), 3 * 8, first.data());
    const auto alone = model(first);
    CHECK(same_bits({alone.data(), alone.data() + alone.size()}, {together.begin(), together.begin() + 3 * 8}));
}
