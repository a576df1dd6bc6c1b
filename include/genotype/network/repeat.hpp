// One block, many times, with parameters of its own each time: compiled once.
#pragma once

#include "genotype/network/sequential.hpp"

namespace genotype::inline v0_1 {
namespace combinators {

/// See the alias `genotype::Repeat`.
template <int N, class... L>
struct Repeat {
    static constexpr bool is_combinator = true;
    static constexpr Dims input = unknown_dims;
    static constexpr bool in_place = false;
    using Block = Sequential<L...>;
    using reads = typename Block::reads;

    template <int I>
    using child = detail::nth<I, L...>;

    static constexpr bool backward_reads_input = Block::backward_reads_input;
    static constexpr bool backward_reads_output = Block::backward_reads_output;

    static constexpr Inferred output(Dims in) {
        if (N < 1) return {FaultKind::size, Dims{1, N}, {}};
        const Inferred once = detail::infer_named_chain<L...>(in);
        if (once.fault || N == 1) return once;
        const Inferred twice = detail::infer_named_chain<L...>(once.dims);
        if (twice.fault) return twice;
        if (compare(once.dims, in)) return {FaultKind::block, once.dims, in};
        return merge(once.dims, in);
    }
    static constexpr ShapeFault name_fault(const detail::Scope& scope, Dims in) {
        return detail::ChainNames<L...>::fault(scope, in);
    }
    static constexpr Dims wanted_input() { return Block::wanted_input(); }

    template <class Visit>
    static constexpr void for_each_child(Visit&& visit) {
        for (int number = 0; number < N; ++number) visit(std::type_identity<Block>{}, ChildName{nullptr, number});
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        const LayerMemory block = memory_of<Block, Device, Mode>(in);
        const MemoryExtent boundary{aligned(in.count()), 0};
        LayerMemory total;
        if (std::same_as<Mode, Training>) {
            for (int number = 0; number < N; ++number)
                total.saved = total.saved + aligned(block.saved) + (number > 0 ? boundary : MemoryExtent{});
            total.forward_scratch = block.forward_scratch;
            total.backward_scratch = boundary + boundary + block.backward_scratch;
        } else {
            total.saved = N * aligned(block.saved);
            total.forward_scratch = boundary + boundary + block.forward_scratch;
        }
        return total;
    }

    template <Dims In, class Device, class Mode>
    static void forward(Device device, Mode mode, const Forward<Mode>& pass) {
        constexpr bool training = std::same_as<Mode, Training>;
        const float* x = pass.x;
        for (int number = 0; number < N; ++number) {
            float* const y = number + 1 == N ? pass.y : boundary<In, Device, Mode>(pass, number + 1);
            const LayerSlice at = slice<In, Device, Mode>(number, training ? MemoryExtent{} : two_boundaries<In>);
            run_forward<Block, In>(device, mode, pass.child(at, pass.in, pass.out, x, y));
            x = y;
        }
    }

    template <Dims In, class Device>
    static void backward(Device device, const Backward& pass) {
        const float* dy = pass.dy;
        for (int number = N - 1; number >= 0; --number) {
            const float* const x = number == 0 ? pass.x : boundary<In, Device, Training>(pass, number);
            const float* const y = number + 1 == N ? pass.y : boundary<In, Device, Training>(pass, number + 1);
            float* const dx = number == 0 ? pass.dx : pass.scratch.at({number % 2 * aligned(In.count()), 0}).per_sample;
            const LayerSlice at = slice<In, Device, Training>(number, two_boundaries<In>);
            run_backward<Block, In>(device, pass.child(at, pass.in, pass.out, {x, y, dy, dx}));
            dy = dx;
        }
    }

  private:
    template <Dims In>
    static constexpr MemoryExtent two_boundaries{2 * aligned(In.count()), 0};

    /// What is block `number`'s. Saved memory is the inner boundaries 1 .. N-1, then what each block keeps.
    template <Dims In, class Device, class Mode>
    static constexpr LayerSlice slice(int number, MemoryExtent scratch) {
        constexpr LayerMemory block = memory_of<Block, Device, Mode>(In);
        constexpr LayerSlice each = weights_of<Block, Device>() + LayerSlice{.saved = aligned(block.saved)};
        LayerSlice own = number * each;
        if (std::same_as<Mode, Training>) own.saved = own.saved + MemoryExtent{(N - 1) * aligned(In.count()), 0};
        own.scratch = scratch;
        return own;
    }

    /// Where the activation before block `number` lies: saved in training, one of two places in inference.
    template <Dims In, class Device, class Mode, class Pass>
    static float* boundary(const Pass& pass, int number) {
        constexpr long one = aligned(In.count());
        if constexpr (std::same_as<Mode, Training>)
            return pass.saved.at({(number - 1) * one, 0}).per_sample;
        else
            return pass.scratch.at({number % 2 * one, 0}).per_sample;
    }
};

}  // namespace combinators

namespace detail {
template <int N, class... L>
consteval auto repeat_verdict() {
    using Net = combinators::Repeat<N, L...>;
    return typename detail::Verdict<Net::output(unknown_dims).fault, Net>::said{};
}
}  // namespace detail

/// `Repeat<30, Block>`: thirty blocks in a row, each with parameters of its own; the block must keep the shape.
/// PyTorch: nn.Sequential(*[nn.Sequential(block) for _ in range(30)]), with its names ("29.0.weight").
template <int N, class... L>
using Repeat = typename decltype(detail::repeat_verdict<N, L...>())::model;

}  // namespace genotype::inline v0_1
