// A test that norms of single samples' gradients should pass, see testing.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "genotype/model/model.hpp"
#include "genotype/model/sample_norms.hpp"

namespace genotype {

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

}  // namespace detail

/// Holds `Workspace::squared_norms` of a batch x against the gradients of its samples: of each where the others' output
/// gradients are 0, and in a batch of one, save where a layer draws random numbers, which are others there.
///
///     CHECK(check_sample_norms<Net, Shape<8>>().passed);
template <Layer Net, ShapeType In, class Device = Cpu>
SampleNormsCheck check_sample_norms(const Tensor<In>& x, const SampleNormsCheckOptions& options = {},
                                    const Device& device = {}) {
    using On = SampleNorms<Device>;
    using Out = OutputShape<Net, In>;
    const On on{device};
    const int batch = x.batch();
    const auto count = static_cast<std::size_t>(parameter_floats<Net>());
    Model<Net, Device> model(Seed{options.seed}, device);
    // Initial values such as a norm's 1 and 0 would hide mistakes.
    std::vector<float> noise(count), gradients(count), norms(static_cast<std::size_t>(batch));
    if (count > 0) fill_normal(device, static_cast<long>(count), RandomState{.seed = options.seed}, noise.data());
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string&, const Parameter& tensor, long offset) {
        for (long i = offset; i < offset + tensor.count(); ++i)
            model.parameters.data()[i] += 0.2f * noise[static_cast<std::size_t>(i)];
    });
    model.prepare();
    Tensor<Out> dy(batch);
    fill_normal(device, dy.size(), RandomState{.seed = options.seed, .stream = streams::noise}, dy.data());

    SampleNormsCheck check;
    const auto compare = [&](int sample, const char* where) {
        const double expected = detail::squared_norm<Net>(gradients);
        const double found = static_cast<double>(norms[static_cast<std::size_t>(sample)]);
        const double error = std::abs(found - expected) / std::max(expected, 1e-6);
        ++check.compared;
        if (error <= options.tolerance)
            check.largest_error = std::max(check.largest_error, error);
        else if (check.passed)
            check = {false,
                     "sample " + std::to_string(sample) + ": the squared norm is " + std::to_string(found) +
                         ", and of its gradient " + where + " " + std::to_string(expected),
                     check.largest_error, check.compared};
    };
    Workspace<Net, In, Training, On> run(batch + 1, on), alone(1, on);
    const RandomState before{.seed = options.seed, .stream = streams::layers};
    RandomState random = before;
    std::fill(norms.begin(), norms.end(), std::numeric_limits<float>::quiet_NaN());
    run.forward(model, x, &random);
    run.squared_norms(model, x, dy, norms.data());
    const bool draws = random.position != before.position;
    for (int sample = 0; sample < batch; ++sample) {
        Tensor<Out> of_one(batch), only(1);
        std::copy_n(dy.data() + sample * Out::count, Out::count, of_one.data() + sample * Out::count);
        std::copy_n(dy.data() + sample * Out::count, Out::count, only.data());
        random = before;
        run.forward(model, x, &random);
        run.backward(model, x, of_one, {.gradients = gradients});
        compare(sample, "among others");
        if (draws) continue;
        Tensor<In> single(1);
        std::copy_n(x.data() + sample * In::count, In::count, single.data());
        alone.forward(model, single, &random);
        alone.backward(model, single, only, {.gradients = gradients});
        compare(sample, "alone");
    }
    return check;
}

/// The same with samples of normal values.
template <Layer Net, ShapeType In, class Device = Cpu>
SampleNormsCheck check_sample_norms(const SampleNormsCheckOptions& options = {}, const Device& device = {}) {
    Tensor<In> x(options.batch);
    fill_normal(device, x.size(), RandomState{.seed = options.seed + 1, .stream = streams::noise}, x.data());
    return check_sample_norms<Net, In, Device>(x, options, device);
}

}  // namespace genotype
