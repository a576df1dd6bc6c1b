// A test that norms of single samples' gradients should pass, see testing.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "genotype/network/model.hpp"
#include "genotype/network/sample_norms.hpp"

namespace genotype::inline v0_1 {

/// What `check_sample_norms` found. `passed`, or `fault` names the sample whose norm is another.
struct SampleNormsCheck {
    bool passed = true;
    std::string fault;
    double largest_error = 0;  // of a squared norm, relative to it
    long compared = 0;
};

/// How `check_sample_norms` looks.
struct SampleNormsCheckOptions {
    int batch = 4;
    std::uint64_t seed = 1;
    double tolerance = 1e-4;  // of a squared norm, relative to it
};

namespace detail {

template <Layer Net>
double squared_norm(const std::vector<float>& gradients) {
    double sum = 0;
    for_each_tensor<Net, Owned::parameters>([&](const std::string&, const Parameter& tensor, long offset) {
        for (long i = offset; i < offset + tensor.count(); ++i)
            sum += std::pow(static_cast<double>(gradients[static_cast<std::size_t>(i)]), 2);
    });
    return sum;
}

/// One text after another, of so many tokens each.
inline std::vector<kernels::SequenceRows> texts_of_lengths(std::span<const int> lengths) {
    std::vector<kernels::SequenceRows> texts;
    int row = 0;
    for (const int length : lengths) {
        texts.push_back({.row = row, .count = length, .slot = static_cast<int>(texts.size())});
        row += length;
    }
    return texts;
}

/// Holds the norms of rows or, where `of_texts`, of texts.
template <Layer Net, ShapeType In, class Device, bool of_texts>
class SampleNormsRig {
    using On = SampleNorms<Device>;
    using Out = OutputShape<Net, In>;
    using Run = Workspace<Net, In, Training, On>;
    using Texts = std::span<const kernels::SequenceRows>;

  public:
    SampleNormsRig(const SampleNormsCheckOptions& chosen, const Device& device)
        : options(chosen),
          on{device},
          model(Seed{chosen.seed}, device),
          gradients(static_cast<std::size_t>(parameter_floats<Net>())) {
        // Initial values such as a norm's 1 and 0 would hide mistakes.
        std::vector<float> noise(gradients.size());
        if (!noise.empty())
            fill_normal(device, static_cast<long>(noise.size()), RandomState{.seed = options.seed}, noise.data());
        for_each_tensor<Net, Owned::parameters>([&](const std::string&, const Parameter& tensor, long offset) {
            for (long i = offset; i < offset + tensor.count(); ++i)
                model.parameters.data()[i] += 0.2f * noise[static_cast<std::size_t>(i)];
        });
        model.prepare();
    }

    /// Each of the list's ranges of rows is a sample.
    SampleNormsCheck check(const Tensor<In>& x, Texts samples) {
        Tensor<Out> dy(x.batch());
        fill_normal(on, dy.size(), RandomState{.seed = options.seed, .stream = streams::noise}, dy.data());
        std::vector<float> norms(samples.size(), std::numeric_limits<float>::quiet_NaN());
        Run run(x.batch() + 1, on);
        RandomState random = before();
        forward(run, x, samples, random);
        if constexpr (of_texts)
            run.squared_norms(model, x, dy, sequences(samples), norms.data());
        else
            run.squared_norms(model, x, dy, norms.data());
        const bool draws = random.position != before().position;
        for (std::size_t sample = 0; sample < samples.size(); ++sample) {
            const kernels::SequenceRows rows = samples[sample];
            Tensor<Out> of_one(x.batch());
            copy_rows(dy, rows.row, rows.count, of_one, rows.row);
            squares(run, x, of_one, samples);
            compare(sample, norms[sample], "among others");
            if (draws) continue;
            Tensor<In> single(rows.count);
            Tensor<Out> only(rows.count);
            copy_rows(x, rows.row, rows.count, single, 0);
            copy_rows(dy, rows.row, rows.count, only, 0);
            const kernels::SequenceRows whole{.count = rows.count};
            Run alone(rows.count, on);
            squares(alone, single, only, {&whole, 1});
            compare(sample, norms[sample], "alone");
        }
        return found;
    }

