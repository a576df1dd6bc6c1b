// The memory of one run of a model, planned from its type; and the runs themselves.
#pragma once

#include "genotype/model/output_shape.hpp"
#include "genotype/model/run.hpp"
#include "genotype/model/weights.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/tensor/view.hpp"

namespace genotype {

/// What runs of `Net` on samples of shape `In` need: one allocation for up to `capacity` samples, none afterwards.
/// Inference needs one workspace a thread; the model itself is only read.
template <Layer Net, ShapeType In, class Mode = Inference, class Device = Cpu>
class Workspace {
  public:
    using Out = OutputShape<Net, In>;
    static constexpr LayerMemory plan = memory_of<Net, Device, Mode>(In::dims);
    /// Both passes may use the same scratch: nothing in it outlives a pass.
    static constexpr MemoryExtent scratch_size = aligned(larger(plan.forward_scratch, plan.backward_scratch));
    static constexpr MemoryExtent kept_size = aligned(plan.kept);
    static constexpr MemoryExtent output_size = aligned(MemoryExtent{Out::count, 0});

    /// Floats in all for `capacity` samples.
    static constexpr long floats(long capacity) { return (kept_size + scratch_size + output_size).floats(capacity); }

    /// Memory for up to `capacity` samples. Throws `Error` where that is below 1.
    explicit Workspace(int capacity) : capacity_(capacity) {
        if (capacity < 1) fail("Workspace", "capacity", capacity, "1 or more samples");
        arena_ = Arena<Device>(floats(capacity));
    }

    int capacity() const { return capacity_; }

    /// Throws `Error` where a run on `batch` samples would not fit.
    void check(int batch) const {
        if (batch < 1 || batch > capacity_)
            fail("Workspace", "batch", batch, detail::concat("1 to its capacity of ", capacity_));
    }

    /// Runs forward. The result lives in this workspace until the next run. Throws `Error` where the batch is empty or
    /// above the capacity; so does backward.
    template <class Model>
    View<Out> forward(Model& model, View<In> x, RandomState* random = nullptr) {
        const kernels::SequenceRows text{.count = x.batch};
        return forward(model, x, one_text(text), {}, random);
    }

    /// The same where rows are tokens of several texts, of which `session` remembers the tokens before; without a
    /// session, all texts begin in this batch. See `Session`.
    template <class Model>
    View<Out> forward(Model& model, View<In> x, const kernels::Sequences& sequences, MemoryRegion session = {},
                      RandomState* random = nullptr) {
        check(x.batch);
        run_forward<Net, In::dims>(Device{}, Mode{},
                                   Forward<Mode>{.batch = x.batch,
                                                 .in = In::dims,
                                                 .out = Out::dims,
                                                 .x = x.data,
                                                 .y = output(),
                                                 .parameters = model.parameters.data(),
                                                 .buffers = model.buffers.data(),
                                                 .prepared = model.prepared.data(),
                                                 .kept = kept(),
                                                 .scratch = scratch(),
                                                 .random = random,
                                                 .sequences = &sequences,
                                                 .session = session});
        return {output(), sequences.last_only ? sequences.count : x.batch};
    }

    /// What a backward run is asked for: null is nothing.
    struct Wanted {
        float* input_gradient = nullptr;
        float* gradients = nullptr;
        bool accumulate = false;
        const kernels::Sequences* sequences = nullptr;  // those of the forward run; null is one text
    };

    /// Runs backward through the last forward run, which was on the same `x`.
    template <class Model>
    void backward(const Model& model, View<In> x, const float* output_gradient,
                  Wanted wanted) requires std::same_as<Mode, Training> {
        check(x.batch);
        const kernels::SequenceRows text{.count = x.batch};
        const kernels::Sequences all = one_text(text);
        run_backward<Net, In::dims>(Device{}, Backward{.batch = x.batch,
                                                       .in = In::dims,
                                                       .out = Out::dims,
                                                       .x = x.data,
                                                       .y = output(),
                                                       .dy = output_gradient,
                                                       .dx = wanted.input_gradient,
                                                       .parameters = model.parameters.data(),
                                                       .gradients = wanted.gradients,
                                                       .prepared = model.prepared.data(),
                                                       .accumulate = wanted.accumulate,
                                                       .kept = kept(),
                                                       .scratch = scratch(),
                                                       .sequences = wanted.sequences ? wanted.sequences : &all});
    }

  private:
    /// What a batch is to layers that look at other rows when nobody says: one text from its begin.
    static kernels::Sequences one_text(const kernels::SequenceRows& text) {
        return {Device::on_host ? &text : nullptr, 1, text.count, false};
    }

    MemoryRegion region(long start, MemoryExtent size) {
        float* base = arena_.data() + start;
        return {base, base + size.per_sample * capacity_, capacity_};
    }
    float* output() { return arena_.data(); }
    MemoryRegion kept() { return region(output_size.floats(capacity_), kept_size); }
    MemoryRegion scratch() { return region((output_size + kept_size).floats(capacity_), scratch_size); }

    Arena<Device> arena_;
    int capacity_ = 0;
};

}  // namespace genotype
