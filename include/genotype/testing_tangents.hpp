// Tests that the tangents of a layer of one's own should pass; beside <genotype/testing.hpp>.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "genotype/tangents.hpp"
#include "genotype/testing.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// A layer and its tangent with memory of their own, filled with NaN before every run.
template <Layer L, ShapeType In, class Device>
class TangentRig {
  public:
    using First = GradientRig<L, In, Device>;
    using Out = typename First::Out;
    static constexpr LayerMemory plan = TangentRun<L>::template memory<Device>(In::dims);

    TangentRig(const GradientCheckOptions& options, const Device& runs_on)
        : first(options, runs_on),
          direction(first.x.size()),
          y(first.y.size()),
          ty(first.y.size()),
          dy(first.y.size()),
          dx(first.x.size()),
          dtx(first.x.size()),
          gradients(first.gradients.size()),
          saved_memory(plan.saved.floats(options.batch)),
          scratch_memory(plan.forward_scratch.floats(options.batch)) {
        RandomState random{.seed = options.seed + 1, .stream = streams::noise};
        fill_normal(first.device, direction.size(), random.take(direction.size()), direction.data());
        fill_normal(first.device, dy.size(), random.take(dy.size()), dy.data());
    }

    void forward() {
        for (Arena<Device>* memory : {&y, &ty, &saved_memory, &scratch_memory}) First::poison(*memory);
        RandomState random{.seed = 5, .stream = streams::layers};
        const Forward<Training> run{.batch = first.batch,
                                    .in = In::dims,
                                    .out = Out::dims,
                                    .x = first.x.data(),
                                    .y = y.data(),
                                    .parameters = first.weights.parameters.data(),
                                    .buffers = first.weights.buffers.data(),
                                    .packed = first.weights.packed.data(),
                                    .saved = region(saved_memory, plan.saved),
                                    .scratch = region(scratch_memory, plan.forward_scratch),
                                    .random = &random,
                                    .values = first.values()};
        TangentRun<L>::template forward<In::dims>(first.device, Tangent{run, direction.data(), ty.data(), {}});
    }

    /// With the gradients `by_y` and `by_ty` of some function.
    void backward(const float* by_y, const float* by_ty, float* to_x, float* to_direction, float* to_parameters,
                  bool accumulate) {
        First::poison(scratch_memory);
        const Backward run{.batch = first.batch,
                           .in = In::dims,
                           .out = Out::dims,
                           .x = first.x.data(),
                           .y = y.data(),
                           .dy = by_y,
                           .dx = to_x,
                           .parameters = first.weights.parameters.data(),
                           .gradients = to_parameters,
                           .packed = first.weights.packed.data(),
                           .accumulate = accumulate,
                           .saved = region(saved_memory, plan.saved),
                           .scratch = region(scratch_memory, plan.forward_scratch),
                           .values = first.values()};
        TangentRun<L>::template backward<In::dims>(
            first.device, TangentBackward{run, direction.data(), ty.data(), by_ty, to_direction, {}});
    }

    First first;  // forward and backward without tangents
    Arena<Device> direction, y, ty, dy, dx, dtx, gradients;

  private:
    MemoryRegion region(Arena<Device>& arena, MemoryExtent size) {
        return {arena.data(), arena.data() + size.per_sample * first.batch, first.batch};
    }
    Arena<Device> saved_memory, scratch_memory;
};

/// What the first-order passes give at x + h times the direction, for some steps h of both signs.
struct TangentDifferences {
    static constexpr int count = 3;
    double steps[count];
    std::vector<float> y[count], dx[count], gradients[count];  // differences over 2 h

    template <class Rig>
    TangentDifferences(Rig& rig, double step) : steps{step, step / 4, step / 16} {
        auto& first = rig.first;
        const std::vector<float> x(first.x.data(), first.x.data() + first.x.size());
        const auto at = [&](double h) {
            for (std::size_t i = 0; i < x.size(); ++i)
                first.x.data()[i] = static_cast<float>(x[i] + h * rig.direction.data()[i]);
            first.forward();
            first.backward(first.dx.data(), first.gradients.data(), false);
            std::copy(x.begin(), x.end(), first.x.data());
            std::vector<float> all;
            for (const auto* part : {&first.y, &first.dx, &first.gradients})
                all.insert(all.end(), part->data(), part->data() + part->size());
            return all;
        };
        for (int s = 0; s < count; ++s) {
            const std::vector<float> above = at(steps[s]), below = at(-steps[s]);
            std::vector<float> derivative(above.size());
            for (std::size_t i = 0; i < derivative.size(); ++i)
                derivative[i] = static_cast<float>((static_cast<double>(above[i]) - below[i]) / (2 * steps[s]));
            const auto first_dx = derivative.begin() + first.y.size(), first_gradient = first_dx + first.dx.size();
            y[s] = {derivative.begin(), first_dx};
            dx[s] = {first_dx, first_gradient};
            gradients[s] = {first_gradient, derivative.end()};
        }
    }
};

