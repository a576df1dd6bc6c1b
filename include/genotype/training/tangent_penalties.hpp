// Gradient penalties of any discriminator whose layers have tangents.
#pragma once

#include <utility>

#include "genotype/kernels/functions.hpp"
#include "genotype/network/tangent_workspace.hpp"

namespace genotype::inline v0_1::detail {

/// With g = dD/dx of each sample held fixed, the gradient by the parameters of |g|^2 / 2 is that of <dD/dx, g>, which
/// is the tangent of D along g: exact, for every layer with a tangent. The tangent's run makes the outputs again, so
/// its backward is the loss' too. About 8 passes.
template <Layer D, ShapeType Sample, std::size_t discriminator>
struct TangentPenalties {
    using Out = OutputShape<D, Sample>;
    template <class Device>
    using Beside = TangentWorkspace<D, Sample, Device>;
    static constexpr bool keeps_both = false;  // what backward reads of two batches at a time

    /// A batch on its way through the discriminator.
    template <class Step>
    struct Run {
        typename Step::template Batch<Sample> x;
        RandomState draws;  // of its layers, before the run
        typename Step::template Batch<Sample> gradient{};

        Run(Step& s, int, typename Step::template Batch<Sample> samples) : x(samples), draws(*s.layers()) {}

        auto outputs(Step& s) {
            const auto y = s.compute(kernels::Identity{}, s.template run<discriminator>(x));
            gradient = s.template input_gradient<discriminator>(s.compute(kernels::Constant{1}, y));
            return y;
        }

        /// Adds the gradients of a loss, which are `dy` by the outputs, and of a penalty: a sum of value_of(|g|^2),
        /// whose derivative by g is factor_of(|g|^2) g. Without `dy` of the penalty alone.
        template <class Value, class Factor>
        void add_gradients(Step& s, typename Step::template Batch<Out> dy, float* value, Value value_of,
                           Factor factor_of) {
            *s.layers() = draws;
            s.template with_network<discriminator>([&](auto& model, const auto& gradients, bool& are_there) {
                const auto squares = s.template with_labels<discriminator>([&](const auto&... labels) {
                    return s.beside().tangent(model, x, gradient, labels..., s.layers()).tangent;
                });
                sum(s.device(), x.batch, value_of, value, squares.data);
                s.beside().backward(model, dy, s.compute(factor_of, squares),
                                    {.gradients = gradients, .accumulate = std::exchange(are_there, true)});
            });
        }
    };
};

}  // namespace genotype::inline v0_1::detail
