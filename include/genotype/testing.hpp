// Tests that a layer of one's own should pass.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "genotype/network/check_sample_norms.hpp"
#include "genotype/network/model.hpp"

namespace genotype::inline v0_1 {

/// What `check_gradients` found. `passed`, or `fault` says where backward and forward disagree.
struct GradientCheck {
    bool passed = true;
    std::string fault;
    double largest_error = 0;  // relative to the largest gradient of its tensor
    long compared = 0, at_kinks = 0;
};

/// How `check_gradients` looks; the defaults are right for layers with values around 1.
struct GradientCheckOptions {
    int batch = 3;
    std::uint64_t seed = 1;
    double step = 1e-2;        // of the central difference
    double tolerance = 1e-2;   // of a gradient, relative to the largest of its tensor
    double most_kinks = 0.25;  // share of values that may lie at a kink, where no difference is a gradient
    float spread = 1;          // standard deviation of the inputs
};

namespace detail {

/// A layer with memory of its own, every buffer filled with NaN before every run, so that what is read without having
/// been written shows.
template <Layer L, ShapeType In, class Device>
class GradientRig {
  public:
    using Out = OutputShape<L, In>;
    static constexpr LayerMemory plan = memory_of<L, Device, Training>(In::dims);

    GradientRig(const GradientCheckOptions& options, const Device& runs_on)
        : device(runs_on),
          batch(options.batch),
          weights(Seed{options.seed}, runs_on),
          x(batch * In::count),
          y(batch * Out::count),
          cotangent(batch * Out::count),
          dx(batch * In::count),
          gradients(parameter_floats<L>()),
          saved_memory(aligned(plan.saved).floats(batch)),
          scratch_memory(aligned(larger(plan.forward_scratch, plan.backward_scratch)).floats(batch)) {
        RandomState random{.seed = options.seed, .stream = streams::noise};
        fill_normal(device, x.size(), random.take(x.size()), x.data());
        for (long i = 0; i < x.size(); ++i) x.data()[i] *= options.spread;
        fill_normal(device, cotangent.size(), random.take(cotangent.size()), cotangent.data());
        // Initial values such as a norm's 1 and 0 would hide mistakes.
        Arena<Device> noise(gradients.size());
        if (noise.size() > 0) fill_normal(device, noise.size(), random.take(noise.size()), noise.data());
        for (long i = 0; i < noise.size(); ++i) weights.parameters.data()[i] += 0.2f * noise.data()[i];
        weights.prepare();
    }

    /// What layers that look at other rows read.
    const NamedValue* values() const { return &of_text; }

    /// The sum of all outputs, each times its cotangent.
    double forward() {
        poison(y);
        poison(saved_memory);
        poison(scratch_memory);
        RandomState random{.seed = 5, .stream = streams::layers};
        run_forward<L, In::dims>(device, Training{},
                                 Forward<Training>{.batch = batch,
                                                   .in = In::dims,
                                                   .out = Out::dims,
                                                   .x = x.data(),
                                                   .y = y.data(),
                                                   .parameters = weights.parameters.data(),
                                                   .buffers = weights.buffers.data(),
                                                   .packed = weights.packed.data(),
                                                   .saved = region(saved_memory, aligned(plan.saved)),
                                                   .scratch = scratch(),
                                                   .random = &random,
                                                   .values = &of_text});
        double sum = 0;
        for (long i = 0; i < y.size(); ++i) sum += static_cast<double>(y.data()[i]) * cotangent.data()[i];
        return sum;
    }

    void backward(float* input_gradient, float* parameter_gradients, bool accumulate) {
        poison(scratch_memory);
        run_backward<L, In::dims>(device, Backward{.batch = batch,
                                                   .in = In::dims,
                                                   .out = Out::dims,
                                                   .x = L::backward_reads_input ? x.data() : nullptr,
                                                   .y = L::backward_reads_output ? y.data() : nullptr,
                                                   .dy = cotangent.data(),
                                                   .dx = input_gradient,
                                                   .parameters = weights.parameters.data(),
                                                   .gradients = parameter_gradients,
                                                   .packed = weights.packed.data(),
                                                   .accumulate = accumulate,
                                                   .saved = region(saved_memory, aligned(plan.saved)),
                                                   .scratch = scratch(),
                                                   .values = &of_text});
    }

    static void poison(Arena<Device>& arena) {
        std::fill_n(arena.data(), arena.size(), std::numeric_limits<float>::quiet_NaN());
    }

    [[no_unique_address]] Device device;
    int batch;
    ModelWeights<L, Device> weights;
    Arena<Device> x, y, cotangent, dx, gradients;

  private:
    MemoryRegion region(Arena<Device>& arena, MemoryExtent size) {
        return {arena.data(), arena.data() + size.per_sample * batch, batch};
    }
    MemoryRegion scratch() {
        return region(scratch_memory, aligned(larger(plan.forward_scratch, plan.backward_scratch)));
    }

