// Gradient penalties of a discriminator of linear maps, ReLU and LeakyReLU.
#pragma once

#include <array>
#include <utility>

#include "genotype/network/piecewise_linear_run.hpp"

namespace genotype::inline v0_1::detail {

/// In the short form of `PiecewiseLinearRun`: 4 passes.
template <Layer D, ShapeType Sample, std::size_t discriminator>
struct PiecewiseLinearPenalties {
    using Out = OutputShape<D, Sample>;
    static constexpr bool keeps_both = true;

    /// A loss of pairs needs both sides' outputs before any gradient.
    template <class Device>
    struct Beside {
        std::array<PiecewiseLinearRun<D, Sample, Device>, 2> sides;

        Beside(int capacity, const Device& device) : sides{{{capacity, device}, {capacity, device}}} {}
    };

    /// As `TangentPenalties::Run`.
    template <class Step>
    struct Run {
        typename Step::template Batch<Sample> x;
        int side;

        Run(Step&, int number, typename Step::template Batch<Sample> samples) : x(samples), side(number) {}

        auto outputs(Step& s) {
            typename Step::template Batch<Out> y;
            s.template with_network<discriminator>(
                [&](auto& model, const auto&, bool) { y = run(s).forward(model, x); });
            return y;
        }

        template <class Value, class Factor>
        void add_gradients(Step& s, typename Step::template Batch<Out> dy, float* value, Value value_of,
                           Factor factor_of) {
            s.template with_network<discriminator>([&](auto& model, const auto& gradients, bool& are_there) {
                const auto gradient = run(s).input_gradient(model);
                float* const squares = s.template memory<Out>();
                row_squares(s.device(), x.batch, Sample::count, gradient.data, squares);
                sum(s.device(), x.batch, value_of, value, static_cast<const float*>(squares));
                const auto factors = s.compute(factor_of, typename Step::template Batch<Out>{squares, x.batch});
                run(s).add_gradients(model, dy.data, factors.data, gradients.data, std::exchange(are_there, true));
            });
        }

      private:
        auto& run(Step& s) { return s.beside().sides[static_cast<std::size_t>(side)]; }
    };
};

}  // namespace genotype::inline v0_1::detail
