// The memory of a network's tangents and of their backward, planned from its type; and the runs themselves.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>

#include "genotype/kernels/attention_tangent.hpp"
#include "genotype/kernels/gate_tangent.hpp"
#include "genotype/kernels/modulation_tangent.hpp"
#include "genotype/kernels/norm_tangent.hpp"
#include "genotype/kernels/pool_tangent.hpp"
#include "genotype/kernels/sinusoid_tangent.hpp"
#include "genotype/network/inputs.hpp"
#include "genotype/network/output_shape.hpp"
#include "genotype/network/tangent_joins.hpp"
#include "genotype/network/workspace.hpp"

namespace genotype::inline v0_1 {

namespace detail {

/// The sentence about a layer without a tangent.
template <class Where, class L, class Reason, class Hint>
consteval auto no_tangent_sentence(std::type_identity<why::because<Reason, Hint>>) {
    return why::layer_has_no_tangent_because<Where, why::layer<L>, Reason, Hint>{};
}
template <class Where, class L>
consteval auto no_tangent_verdict() {
    if constexpr (requires { typename L::no_tangent; })
        return no_tangent_sentence<Where, L>(std::type_identity<typename L::no_tangent>{});
    else
        return why::layer_has_no_tangent<Where, why::layer<L>>{};
}
/// Values of the largest further input.
template <class Memory, class... N>
constexpr long most_given_values(std::type_identity<InputsIn<Memory, N...>>) {
    long most = 0;
    ((most = std::max(most, N::shape::count)), ...);
    return most;
}
template <class Net, class Device>
consteval auto tangent_verdict() {
    constexpr ShapeFault fault = TangentRun<Net>::template fault<Device>();
    if constexpr (fault)
        return no_tangent_verdict<typename decltype(place<fault>())::type,
                                  typename decltype(descend<fault, Net>())::type>();
    else
        return why::no_fault<Net>{};
}

}  // namespace detail

/// What a run of `Net` with its tangent, and the backward of both, need: one allocation for up to `capacity` samples,
/// none afterwards. The derivative of the output along a direction v is the tangent; the backward of the tangent gives
/// the gradients of functions of it, such as a gradient penalty, without a second backward through the first one:
///
///     TangentWorkspace<Critic, Image> run(64);
///     const auto [y, along] = run.tangent(model, x, v);         // D(x) and <dD/dx, v>, each sample's
///     run.backward(model, {}, weights, {.gradients = gradients});  // of the sum of weights * <dD/dx, v>
///
/// A layer without a tangent is refused in a sentence. PyTorch: torch.func.jvp, and backward through it.
/// Memory, in floats a sample: for each value between two layers its tangent beside it, twice what `Workspace` keeps
/// and without sharing, and two pairs of gradients of the largest; see `floats`.
template <Layer Net, ShapeType In, class Device = Cpu>
class TangentWorkspace {
  public:
    using Fitting = typename decltype(detail::output_verdict<Net, In>())::model;
    using Differentiable = typename decltype(detail::tangent_verdict<Net, Device>())::model;
    using Out = typename detail::OutputOr<Net, In>::type;
    using InView = ViewOn<In, Device>;
    static constexpr LayerMemory plan = detail::TangentRun<Net>::template memory<Device>(In::dims);

    /// Floats in all for `capacity` samples.
    static constexpr long floats(long capacity) {
        return (plan.saved + plan.forward_scratch + ends).floats(capacity) + zero_floats * capacity;
    }

    /// Memory for up to `capacity` samples. Throws `Error` where `capacity` is below 1.
    explicit TangentWorkspace(int capacity, const Device& device = {}) : device_(device), capacity_(capacity) {
        if (capacity < 1) fail("TangentWorkspace", "capacity", capacity, "1 or more samples");
        arena_ = Arena<Device>(floats(capacity));
    }

    int capacity() const { return capacity_; }
    const Device& runs_on() const { return device_; }

    /// What comes out, and its derivative along the direction.
    struct Result {
        ViewOn<Out, Device> y, tangent;
    };

    /// Runs forward in training's mode, and the tangent at `x` along `direction`. Both live in this workspace until the
    /// next run; the memory of `x` and `direction` is read again by backward. Throws `Error` where the batch is empty,
    /// above the capacity, or another than the direction's.
    template <class Model>
    Result tangent(Model& model, InView x, InView direction, RandomState* random = nullptr) {
        if constexpr (InputsOf<Net, Device>::count > 0)
            static_cast<void>(
                typename why::value_of_a_name_was_not_given<typename InputsOf<Net, Device>::first>::model{});
        return start(model, x, direction, random);
    }

    /// The same of a network with further inputs, which the direction leaves as they are. Their memory is read again
    /// by backward.
    template <class Model>
    requires(InputsOf<Net, Device>::count > 0) Result
        tangent(Model& model, InView x, InView direction, const InputsOf<Net, Device>& inputs,
                RandomState* random = nullptr) {
        inputs.check(x.batch, Device::on_host);
        given_ = inputs.values();
        return start(model, x, direction, random);
    }

    /// What a backward run is asked for: null is nothing.
    using First = Workspace<Net, In, Training, Device>;
    struct Wanted {
        typename First::InputGradient input_gradient{};      // by x
        typename First::InputGradient direction_gradient{};  // by the direction
        typename First::ParameterGradients gradients{};
        bool accumulate = false;
    };