/// Compares values with differences; where those of several steps disagree lies a kink.
inline void compare_tangents(const std::string& name, const float* values, const std::vector<float> (&differences)[3],
                             long first, long count, const GradientCheckOptions& options, double least_scale,
                             GradientCheck& check) {
    const double scale = largest(values + first, count, least_scale);
    for (long i = first; i < first + count; ++i) {
        double error = std::numeric_limits<double>::infinity(), least = error, most = -error;
        for (const std::vector<float>& of_step : differences) {
            const double difference = static_cast<double>(of_step[static_cast<std::size_t>(i)]);
            const double now = std::abs(difference - static_cast<double>(values[i])) / scale;
            if (std::isfinite(now)) error = std::min(error, now);
            least = std::min(least, difference);
            most = std::max(most, difference);
        }
        ++check.compared;
        if (error <= options.tolerance) {
            check.largest_error = std::max(check.largest_error, error);
        } else if (most - least > 0.1 * scale && std::isfinite(values[i])) {
            ++check.at_kinks;
        } else if (check.passed) {
            check.passed = false;
            check.fault = name + "[" + std::to_string(i - first) + "]: the tangent gives " + std::to_string(values[i]) +
                          ", differences disagree by " + std::to_string(error) + " of the tensor's largest value";
        }
    }
}

}  // namespace detail

/// Holds a layer's tangent against central differences of its forward along a direction, and the tangent's backward,
/// for the input, the direction and every parameter, against central differences of its first-order gradients; all
/// buffers are filled with NaN beforehand. Then checks that gradients of y and of the tangent add up, that gradients
/// accumulate when asked, and that leaving out any of them changes nothing.
///
///     CHECK(check_tangents<Swish, Shape<8>>().passed);
template <Layer L, ShapeType In, class Device = Cpu>
GradientCheck check_tangents(const GradientCheckOptions& options = {}, const Device& device = {}) {
    static_cast<void>(sizeof(typename decltype(detail::tangent_verdict<L, Device>())::model));
    detail::TangentRig<L, In, Device> rig(options, device);
    auto& first = rig.first;
    GradientCheck check;
    const auto fault = [&](const std::string& text) {
        if (check.passed) check = {false, text, check.largest_error, check.compared, check.at_kinks};
    };
    const detail::TangentDifferences differences(rig, options.step);
    first.forward();
    first.backward(first.dx.data(), first.gradients.data(), false);
    const std::vector<float> zeros(static_cast<std::size_t>(rig.y.size()), 0.f);
    rig.forward();
    for (auto* memory : {&rig.dx, &rig.dtx, &rig.gradients}) first.poison(*memory);
    float *const dx = rig.dx.data(), *const dtx = rig.dtx.data(), *const gradients = rig.gradients.data();
    const float* const r = first.cotangent.data();
    rig.backward(zeros.data(), r, dx, dtx, gradients, false);

    const double most = detail::largest(gradients, rig.gradients.size(), detail::largest(dx, rig.dx.size(), 0));
    // Below, differences of float32 say little.
    const double scale = std::max(1e-2, detail::least_share * most);
    if (!detail::same(rig.y.data(), first.y.data(), rig.y.size(), 1, 1e-5)) fault("the tangent's run makes another y");
    if (!detail::same(dtx, first.dx.data(), rig.dx.size(), 1, 1e-4))
        fault("the gradient by the direction is not backward's by the input");
    detail::compare_tangents("tangent", rig.ty.data(), differences.y, 0, rig.ty.size(), options, scale, check);
    detail::compare_tangents("input", dx, differences.dx, 0, rig.dx.size(), options, scale, check);
    const auto for_each = [&](auto visit) {
        for_each_tensor<L, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor,
                                                          long offset) { visit(name, offset, tensor.count()); });
    };
    for_each([&](const std::string& name, long offset, long count) {
        detail::compare_tangents(name, gradients, differences.gradients, offset, count, options, scale, check);
    });
    if (static_cast<double>(check.at_kinks) > options.most_kinks * static_cast<double>(check.compared))
        fault("too many values lie at kinks: " + std::to_string(check.at_kinks) + " of " +
              std::to_string(check.compared));

    // Gradients of y beside those of the tangent: what backward gives is added.
    const auto second_dx = rig.dx.clone();
    const auto second = rig.gradients.clone();
    rig.backward(r, r, dx, dtx, gradients, false);
    for (long i = 0; i < rig.dx.size(); ++i) dx[i] -= first.dx.data()[i];
    if (!detail::same(dx, second_dx.data(), rig.dx.size(), 1, 1e-3))
        fault("the gradient by y does not reach the input");
    const auto agree = [&](const float* with, double factor, double tolerance) {
        bool all = true;
        for_each([&](const std::string&, long offset, long count) {
            all = all && detail::same(gradients + offset, with + offset, count, factor, tolerance,
                                      detail::rounding_share * most);
        });
        return all;
    };
    const auto sum = rig.gradients.clone();
    std::vector<float> expected(static_cast<std::size_t>(rig.gradients.size()));
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = first.gradients.data()[i] + second.data()[i];
    if (!agree(expected.data(), 1, 1e-3)) fault("gradients by y and by the tangent do not add up");
    rig.backward(r, r, nullptr, nullptr, gradients, true);
    if (!agree(sum.data(), 2, 1e-5)) fault("a second backward with accumulate does not double the gradients");
    first.poison(rig.dtx);
    rig.backward(r, r, nullptr, dtx, nullptr, false);
    if (!detail::same(dtx, first.dx.data(), rig.dx.size(), 1, 1e-4))
        fault("the direction's gradient changes when no other is wanted");
    return check;
}

}  // namespace genotype::inline v0_1
