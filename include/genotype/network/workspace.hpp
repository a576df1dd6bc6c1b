// The memory of one run of a model, planned from its type; and the runs themselves.
#pragma once

#include "genotype/memory/tensor.hpp"
#include "genotype/memory/view.hpp"
#include "genotype/network/inference_memory.hpp"
#include "genotype/network/inputs.hpp"
#include "genotype/network/output_shape.hpp"
#include "genotype/network/run.hpp"
#include "genotype/network/weights.hpp"
#include "genotype/network/workspace_checks.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

namespace detail {

/// What a workspace has beside, on devices that can more: see network/sample_norms.hpp.
template <class Net, class In, class Mode, class Device>
struct MoreOfWorkspace {};

}  // namespace detail

/// What runs of `Net` on samples of shape `In` need: one allocation for up to `capacity` samples, none afterwards.
/// Inference needs one workspace a thread; the model itself is only read.
template <Layer Net, ShapeType In, class Mode = Inference, class Device = Cpu>
class Workspace : public detail::MoreOfWorkspace<Net, In, Mode, Device> {
  public:
    /// The one place that says what is wrong where the input does not fit.
    using Fitting = typename decltype(detail::output_verdict<Net, In>())::model;
    using Possible = typename decltype(detail::device_verdict<Net, Device>())::model;
    using Out = typename detail::OutputOr<Net, In>::type;
    using InView = ViewOn<In, Device>;
    using OutView = ViewOn<Out, Device>;  // also a gradient by what comes out
    static constexpr LayerMemory plan = memory_of<Net, Device, Mode>(In::dims);
    /// Both passes may use the same scratch: nothing in it outlives a pass.
    static constexpr MemoryExtent scratch_size = aligned(larger(plan.forward_scratch, plan.backward_scratch));
    /// What inference keeps is a session's, which has memory of its own, and is for layers that read sequences.
    using Remembering = typename decltype(detail::saved_verdict<Net, In::dims, Device, Mode, plan.saved>())::model;
    static constexpr MemoryExtent saved_size = std::same_as<Mode, Training> ? aligned(plan.saved) : MemoryExtent{};
    static constexpr MemoryExtent output_size = aligned(MemoryExtent{Out::count, 0});

    /// Floats in all for `capacity` samples.
    static constexpr long floats(long capacity) { return (saved_size + scratch_size + output_size).floats(capacity); }

    /// Memory for up to `capacity` samples, and the device that runs are on. Throws `Error` where `capacity` is
    /// below 1.
    explicit Workspace(int capacity, const Device& device = {}) : device_(device), capacity_(capacity) {
        if (capacity < 1) fail("Workspace", "capacity", capacity, "1 or more samples");
        arena_ = Arena<Device>(floats(capacity));
    }

    int capacity() const { return capacity_; }
    /// Where what comes out of runs lies.
    OutView output_of(int batch) { return {output(), batch}; }
    const Device& runs_on() const { return device_; }

    /// Throws `Error` where a run on `batch` samples would not fit.
    void check(int batch) const { detail::check_capacity(batch, capacity_); }

    /// Runs forward. The result lives in this workspace until the next run. Throws `Error` where the batch is empty or
    /// above the capacity; so does backward.
    template <class Model>
    OutView forward(Model& model, InView x, RandomState* random = nullptr) {
        expect_no_inputs();
        const kernels::SequenceRows text{.count = x.batch};
        return forward(model, x, one_text(text), {}, random);
    }

    /// The same of a network with further inputs: `run.forward(model, x, {given<time>(t), given<label>(l)})`. Their
    /// memory is read again by backward. Throws `Error` where one has another batch, or a label is none of its classes.
    template <class Model>
    requires(InputsOf<Net, Device>::count > 0) OutView
        forward(Model& model, InView x, const InputsOf<Net, Device>& inputs, RandomState* random = nullptr) {
        check(x.batch);
        inputs.check(x.batch, Device::on_host);
        given_ = inputs.values();
        const kernels::SequenceRows text{.count = x.batch};
        return start(model, x, one_text(text), {}, random);
    }

    /// The same where rows are tokens of several texts, of which `session` remembers the tokens before; without a
    /// session, all texts begin in this batch. See `Session`.
    template <class Model>
    OutView forward(Model& model, InView x, const kernels::Sequences& sequences, MemoryRegion session = {},
                    RandomState* random = nullptr) {
        expect_no_inputs();
        return start(model, x, sequences, session, random);
    }

