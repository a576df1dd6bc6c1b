// The further inputs of a network: names that its layers read and none of its chains binds.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <string>
#include <string_view>

#include "genotype/layers/names.hpp"
#include "genotype/memory/tensor.hpp"
#include "genotype/memory/view.hpp"
#include "genotype/network/name_word.hpp"
#include "genotype/network/pack.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1 {

/// A batch of values for one name, see `given`.
template <class N, class Memory = HostMemory>
struct GivenValue {
    const float* data = nullptr;
    int batch = 0;
};

/// A batch of values for a network's further input `N`: `given<time>(times)`. Labels are the classes' numbers.
template <class N, ShapeType S, class Memory>
requires(S::dims == N::shape::dims) GivenValue<N, Memory> given(View<S, Memory> values) {
    return {values.data, values.batch};
}
template <class N, ShapeType S>
requires(S::dims == N::shape::dims) GivenValue<N> given(const Tensor<S>& values) {
    return {values.data(), values.batch()};
}
template <class N, class Other>
requires(Other::shape::dims != N::shape::dims) GivenValue<N> given(const Other&) {
    using said =
        why::value_has_another_shape<why::name<N>, why::got<typename Other::shape>, why::wants<typename N::shape>>;
    static_cast<void>(typename said::model{});
    return {};
}

namespace detail {
template <class One, class... N>
void expect_read_name() {
    if constexpr (!is_one_of<One, N...>)
        static_cast<void>(typename why::no_layer_reads_the_name<why::name<One>>::model{});
}
}  // namespace detail

/// Where the gradient by a value goes, see `gradient_by`.
template <class N, class Memory = HostMemory>
struct GradientBy {
    float* data = nullptr;
    int batch = 0;
};

/// Asks a backward run for the gradient by a network's further input `N`:
///
///     run.backward(model, x, dy, {.gradients = gradients, .inputs = {gradient_by<time>(dt)}});
///
/// PyTorch: `t.requires_grad_()`, and `t.grad` afterwards; here it is written over. A label has none.
template <class N, ShapeType S>
requires(S::dims == N::shape::dims) GradientBy<N> gradient_by(Tensor<S>& gradient) {
    if constexpr (requires { N::shape::count_of_classes; })
        static_cast<void>(typename why::label_has_no_gradient<why::name<N>>::model{});
    return {gradient.data(), gradient.batch()};
}
template <class N, class Other>
requires(Other::shape::dims != N::shape::dims) GradientBy<N> gradient_by(Other&) {
    using said =
        why::value_has_another_shape<why::name<N>, why::got<typename Other::shape>, why::wants<typename N::shape>>;
    static_cast<void>(typename said::model{});
    return {};
}

namespace detail {

[[noreturn, gnu::noinline]] inline void fail_label(const char* word, int sample, float label, int classes) {
    fail(word, "label of sample " + std::to_string(sample), std::to_string(label),
         "a whole number from 0 to " + std::to_string(classes - 1));
}

/// Values for all further inputs of a network, which lie in `Memory`.
template <class Memory, class... N>
class InputsIn {
  public:
    static constexpr std::size_t count = sizeof...(N);
    using first = nth<0, why::name<N>..., void>;  // for messages

    template <class... G, class... Of>
    InputsIn(const GivenValue<G, Of>&... values) {
        (expect_given<N, G...>(), ...);
        (expect_read_name<G, N...>(), ...);
        (expect_memory<G, Of>(), ...);
        [[maybe_unused]] const auto take = [&]<class One, class Its>(const GivenValue<One, Its>& value) {
            for (std::size_t at = 0; at < count; ++at) {
                if (ids[at] != name_id<One>()) continue;
                values_[at] = {ids[at], value.data, nullptr, nullptr};
                batches_[at] = value.batch;
            }
        };
        (take(values), ...);
    }

    /// Throws `Error` where a value is not of as many samples as the batch, or, in memory that the host reads, a label
    /// is none of its classes.
    void check(int batch, bool on_host) const {
        constexpr std::array<int, count> classes{classes_of<N>()...};
        constexpr std::array<const char*, count> words{name_word<N>()...};
        for (std::size_t at = 0; at < count; ++at) {
            if (batches_[at] != batch)
                fail(words[at], "batch", std::to_string(batches_[at]), std::to_string(batch) + ", as the input's");
            if (!on_host || classes[at] == 0) continue;
            for (int sample = 0; sample < batch; ++sample) {
                const float label = values_[at].data[sample];
                if (!(label >= 0 && label < static_cast<float>(classes[at]) && label == std::floor(label)))
                    fail_label(words[at], sample, label, classes[at]);
            }
        }
    }

