// Squared norms of the gradients of single samples, without a gradient for each: what private training clips by.
#pragma once

#include <span>
#include <string>
#include <type_traits>

#include "genotype/kernels/math.hpp"
#include "genotype/layers/attention_norms.hpp"
#include "genotype/layers/row_norms.hpp"
#include "genotype/layers/table_norms.hpp"
#include "genotype/layers/window_norms.hpp"
#include "genotype/network/residual.hpp"
#include "genotype/network/walk.hpp"
#include "genotype/network/workspace.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1 {
namespace detail {

struct ClipFactor {
    float longest;

    template <class V>
    constexpr V operator()(V squared_norm) const {
        return min(V(longest) / (sqrt(squared_norm) + V(1e-6f)), V(1.f));
    }
};
struct Scale {
    template <class V>
    constexpr void operator()(V factor, V& x) const {
        x = x * factor;
    }
};

struct HasSampleNorms {
    using fault = void;
};
template <class L, class Why>
struct NoSampleNorms {
    using fault = why::layer_has_no_gradients_of_single_samples<why::layer<L>, Why>;
};
template <class L, class Reason, class Hint>
struct NoSampleNorms<L, why::because<Reason, Hint>> {
    using fault = why::layer_has_no_gradients_of_single_samples_because<why::layer<L>, Reason, Hint>;
};

/// The first layer that has no norms of single samples.
template <class L>
constexpr auto leaf_sample_norms() {
    if constexpr (requires { typename L::no_sample_norms; })
        return NoSampleNorms<L, typename L::no_sample_norms>{};
    else if constexpr (!Layer<L> || Combinator<L>)
        return HasSampleNorms{};
    else if constexpr (L::parameters.size() > 0 && !requires { typename L::sample_norms; })
        return NoSampleNorms<L, why::hint_say_using_sample_norms_SingleGradients_where_samples_are_separate>{};
    else
        return HasSampleNorms{};
}
template <class L>
struct SampleNormsOf : decltype(leaf_sample_norms<L>()) {};

template <class... L>
struct FirstFault : HasSampleNorms {};
template <class First, class... Rest>
struct FirstFault<First, Rest...> : std::conditional_t<std::is_void_v<typename SampleNormsOf<First>::fault>,
                                                       FirstFault<Rest...>, SampleNormsOf<First>> {};
template <template <class...> class C, class... L>
requires Combinator<C<L...>>
struct SampleNormsOf<C<L...>> : FirstFault<L...> {
};
template <class... L>
struct SampleNormsOf<Projection<L...>> : FirstFault<L...> {};
template <template <int, class...> class C, int N, class... L>
requires Combinator<C<N, L...>>
struct SampleNormsOf<C<N, L...>> : FirstFault<L...> {
};

/// Whether a layer's rows are tokens that look at one another: said as `joins_rows(in)`; who reads a text's sequences
/// and says nothing does.
template <class L>
constexpr bool joins_rows(Dims in) {
    if constexpr (Combinator<L>)
        return false;
    else if constexpr (requires { L::joins_rows(in); })
        return L::joins_rows(in);
    else
        return reads_sequences<L>();
}

/// Whether norms know of samples of several rows.
template <class L, class Device>
inline constexpr bool norms_take_samples = requires(const Device& device, const Backward& pass,
                                                    const SampleRows& samples, float* norms) {
    L::sample_norms::template add_squared_norms<L>(device, pass, samples, norms);
};

template <class Net, class Device>
consteval auto kinds_of_norms(Dims in) {
    struct {
        bool of_texts = false, of_rows = false;
    } found;
    walk<Net>(
        [&]<class L>(std::type_identity<L>, ChildName, int, Dims from, Dims) {
            found.of_texts = found.of_texts || joins_rows<L>(from);
            if constexpr (!Combinator<L> && requires { typename L::sample_norms; })
                found.of_rows = found.of_rows || !norms_take_samples<L, Device>;
        },
        in);
    return found;
}

template <class Net, ShapeType In, class Device>
consteval auto norms_verdict_of_rows() {
    if constexpr (kinds_of_norms<Net, Device>(In::dims).of_texts)
        return why::tokens_of_a_text_are_no_samples_of_their_own<
            why::hint_give_squared_norms_the_sequences_of_the_batch>{};
    else
        return why::no_fault<Net>{};
}
template <class Net, ShapeType In, class Device>
consteval auto norms_verdict_of_texts() {
    if constexpr (kinds_of_norms<Net, Device>(In::dims).of_rows)
        return why::norms_of_a_layer_are_of_single_rows<why::hint_let_add_squared_norms_take_SampleRows>{};
    else
        return why::no_fault<Net>{};
}

}  // namespace detail