    /// Says what is wrong with a batch of another shape, or in another memory than the device's.
    template <class Model, detail::WrongBatch<InView> Other, class... More>
    OutView forward(Model&, const Other&, const More&...) {
        return typename decltype(detail::batch_verdict<Other, InView>())::model{};
    }
    template <class Model, detail::WrongBatch<InView> Other>
    requires(InputsOf<Net, Device>::count > 0) OutView
        forward(Model& model, const Other& x, const InputsOf<Net, Device>&, RandomState* = nullptr) {
        return forward(model, x);
    }

    /// Runs forward in a training's memory, but as inference does: statistics are the running ones, nothing is dropped,
    /// and nothing of the model is written. A backward run needs another `forward` first. Where inference needs more
    /// memory than training, which is rare, the first call allocates it. PyTorch: model.eval(); model(x).
    template <class Model>
    OutView infer(const Model& model, InView x) requires std::same_as<Mode, Training> {
        expect_no_inputs();
        return start_inference(model, x);
    }
    /// The same of a network with further inputs.
    template <class Model>
    requires(InputsOf<Net>::count > 0 && std::same_as<Mode, Training>) OutView
        infer(const Model& model, InView x, const InputsOf<Net, Device>& inputs) {
        inputs.check(x.batch, Device::on_host);
        given_ = inputs.values();
        return start_inference(model, x);
    }

    /// Where the gradient by the input goes: a `Tensor<In>`, or an address with room for so many samples.
    struct InputGradient {
        float* data = nullptr;
        int batch = 0;

        InputGradient() = default;
        InputGradient(float* to, int samples) : data(to), batch(samples) {}
        InputGradient(Tensor<In>& to) requires(Device::on_host) : data(to.data()), batch(to.batch()) {}
    };

    /// Where the gradients of all parameters go: `Gradients<Net>`, or an address with room for so many floats.
    struct ParameterGradients {
        float* data = nullptr;
        long floats = 0;

        ParameterGradients() = default;
        ParameterGradients(float* to, long size) : data(to), floats(size) {}
        template <class Owner>
        requires requires(Owner& owner) {
            { owner.data() } -> std::same_as<float*>;
            owner.size();
        }
        ParameterGradients(Owner& owner) : data(owner.data()), floats(static_cast<long>(owner.size())) {
            using Its = typename detail::MemoryOfBatch<Owner>::type;
            if constexpr (!std::same_as<Its, MemoryOf<Device>>)
                static_cast<void>(typename why::gradients_are_in_another_memory<why::got<Its>,
                                                                                why::wants<MemoryOf<Device>>>::model{});
        }
    };

    using InputGradients = typename detail::InputsOfNames<ReadNames<Net>, MemoryOf<Device>>::Gradients;

    /// What a backward run is asked for: null is nothing.
    struct Wanted {
        InputGradient input_gradient{};
        ParameterGradients gradients{};
        bool accumulate = false;
        const kernels::Sequences* sequences = nullptr;  // those of the forward run; null is one text
        InputGradients inputs{};                        // {gradient_by<time>(dt)}: by further inputs
    };

    /// Runs backward through the last forward run, which was on the same `x`. Throws `Error` where a batch is another
    /// than that run's, or that of a gradient by a further input is, or the gradients are not as many as the model's
    /// parameters.
    template <class Model>
    void backward(const Model& model, InView x, OutView output_gradient,
                  Wanted wanted) requires std::same_as<Mode, Training> {
        backward_on(device_, model, x, output_gradient, wanted);
    }

    /// Says what is wrong with a batch of another shape, or in another memory than the device's.
    template <class Model, class X, class Dy>
    requires detail::WrongBatch<X, InView> || detail::WrongBatch<Dy, OutView>
    void backward(const Model&, const X&, const Dy&, const Wanted&) {
        static_cast<void>(typename decltype(detail::batch_verdict<X, InView>())::model{});
        static_cast<void>(typename decltype(detail::batch_verdict<Dy, OutView>())::model{});
    }

  private:
    friend detail::MoreOfWorkspace<Net, In, Mode, Device>;

    template <class Model>
    void backward_on(const Device& device, const Model& model, InView x, OutView output_gradient, Wanted wanted) {
        check(x.batch);
        check_backward(x.batch, output_gradient.batch, wanted);
        const kernels::SequenceRows text{.count = x.batch};
        const kernels::Sequences all = one_text(text);
        const SequencesValue of_text(wanted.sequences ? wanted.sequences : &all);
        wanted.inputs.template write_to<Device>(given_, x.batch);
        run_backward<Net, In::dims>(device, Backward{.batch = x.batch,
                                                     .in = In::dims,
                                                     .out = Out::dims,
                                                     .x = x.data,
                                                     .y = output(),
                                                     .dy = output_gradient.data,
                                                     .dx = wanted.input_gradient.data,
                                                     .parameters = model.parameters.data(),
                                                     .gradients = wanted.gradients.data,
                                                     .packed = model.packed.data(),
                                                     .accumulate = wanted.accumulate,
                                                     .saved = saved(),
                                                     .scratch = scratch(),
                                                     .values = given(of_text)});
    }