    // Two texts, or one of one token.
    std::array<kernels::SequenceRows, 2> texts{
        {{.row = 0, .count = (batch + 1) / 2}, {.row = (batch + 1) / 2, .count = batch / 2}}};
    kernels::Sequences sequences{texts.data(), batch > 1 ? 2 : 1, batch, false};
    SequencesValue of_text{&sequences};
    Arena<Device> saved_memory, scratch_memory;
};

/// The largest of some values, and of `least`.
inline double largest(const float* values, long count, double least) {
    for (long i = 0; i < count; ++i)
        if (std::isfinite(values[i])) least = std::max(least, std::abs(static_cast<double>(values[i])));
    return least;
}

/// A tensor's gradient may be 0 by its place, as that of a bias which a norm takes away again; what is there then is
/// rounding. So no tensor is held to a scale below this share of the largest gradient of all.
inline constexpr double least_share = 5e-3;
/// And this much of it is rounding, where two ways to one gradient are compared.
inline constexpr double rounding_share = 2e-6;

/// Compares one tensor's gradient with central differences of `forward` by its values. `most` is the largest gradient
/// by any tensor.
template <class Rig>
void compare_with_differences(Rig& rig, const std::string& name, float* values, const float* gradient, long count,
                              double most, const GradientCheckOptions& options, GradientCheck& check) {
    const double scale = largest(gradient, count, std::max(1e-3, least_share * most));
    rig.weights.prepare();
    const double here = rig.forward();
    for (long i = 0; i < count; ++i) {
        const float value = values[i];
        const auto at = [&](double offset) {
            values[i] = static_cast<float>(value + offset);
            rig.weights.prepare();
            const double sum = rig.forward();
            const double moved = static_cast<double>(values[i]) - value;
            values[i] = value;
            return std::pair{sum, moved};
        };
        double error = std::numeric_limits<double>::infinity();
        bool kink = false;
        for (double step : {options.step, options.step / 4, options.step * 4}) {
            const auto [above, up] = at(step);
            const auto [below, down] = at(-step);
            const double difference = (above - below) / (up - down);
            const double bend = std::abs((above - here) / up - (below - here) / down);
            const double now = std::abs(difference - gradient[i]) / scale;
            if (std::isfinite(now)) error = std::min(error, now);
            kink = kink || bend > 0.1 * scale;
            if (error <= options.tolerance) break;
        }
        ++check.compared;
        if (error <= options.tolerance) {
            check.largest_error = std::max(check.largest_error, error);
        } else if (kink && std::isfinite(gradient[i])) {
            ++check.at_kinks;
        } else if (check.passed) {
            check.passed = false;
            check.fault = name + "[" + std::to_string(i) + "]: backward gives " + std::to_string(gradient[i]) +
                          ", differences disagree by " + std::to_string(error) + " of the tensor's largest gradient";
        }
    }
    rig.weights.prepare();
}

inline bool same(const float* left, const float* right, long count, double factor, double tolerance,
                 double rounding = 0) {
    const double scale = largest(right, count, 1e-6);
    for (long i = 0; i < count; ++i)
        if (!(std::abs(left[i] - factor * right[i]) <= tolerance * factor * scale + rounding)) return false;
    return true;
}

}  // namespace detail

/// Holds a layer's backward against central differences of its forward, for the input and every parameter, with all
/// buffers filled with NaN beforehand; then checks that gradients accumulate when asked, and that leaving out either
/// kind of gradient changes nothing.
///
///     CHECK(check_gradients<Swish, Shape<8>>().passed);
template <Layer L, ShapeType In, class Device = Cpu>
GradientCheck check_gradients(const GradientCheckOptions& options = {}, const Device& device = {}) {
    using Rig = detail::GradientRig<L, In, Device>;
    Rig rig(options, device);
    GradientCheck check;
    const auto fault = [&](const std::string& text) {
        if (check.passed) check = {false, text, check.largest_error, check.compared, check.at_kinks};
    };
    rig.forward();
    Rig::poison(rig.dx);
    Rig::poison(rig.gradients);
    rig.backward(rig.dx.data(), rig.gradients.data(), false);
    const auto dx = rig.dx.clone();
    const auto gradients = rig.gradients.clone();

    const double most = detail::largest(gradients.data(), gradients.size(), detail::largest(dx.data(), dx.size(), 0));
    detail::compare_with_differences(rig, "input", rig.x.data(), dx.data(), dx.size(), most, options, check);
    for_each_tensor<L, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor, long offset) {
        detail::compare_with_differences(rig, name, rig.weights.parameters.data() + offset, gradients.data() + offset,
                                         tensor.count(), most, options, check);
    });
    if (static_cast<double>(check.at_kinks) > options.most_kinks * static_cast<double>(check.compared))
        fault("too many values lie at kinks: " + std::to_string(check.at_kinks) + " of " +
              std::to_string(check.compared));

    const auto tensors_agree = [&](double factor, double tolerance) {
        bool agree = true;
        for_each_tensor<L, detail::Owned::parameters>([&](const std::string&, const Parameter& tensor, long offset) {
            agree = agree && detail::same(rig.gradients.data() + offset, gradients.data() + offset, tensor.count(),
                                          factor, tolerance, tolerance > 0 ? detail::rounding_share * most : 0);
        });
        return agree;
    };
    rig.forward();
    rig.backward(rig.dx.data(), rig.gradients.data(), false);
    rig.backward(nullptr, rig.gradients.data(), true);
    if (!tensors_agree(2, 1e-5)) fault("a second backward with accumulate does not double the gradients");
    Rig::poison(rig.gradients);
    rig.backward(nullptr, rig.gradients.data(), false);
    if (!tensors_agree(1, 0)) fault("gradients of parameters change when the input's is not wanted");
    Rig::poison(rig.dx);
    rig.backward(rig.dx.data(), nullptr, false);
    if (!detail::same(rig.dx.data(), dx.data(), dx.size(), 1, 0))
        fault("the input's gradient changes when the parameters' are not wanted");
    return check;
}

}  // namespace genotype::inline v0_1