/// Another device for training, on which a workspace can say how long the gradient of each single sample is
/// (`Workspace::squared_norms`), by one more backward pass. All else is as on `Device`, whose models it runs:
///
///     Workspace<Net, In, Training, SampleNorms<Cpu>> run(64);
///     const auto y = run.forward(model, x);
///     run.squared_norms(model, x, dy, norms);                            // a float a sample
///     clip_samples(Cpu{}, 64, Out::count, norms, 1.f, dy);
///     run.backward(model, x, dy, {.gradients = gradients});              // the sum of the clipped gradients
///
/// A sample is a row of the batch or, where `squared_norms` is given the sequences, a text, whose tokens' gradients are
/// added before the norm is taken:
///
///     run.squared_norms(model, x, dy, sequences, norms);                 // a float a text
///
/// A layer with parameters says how its norms are worked out: `using sample_norms = SingleGradients;`, or a struct of
/// its own with `scratch<L, Device>(Dims in)` and `add_squared_norms<L>(device, pass, samples, norms)`, which adds to a
/// vector of `samples.count()` floats (`SampleRows`) and is called before the layer's own backward; or why it has none,
/// as `no_sample_norms`, a `why::because<Reason, Hint>`. Without `samples` among the arguments, norms are those of rows
/// alone. A network with a layer that has none, or whose samples depend on one another, does not compile.
///
/// Opacus: GradSampleModule's norms by "ghost clipping".
/// Sources: Goodfellow, "Efficient per-example gradient computations", 2015, arXiv:1510.01799; Li et al., "Large
/// language models can be strong differentially private learners" (ICLR 2022).
template <class Device>
struct SampleNorms : Device {
    // A norm and a modulation have norms of their own.
    static constexpr bool modulates_norms = false;

    using Memory = MemoryOf<Device>;
    // During a run of `squared_norms`:
    float* norms = nullptr;
    std::span<const kernels::SequenceRows> texts{};  // none: rows are samples

    template <class Net>
    static consteval auto verdict() {
        using Fault = typename detail::SampleNormsOf<Net>::fault;
        if constexpr (std::is_void_v<Fault>)
            return why::no_fault<Net>{};
        else
            return Fault{};
    }

    template <Layer L, class Mode>
    static constexpr LayerMemory memory_beside(Dims in) {
        LayerMemory memory = L::template memory<SampleNorms, Mode>(in);
        if constexpr (counted<L> && std::is_same_v<Mode, Training>)
            memory.backward_scratch =
                larger(memory.backward_scratch, L::sample_norms::template scratch<L, SampleNorms>(in));
        return memory;
    }

    template <Layer L>
    void before_backward(const Backward& pass) const {
        if constexpr (counted<L>) {
            if (!norms) return;
            if constexpr (detail::norms_take_samples<L, SampleNorms>)
                L::sample_norms::template add_squared_norms<L>(*this, pass, samples(pass.batch), norms);
            else
                L::sample_norms::template add_squared_norms<L>(*this, pass, norms);
        }
    }

    /// Scratch of the norms of a table that is a language model's last product too.
    template <Layer Table>
    static constexpr MemoryExtent tied_memory() {
        return TiedNorms<Table>::template scratch<SampleNorms>();
    }
    /// Before the table's backward, whose call this is, in place of `before_backward`: see `TiedNorms`.
    template <Layer Table>
    void before_tied_backward(const Backward& pass, const float* dlogits, const float* read) const {
        if (norms) TiedNorms<Table>::add_squared_norms(*this, pass, dlogits, read, samples(pass.batch), norms);
    }
    /// The same device, which counts no norms.
    SampleNorms without_norms() const {
        SampleNorms other = *this;
        other.norms = nullptr;
        return other;
    }

