// What a model remembers of texts: a text that is read in pieces, or among others, gives what it gives alone and whole.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "genotype/genotype.hpp"
#include "support/devices.hpp"

using namespace genotype;

namespace {

/// y = the sum of the text's rows so far.
template <int width>
struct RunningSum : LayerBase {
    using reads = Names<Sequences>;
    static constexpr Dims input = vector_dims(width);
    static constexpr Inferred output(Dims in) { return in; }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        return {.saved = {width, 0}, .forward_scratch = {}, .backward_scratch = {}};
    }

    template <class Device, class Mode>
    static void forward(Device, Mode, const Forward<Mode>& pass) {
        const kernels::Sequences& texts = sequences_of<RunningSum>(pass);
        for (int t = 0; t < texts.count; ++t) {
            const kernels::SequenceRows& text = texts.list[t];
            float* const slot =
                session_of<RunningSum>(pass).per_sample + static_cast<long>(text.slot) * texts.context * width;
            for (int i = 0; i < text.count; ++i)
                for (int c = 0; c < width; ++c) {
                    const long row = (text.row + i) * width + c, here = (text.position + i) * width + c;
                    const float before = text.position + i > 0 ? slot[here - width] : 0;
                    pass.y[row] = slot[here] = before + pass.x[row];
                }
        }
    }
};

// Widths that are no multiple of the alignment, and two blocks of memory in a block that repeats.
using Net = Sequential<RunningSum<3>, Repeat<2, Residual<RunningSum<3>>, Linear<3, 3>, RunningSum<3>>,
                       Residual<Linear<3, 5>, RunningSum<5>, Projection<Linear<3, 5>, RunningSum<5>>>>;
using In = Shape<3>;
constexpr int context = 7;

struct Run {
    Model<Net, TestedDevice> model{Seed{3}};
    Workspace<Net, In, Inference, TestedDevice> workspace{16};
    detail::Session<Net, In, TestedDevice> session{3, context};

    std::vector<float> operator()(const std::vector<float>& x, const std::vector<kernels::SequenceRows>& list) {
        const kernels::Sequences texts{list.data(), static_cast<int>(list.size()), context, false};
        const View<In> rows{x.data(), static_cast<int>(x.size() / 3)};
        const auto y = workspace.forward(model, rows, texts, session.region());
        return {y.data, y.data + y.size()};
    }
};

std::vector<float> rows_of(int count, float first) {
    std::vector<float> x;
    for (int i = 0; i < 3 * count; ++i) x.push_back(first + 0.25f * static_cast<float>(i * i % 11));
    return x;
}

std::vector<float> part(const std::vector<float>& x, int first, int count, int width) {
    return {x.begin() + first * width, x.begin() + (first + count) * width};
}

/// A product of one row may round differently from one of several.
bool close(const std::vector<float>& left, const std::vector<float>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](float l, float r) { return std::abs(l - r) <= 1e-5f * std::max(1.0f, std::abs(r)); });
}

}  // namespace

TEST_CASE("a text in pieces gives what it gives whole") {
    Run whole, pieces;
    const auto x = rows_of(context, 1);
    const auto expected = whole(x, {{.row = 0, .count = context, .position = 0, .slot = 1}});
    for (int first = 0, count = 1; first < context; first += count, ++count) {
        count = std::min(count, context - first);
        const auto y = pieces(part(x, first, count, 3), {{.row = 0, .count = count, .position = first, .slot = 2}});
        CHECK(close(y, part(expected, first, count, 5)));
    }
}

TEST_CASE("texts in one batch give what each gives alone") {
    Run alone, together;
    const auto a = rows_of(4, 1), b = rows_of(2, -3);
    auto both = a;
    both.insert(both.end(), b.begin(), b.end());
    const auto y =
        together(both, {{.row = 0, .count = 4, .position = 0, .slot = 2}, {.row = 4, .count = 2, .slot = 0}});
    CHECK(close(part(y, 0, 4, 5), alone(a, {{.row = 0, .count = 4}})));
    CHECK(close(part(y, 4, 2, 5), alone(b, {{.row = 0, .count = 2}})));
    const auto next = rows_of(1, 5);
    CHECK(close(together(next, {{.row = 0, .count = 1, .position = 2, .slot = 0}}),
                alone(next, {{.row = 0, .count = 1, .position = 2}})));
}

TEST_CASE("a copied slot goes on as the other would") {
    Run run;
    run(rows_of(3, 1), {{.row = 0, .count = 3, .position = 0, .slot = 0}});
    run(rows_of(5, 9), {{.row = 0, .count = 5, .position = 0, .slot = 2}});
    run.session.copy_slot(0, 2, 3);
    const auto next = rows_of(1, 5);
    const auto other = run(next, {{.row = 0, .count = 1, .position = 3, .slot = 2}});
    CHECK(other == run(next, {{.row = 0, .count = 1, .position = 3, .slot = 0}}));
}

TEST_CASE("a session of no slots or positions is an error") {
    CHECK_THROWS_AS((detail::Session<Net, In, TestedDevice>(0, 1)), Error);
    CHECK_THROWS_AS((detail::Session<Net, In, TestedDevice>(1, 0)), Error);
}