    /// Says what was not given, where a network has further inputs.
    static void expect_no_inputs() {
        using Needed = InputsOf<Net, Device>;
        if constexpr (Needed::count > 0)
            static_cast<void>(typename why::value_of_a_name_was_not_given<typename Needed::first>::model{});
    }

    template <class Model>
    OutView start(Model& model, InView x, const kernels::Sequences& sequences, MemoryRegion session,
                  RandomState* random) {
        check(x.batch);
        kept_batch_ = x.batch;
        run<Mode>(model, x, std::same_as<Mode, Training> ? saved() : session, scratch(), sequences, random);
        return {output(), sequences.last_only ? sequences.count : x.batch};
    }

    template <class Model>
    OutView start_inference(const Model& model, InView x) {
        check(x.batch);
        kept_batch_ = 0;
        constexpr LayerMemory inference = memory_of<Net, Device, Inference>(In::dims);
        static_cast<void>(sizeof(
            typename decltype(detail::saved_verdict<Net, In::dims, Device, Inference, inference.saved>())::model));
        constexpr MemoryExtent scratch_here = aligned(inference.forward_scratch);
        const bool fits = scratch_here.floats(capacity_) <= (saved_size + scratch_size).floats(capacity_);
        if (!fits && inference_.size() == 0) inference_ = Arena<Device>(scratch_here.floats(capacity_));
        float* const memory = fits ? arena_.data() + output_size.floats(capacity_) : inference_.data();
        const kernels::SequenceRows text{.count = x.batch};
        run<Inference>(model, x, {}, region(memory, scratch_here), one_text(text), nullptr);
        return {output(), x.batch};
    }

    template <class RunMode, class Model>
    void run(Model& model, InView x, const MemoryRegion& saved_there, const MemoryRegion& scratch_there,
             const kernels::Sequences& sequences, RandomState* random) {
        const SequencesValue of_text(&sequences);
        run_forward<Net, In::dims>(device_, RunMode{},
                                   Forward<RunMode>{.batch = x.batch,
                                                    .in = In::dims,
                                                    .out = Out::dims,
                                                    .x = x.data,
                                                    .y = output(),
                                                    .parameters = model.parameters.data(),
                                                    .buffers = model.buffers.data(),
                                                    .packed = model.packed.data(),
                                                    .saved = saved_there,
                                                    .scratch = scratch_there,
                                                    .random = random,
                                                    .values = given(of_text)});
    }

    /// The values of the further inputs, before them a text's sequences, as a list that layers look through; linked
    /// anew, since a workspace may move.
    const NamedValue* given(const SequencesValue& of_text) {
        const NamedValue* outer = &of_text;
        for (NamedValue& value : given_) {
            value.outer = outer;
            outer = &value;
        }
        return outer;
    }

    /// What a batch is to layers that look at other rows unless the call says: one text from its begin.
    static kernels::Sequences one_text(const kernels::SequenceRows& text) {
        return {Device::on_host ? &text : nullptr, 1, text.count, false};
    }

    void check_backward(int batch, int of_gradient, const Wanted& wanted) const {
        const InputGradient& input = wanted.input_gradient;
        const ParameterGradients& gradients = wanted.gradients;
        detail::check_batches(batch, kept_batch_, of_gradient, input.data ? input.batch : batch);
        wanted.inputs.check(batch);
        if (gradients.data) detail::check_gradients_size(gradients.floats, parameter_floats<Net>());
    }

    MemoryRegion region(float* base, MemoryExtent size) const {
        return {base, base + size.per_sample * capacity_, capacity_};
    }
    float* output() { return arena_.data(); }
    MemoryRegion saved() { return region(arena_.data() + output_size.floats(capacity_), saved_size); }
    MemoryRegion scratch() {
        return region(arena_.data() + (output_size + saved_size).floats(capacity_), scratch_size);
    }

    [[no_unique_address]] Device device_;
    std::array<NamedValue, InputsOf<Net, Device>::count> given_{};
    Arena<Device> arena_, inference_;
    int capacity_ = 0;
    int kept_batch_ = 0;  // of the last forward run, where backward may follow
};

}  // namespace genotype::inline v0_1