  private:
    template <class L>
    static constexpr bool counted = requires {
        typename L::sample_norms;
    };

    SampleRows samples(int rows) const { return texts.empty() ? SampleRows(rows) : SampleRows(texts); }
};

namespace detail {

/// What a workspace on such a device has beside.
template <class Net, class In, class Device>
struct MoreOfWorkspace<Net, In, Training, SampleNorms<Device>> {
    using On = SampleNorms<Device>;
    using Itself = Workspace<Net, In, Training, On>;

    /// For each sample n of the last forward run, writes the squared norm of the gradient by all parameters of what
    /// `output_gradient` says of sample n alone; `norms` has room for a batch.
    template <class Model, class X, class Dy>
    void squared_norms(const Model& model, const X& x, const Dy& output_gradient, float* norms) {
        static_cast<void>(typename decltype(norms_verdict_of_rows<Net, In, On>())::model{});
        const typename Itself::InView rows = x;
        run(model, rows, output_gradient, {}, {}, rows.batch, norms);
    }

    /// The same of each text of the last forward run, which was given the same sequences; `norms` has room for them.
    /// On a device with memory of its own `on_host` is the list of the sequences as the host reads it. Throws `Error`
    /// where the texts are not the batch's rows in order.
    template <class Model, class X, class Dy>
    void squared_norms(const Model& model, const X& x, const Dy& output_gradient, const kernels::Sequences& sequences,
                       float* norms, std::span<const kernels::SequenceRows> on_host = {}) {
        static_cast<void>(typename decltype(norms_verdict_of_texts<Net, In, On>())::model{});
        const typename Itself::InView rows = x;
        const kernels::SequenceRows whole{.count = rows.batch};
        if (!sequences.list && sequences.count == 1)
            on_host = {&whole, 1};
        else if (Device::on_host && on_host.empty())
            on_host = {sequences.list, static_cast<std::size_t>(sequences.count)};
        check(on_host, sequences.count, rows.batch);
        run(model, rows, output_gradient, &sequences, on_host, sequences.count, norms);
    }

  private:
    static void check(std::span<const kernels::SequenceRows> texts, int count, int rows) {
        if (texts.size() != static_cast<std::size_t>(count) || texts.empty())
            fail("Workspace", "texts as the host reads them", std::to_string(texts.size()),
                 concat("those of the sequences, ", count));
        int next = 0;
        for (std::size_t text = 0; text < texts.size(); ++text) {
            if (texts[text].row != next || texts[text].count < 1)
                fail("Workspace", concat("rows of text ", static_cast<long>(text)),
                     concat(texts[text].count, " from row ", texts[text].row),
                     concat("1 or more from row ", next, ", behind the text before"));
            next += texts[text].count;
        }
        if (next != rows) fail("Workspace", "rows of all texts", next, concat(rows, ", those of the batch"));
    }

    template <class Model, class X, class Dy>
    void run(const Model& model, const X& x, const Dy& output_gradient, const kernels::Sequences* sequences,
             std::span<const kernels::SequenceRows> texts, int samples, float* norms) {
        Itself& itself = static_cast<Itself&>(*this);
        itself.check(x.batch);
        On on = itself.runs_on();
        Device::clear(norms, samples);
        on.norms = norms;
        on.texts = texts;
        itself.backward_on(on, model, x, output_gradient, {.sequences = sequences});
    }
};

}  // namespace detail

/// Multiplies dy of each of `batch` samples, `count` values, by min(1, longest / norm), so that the sample's gradient
/// is no longer than `longest`. `norms` has the squared norms, and then the factors. Opacus: DPOptimizer's
/// `per_sample_clip_factor`.
template <class Device>
void clip_samples(Device device, int batch, long count, float* norms, float longest, float* dy) {
    map(device, batch, detail::ClipFactor{longest}, norms, static_cast<const float*>(norms));
    update_rows(device, batch, count, detail::Scale{}, static_cast<const float*>(norms), dy);
}

}  // namespace genotype::inline v0_1