    /// Runs backward through the last run of `tangent`: of a function of y and of the tangent with these gradients, it
    /// gives those by x, by the direction and by the parameters. A view without memory stands for zeros. Throws `Error`
    /// where a batch is another than that run's, or the gradients are not as many as the model's parameters.
    template <class Model>
    void backward(const Model& model, ViewOn<Out, Device> output_gradient, ViewOn<Out, Device> tangent_gradient,
                  const Wanted& wanted) {
        check(output_gradient, "the output's gradient");
        check(tangent_gradient, "the tangent's gradient");
        check(wanted.input_gradient, "the input's gradient");
        check(wanted.direction_gradient, "the direction's gradient");
        if (wanted.gradients.data && wanted.gradients.floats != parameter_floats<Net>())
            fail("TangentWorkspace", "floats of the gradients", wanted.gradients.floats,
                 detail::concat(parameter_floats<Net>(), ", those of the model's parameters"));
        const Lists lists = linked();
        const MemoryRegion at_ends = region(0, ends);
        const detail::TangentPair result(at_ends, {}, Out::count);
        const auto given_or_zeros = [&](ViewOn<Out, Device> gradient, float* zeros) -> const float* {
            if (gradient.data) return gradient.data;
            Device::clear(zeros, batch_ * Out::count);
            return zeros;
        };
        const detail::TangentPair own(at_ends, detail::TangentPair::extent(Out::count), Out::count);
        const float* const dy = given_or_zeros(output_gradient, own.value);
        const float* const dty = given_or_zeros(tangent_gradient, own.tangent);
        const Backward run{.batch = batch_,
                           .in = In::dims,
                           .out = Out::dims,
                           .x = x_,
                           .y = result.value,
                           .dy = dy,
                           .dx = wanted.input_gradient.data,
                           .parameters = model.parameters.data(),
                           .gradients = wanted.gradients.data,
                           .packed = model.packed.data(),
                           .accumulate = wanted.accumulate,
                           .saved = saved(),
                           .scratch = scratch(),
                           .values = lists.values};
        detail::TangentRun<Net>::template backward<In::dims>(
            device_,
            TangentBackward{run, direction_, result.tangent, dty, wanted.direction_gradient.data, {}, lists.tangents});
    }

  private:
    static constexpr std::size_t input_count = InputsOf<Net, Device>::count;
    /// The output and its tangent, and gradients by both where none are given.
    static constexpr MemoryExtent ends = 2 * detail::TangentPair::extent(Out::count);
    static constexpr long zero_floats = aligned(detail::most_given_values(std::type_identity<InputsOf<Net, Device>>{}));

    struct Lists {
        const NamedValue *values, *tangents;
    };

    /// The batch as one text, the further inputs, and their tangents, which are zero; linked anew, since a workspace
    /// may move.
    Lists linked() {
        text_ = {.count = batch_};
        texts_ = {.list = Device::on_host ? &text_ : nullptr, .count = 1, .context = batch_};
        of_text_ = SequencesValue(&texts_);
        if constexpr (input_count > 0) {
            float* const zeros = arena_.data() + (plan.saved + plan.forward_scratch + ends).floats(capacity_);
            for (std::size_t at = 0; at < input_count; ++at) {
                given_[at].outer = at > 0 ? &given_[at - 1] : &of_text_;
                tangents_[at] = {given_[at].name, zeros, nullptr, at > 0 ? &tangents_[at - 1] : nullptr};
            }
            return {&given_.back(), &tangents_.back()};
        }
        return {&of_text_, nullptr};
    }

    template <class Model>
    Result start(Model& model, InView x, InView direction, RandomState* random) {
        if (x.batch < 1 || x.batch > capacity_)
            fail("TangentWorkspace", "batch", x.batch, detail::concat("1 to its capacity of ", capacity_));
        if (direction.batch != x.batch)
            fail("TangentWorkspace", "batch of the direction", direction.batch,
                 detail::concat(x.batch, ", the input's"));
        batch_ = x.batch;
        x_ = x.data;
        direction_ = direction.data;
        const Lists lists = linked();
        const detail::TangentPair result(region(0, ends), {}, Out::count);
        const Forward<Training> run{.batch = batch_,
                                    .in = In::dims,
                                    .out = Out::dims,
                                    .x = x_,
                                    .y = result.value,
                                    .parameters = model.parameters.data(),
                                    .buffers = model.buffers.data(),
                                    .packed = model.packed.data(),
                                    .saved = saved(),
                                    .scratch = scratch(),
                                    .random = random,
                                    .values = lists.values};
        detail::TangentRun<Net>::template forward<In::dims>(
            device_, Tangent{run, direction_, result.tangent, {}, lists.tangents});
        return {{result.value, batch_}, {result.tangent, batch_}};
    }

    /// A batch of gradients that is there is of as many samples as the run.
    template <class Batch>
    void check(const Batch& batch, const char* what) const {
        if (batch_ == 0) fail("TangentWorkspace", "runs of `tangent`", 0, "one before backward");
        if (batch.data && batch.batch != batch_)
            fail("TangentWorkspace", detail::concat("batch of ", what), batch.batch, batch_);
    }

    MemoryRegion region(long first, MemoryExtent size) {
        float* const base = arena_.data() + first;
        return {base, base + size.per_sample * capacity_, capacity_};
    }
    MemoryRegion saved() { return region(ends.floats(capacity_), plan.saved); }
    MemoryRegion scratch() { return region((ends + plan.saved).floats(capacity_), plan.forward_scratch); }

    [[no_unique_address]] Device device_;
    std::array<NamedValue, input_count> given_{}, tangents_{};
    kernels::SequenceRows text_{};
    kernels::Sequences texts_{};
    SequencesValue of_text_{};
    Arena<Device> arena_;
    const float *x_ = nullptr, *direction_ = nullptr;
    int capacity_ = 0, batch_ = 0;
};

}  // namespace genotype::inline v0_1
