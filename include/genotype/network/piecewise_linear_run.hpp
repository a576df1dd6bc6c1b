// A run of a piecewise linear network of one output, and the gradients of its outputs and of its input gradients.
#pragma once

#include <array>
#include <utility>

#include "genotype/kernels/functions.hpp"
#include "genotype/layers/activation.hpp"
#include "genotype/memory/arena.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/piecewise_linear.hpp"
#include "genotype/network/workspace.hpp"

namespace genotype::inline v0_1::detail {

/// Where a chain of N leaves has what: each value, and the gradient by it, in a block of its own, which an activation
/// shares with the map before it. Behind them lies what a map writes for an activation to read, and the scratch.
template <std::size_t N>
struct PiecewiseLinearPlan {
    std::array<Dims, N + 1> dims{};
    std::array<LayerSlice, N> at{};
    std::array<bool, N + 1> is_activation{};  // layer i
    std::array<MemoryExtent, N + 1> value{}, adjoint{};
    MemoryExtent product{}, scratch{}, total{};
    std::size_t last = 0;  // the last layer with parameters
};

template <class Device, class... L>
constexpr auto plan_piecewise_linear(Steps<L...>, Dims in) {
    constexpr std::size_t size = sizeof...(L);
    PiecewiseLinearPlan<size> p;
    p.is_activation = {HomogeneousActivation<L>...};
    LayerSlice next;
    MemoryExtent scratch, product;
    std::size_t i = 0;
    p.dims[0] = in;
    const auto place = [&]<class Layer>(std::type_identity<Layer>) {
        p.at[i] = next;
        next = next + weights_of<Layer, Device>();
        MemoryExtent saved;
        const auto look = [&](const LayerMemory& of) {
            saved = larger(saved, aligned(of.saved));
            scratch = larger(scratch, larger(of.forward_scratch, of.backward_scratch));
        };
        look(memory_of<Layer, Device, Training>(p.dims[i]));
        if constexpr (LinearMap<Layer>) look(memory_of<typename Layer::linear_map, Device, Training>(p.dims[i]));
        p.at[i].saved = std::exchange(p.total, p.total + saved);
        if (parameter_floats<Layer>() > 0) p.last = i;
        p.dims[i + 1] = output_dims<Layer>(p.dims[i]);
        ++i;
    };
    (place(std::type_identity<L>{}), ...);
    const auto take = [&](long floats) { return std::exchange(p.total, p.total + MemoryExtent{aligned(floats), 0}); };
    p.adjoint[0] = take(in.count());
    for (std::size_t b = 1; b <= size; ++b) {
        const bool shares = p.is_activation[b - 1];
        p.value[b] = shares ? p.value[b - 1] : take(p.dims[b].count());
        p.adjoint[b] = shares ? p.adjoint[b - 1] : take(p.dims[b].count());
        if (b < size && p.is_activation[b]) product = larger(product, {aligned(p.dims[b].count()), 0});
    }
    p.product = std::exchange(p.total, p.total + product);
    p.scratch = std::exchange(p.total, p.total + aligned(scratch));
    return p;
}

/// One batch on its way through a network f with one output a sample, for the gradient by the parameters of
///
///     the sum of s_n f(x_n) + c_n |df/dx_n|^2 / 2
///
/// with any s and c: of a loss and of a penalty in one. With d_l the derivative of f by what layer l gives and a_l what
/// it is given, a weight's gradient is the sum over the batch of d_l (s_n a_l + c_n t_l), where t_l is the tangent at
/// a_l along df/dx_n. That needs no second derivative, for those of f are 0; and because what lies in the brackets goes
/// through a layer as a_l does, with s_n times the bias, it is made by one forward run from s_n x_n + c_n df/dx_n.
/// Four passes: forward, the input's gradient, that run, and the weights' gradients.
/// PyTorch: torch.autograd.grad(f(x).sum(), x, create_graph=True), and backward of both.
template <class Net, ShapeType In, class Device>
class PiecewiseLinearRun {
    using List = LeavesOf<Net>;
    static constexpr auto plan = plan_piecewise_linear<Device>(List{}, In::dims);
    static constexpr std::size_t size = List::size;

  public:
    using Out = OutputShape<Net, In>;
    static_assert(piecewise_linear<Net> && Out::count == 1);

    /// Memory for up to `capacity` samples.
    PiecewiseLinearRun(int capacity, const Device& device)
        : device_(device), capacity_(capacity), arena_(plan.total.floats(capacity)) {}

    /// The outputs, which stay until `add_gradients`. The memory of x is read again there.
    template <class Model>
    ViewOn<Out, Device> forward(Model& model, ViewOn<In, Device> x) {
        x_ = x.data;
        batch_ = x.batch;
        each_layer([&]<class L>(std::type_identity<L>, std::size_t i) {
            run_forward<L, unknown_dims>(device_, Training{}, call<L>(model, i, value(i), place(plan.value[i + 1])));
        });
        return {place(plan.value[size]), batch_};
    }