  private:
    RandomState before() const { return {.seed = options.seed, .stream = streams::layers}; }
    static kernels::Sequences sequences(Texts list) { return {list.data(), static_cast<int>(list.size()), 0, false}; }

    template <class S>
    static void copy_rows(const Tensor<S>& from, int row, int rows, Tensor<S>& to, int at) {
        std::copy_n(from.data() + row * S::count, rows * S::count, to.data() + at * S::count);
    }
    void forward(Run& run, const Tensor<In>& x, Texts samples, RandomState& random) {
        if constexpr (of_texts)
            run.forward(model, x, sequences(samples), {}, &random);
        else
            run.forward(model, x, &random);
    }
    void squares(Run& run, const Tensor<In>& x, const Tensor<Out>& dy, Texts samples) {
        RandomState random = before();
        forward(run, x, samples, random);
        const kernels::Sequences texts = sequences(samples);
        run.backward(model, x, dy, {.gradients = gradients, .sequences = of_texts ? &texts : nullptr});
    }
    void compare(std::size_t sample, float norm, const char* where) {
        const double expected = squared_norm<Net>(gradients), got = static_cast<double>(norm);
        const double error = std::abs(got - expected) / std::max(expected, 1e-6);
        ++found.compared;
        if (error <= options.tolerance)
            found.largest_error = std::max(found.largest_error, error);
        else if (found.passed)
            found = {false,
                     "sample " + std::to_string(sample) + ": the squared norm is " + std::to_string(got) +
                         ", and of its gradient " + where + " " + std::to_string(expected),
                     found.largest_error, found.compared};
    }

    SampleNormsCheckOptions options;
    On on;
    Model<Net, Device> model;
    std::vector<float> gradients;
    SampleNormsCheck found{};
};

}  // namespace detail

/// Holds `Workspace::squared_norms` of a batch x against the gradients of its samples: of each where the others' output
/// gradients are 0, and in a batch of one, save where a layer draws random numbers, which are others there.
///
///     CHECK(check_sample_norms<Net, Shape<8>>().passed);
template <Layer Net, ShapeType In, class Device = Cpu>
SampleNormsCheck check_sample_norms(const Tensor<In>& x, const SampleNormsCheckOptions& options = {},
                                    const Device& device = {}) {
    const std::vector<int> rows(static_cast<std::size_t>(x.batch()), 1);
    return detail::SampleNormsRig<Net, In, Device, false>(options, device).check(x, detail::texts_of_lengths(rows));
}

/// The same of texts, whose tokens are x one text after another, so many of each:
///
///     CHECK(check_sample_norms<Net, Shape<1>>(tokens, std::array{5, 9, 1}).passed);  // 15 tokens
///
/// Throws `Error` where those are not as many as x has.
template <Layer Net, ShapeType In, class Device = Cpu>
SampleNormsCheck check_sample_norms(const Tensor<In>& x, std::span<const int> lengths,
                                    const SampleNormsCheckOptions& options = {}, const Device& device = {}) {
    return detail::SampleNormsRig<Net, In, Device, true>(options, device).check(x, detail::texts_of_lengths(lengths));
}

/// The same with samples of normal values.
template <Layer Net, ShapeType In, class Device = Cpu>
SampleNormsCheck check_sample_norms(const SampleNormsCheckOptions& options = {}, const Device& device = {}) {
    Tensor<In> x(options.batch);
    fill_normal(device, x.size(), RandomState{.seed = options.seed + 1, .stream = streams::noise}, x.data());
    return check_sample_norms<Net, In, Device>(x, options, device);
}

}  // namespace genotype::inline v0_1