    /// Calls visit(data, classes, word) for each value that is a label.
    template <class Visit>
    void each_label(const Visit& visit) const {
        constexpr std::array<int, count> classes{classes_of<N>()...};
        constexpr std::array<const char*, count> words{name_word<N>()...};
        for (std::size_t at = 0; at < count; ++at)
            if (classes[at] > 0) visit(values_[at].data, classes[at], words[at]);
    }

    const std::array<NamedValue, count>& values() const { return values_; }

  private:
    static constexpr std::array<std::string_view, count> ids{name_id<N>()...};

    template <class One, class... G>
    static void expect_given() {
        if constexpr (!is_one_of<One, G...>)
            static_cast<void>(typename why::value_of_a_name_was_not_given<why::name<One>>::model{});
    }
    template <class One, class Its>
    static void expect_memory() {
        using said = why::value_is_in_another_memory<why::name<One>, why::got<Its>, why::wants<Memory>>;
        if constexpr (!std::same_as<Its, Memory>) static_cast<void>(typename said::model{});
    }
    template <class One>
    static constexpr int classes_of() {
        if constexpr (requires { One::shape::count_of_classes; })
            return One::shape::count_of_classes;
        else
            return 0;
    }

    std::array<NamedValue, count> values_{};
    std::array<int, count> batches_{};
};

/// Where the gradients by some of a network's further inputs go; those that are left out are not worked out.
template <class Memory, class... N>
class GradientsByInputs {
  public:
    static constexpr std::size_t count = sizeof...(N);

    GradientsByInputs() = default;
    template <class... G>
    GradientsByInputs(const GradientBy<G, Memory>&... requested) {
        (expect_read_name<G, N...>(), ...);
        [[maybe_unused]] const auto take = [&]<class One>(const GradientBy<One, Memory>& gradient) {
            constexpr std::array<std::string_view, count> ids{name_id<N>()...};
            for (std::size_t at = 0; at < count; ++at)
                if (ids[at] == name_id<One>()) data[at] = gradient.data, batches[at] = gradient.batch;
        };
        (take(requested), ...);
    }

    /// Throws `Error` where one is of another batch.
    void check(int batch) const {
        if constexpr (count > 0) {
            constexpr std::array<const char*, count> words{name_word<N>()...};
            for (std::size_t at = 0; at < count; ++at)
                if (data[at] && batches[at] != batch)
                    fail(words[at], "batch of the gradient", std::to_string(batches[at]),
                         std::to_string(batch) + ", as the input's");
        }
    }

    /// Has the gradients that are requested added to, from zero on, and no others.
    template <class Device>
    void write_to(std::array<NamedValue, count>& values, int batch) const {
        if constexpr (count > 0)
            for (std::size_t at = 0; at < count; ++at) {
                values[at].gradient = data[at];
                if (data[at]) Device::clear(data[at], batch * floats[at]);
            }
    }

  private:
    template <class One>
    static constexpr long floats_of() {
        if constexpr (requires { One::shape::dims; })
            return One::shape::dims.count();
        else
            return 0;  // not bound, which is reported where the network is run
    }
    static constexpr std::array<long, count> floats{floats_of<N>()...};

    std::array<float*, count> data{};
    std::array<int, count> batches{};
};

template <class N, class Memory>
struct InputsOfNames;
template <class... N, class Memory>
struct InputsOfNames<Names<N...>, Memory> {
    using type = InputsIn<Memory, N...>;
    using Gradients = GradientsByInputs<Memory, N...>;
};
}  // namespace detail

/// Values for all further inputs of a network, in any order: `{given<time>(t), given<label>(l)}`. One that is left out
/// does not compile, nor does one that is not read, nor one in another memory than the host's.
template <class... N>
using Inputs = detail::InputsIn<HostMemory, N...>;

/// The further inputs of a network: `static_assert(std::same_as<InputsOf<UNet>, Inputs<time, label>>)`; on a device
/// with memory of its own, `InputsOf<UNet, Cuda>`, they lie there.
template <class Net, class Device = HostMemory>
using InputsOf = typename detail::InputsOfNames<ReadNames<Net>, MemoryOf<Device>>::type;

}  // namespace genotype::inline v0_1