    /// df/dx, which stays until `add_gradients`.
    template <class Model>
    ViewOn<In, Device> input_gradient(const Model& model) {
        map(device_, batch_, kernels::Constant{1}, place(plan.adjoint[size]), value(size));
        each_layer_back([&]<class L>(std::type_identity<L>, std::size_t i) {
            run_backward<L, unknown_dims>(device_, call_back(model, i, value(i), place(plan.adjoint[i]), nullptr));
        });
        return {place(plan.adjoint[0]), batch_};
    }

    /// The gradients by the parameters, from s and c of each sample; without `s` it is 0.
    template <class Model>
    void add_gradients(Model& model, const float* s, const float* c, float* gradients, bool accumulate) {
        combine_rows(device_, batch_, In::count, s, x_, c, place(plan.adjoint[0]));
        const float* x = place(plan.adjoint[0]);
        each_layer([&]<class L>(std::type_identity<L>, std::size_t i) {
            if (i > plan.last) return;
            float* const own = place(plan.value[i + 1]);
            if constexpr (HomogeneousActivation<L>) {
                using Function = decltype(L::function());
                map(device_, batch_ * plan.dims[i].count(), ActivationBackward<Function>{L::function()}, own, own, x);
                x = own;
            } else {
                float* const to = plan.is_activation[i + 1] ? place(plan.product) : own;
                run_map<L>(model, i, s, x, to, gradients, accumulate);
                x = to;
            }
        });
    }

  private:
    template <class L, class Model>
    void run_map(Model& model, std::size_t i, const float* s, const float* x, float* y, float* gradients,
                 bool accumulate) {
        using Map = typename L::linear_map;
        constexpr bool has_bias = has_bias_of_channels<L>;
        [[maybe_unused]] constexpr int at = static_cast<int>(Map::parameters.size());
        [[maybe_unused]] const int channels = plan.dims[i + 1].channels();
        [[maybe_unused]] const long pixels = plan.dims[i + 1].pixels();
        if (i < plan.last) {
            run_forward<Map, unknown_dims>(device_, Training{}, call<Map>(model, i, x, y));
            if constexpr (has_bias)
                if (s)
                    add_scaled_bias(device_, batch_, pixels, channels, s,
                                    model.parameters.data() + plan.at[i].parameters + parameter_offset<L>(at), y);
        }
        if constexpr (L::parameters.size() > 0) {
            Backward back = call_back(model, i, x, nullptr, gradients);
            back.follows_forward = i < plan.last;
            back.accumulate = accumulate;
            run_backward<Map, unknown_dims>(device_, back);
            if constexpr (has_bias) {
                float* const sums = back.gradients + parameter_offset<L>(at);
                if (s)
                    scaled_column_sums(device_, batch_, pixels, channels, s, back.dy, sums, accumulate);
                else if (!accumulate)
                    Device::clear(sums, channels);
            }
        }
    }

    template <class L, class Model>
    Forward<Training> call(Model& model, std::size_t i, const float* x, float* y) {
        return Forward<Training>{.batch = batch_,
                                 .in = plan.dims[i],
                                 .out = plan.dims[i + 1],
                                 .x = x,
                                 .y = y,
                                 .parameters = model.parameters.data() + plan.at[i].parameters,
                                 .buffers = nullptr,
                                 .packed = PackedWeights(model.packed.data()) + plan.at[i].packed,
                                 .saved = region(plan.at[i].saved),
                                 .scratch = region(plan.scratch),
                                 .random = nullptr};
    }
    template <class Model>
    Backward call_back(const Model& model, std::size_t i, const float* x, float* dx, float* gradients) {
        return Backward{.batch = batch_,
                        .in = plan.dims[i],
                        .out = plan.dims[i + 1],
                        .x = x,
                        .y = value(i + 1),
                        .dy = place(plan.adjoint[i + 1]),
                        .dx = dx,
                        .parameters = model.parameters.data() + plan.at[i].parameters,
                        .gradients = gradients ? gradients + plan.at[i].parameters : nullptr,
                        .packed = PackedWeights(model.packed.data()) + plan.at[i].packed,
                        .accumulate = false,
                        .saved = region(plan.at[i].saved),
                        .scratch = region(plan.scratch)};
    }

    template <class Visit>
    static void each_layer(const Visit& visit) {
        [&]<class... L>(Steps<L...>) {
            std::size_t i = 0;
            (visit(std::type_identity<L>{}, i++), ...);
        }(List{});
    }
    template <class Visit>
    static void each_layer_back(const Visit& visit) {
        [&]<class... L, int... I>(Steps<L...>, std::integer_sequence<int, I...>) {
            constexpr int last = static_cast<int>(size) - 1;
            (visit(std::type_identity<nth<last - I, L...>>{}, static_cast<std::size_t>(last - I)), ...);
        }(List{}, std::make_integer_sequence<int, static_cast<int>(size)>{});
    }

    MemoryRegion region(MemoryExtent at) {
        const MemoryExtent all = plan.total;
        return MemoryRegion{arena_.data(), arena_.data() + all.per_sample * capacity_, capacity_}.at(at);
    }
    float* place(MemoryExtent at) { return region(at).per_sample; }
    const float* value(std::size_t b) { return b == 0 ? x_ : place(plan.value[b]); }

    [[no_unique_address]] Device device_;
    int capacity_, batch_ = 0;
    const float* x_ = nullptr;
    Arena<Device> arena_;
};

}  // namespace genotype::inline v0_1::detail
