// A model: a type with weights.
#pragma once

#include "genotype/memory/input.hpp"
#include "genotype/memory/tensor.hpp"
#include "genotype/network/weights.hpp"
#include "genotype/network/workspace.hpp"

namespace genotype::inline v0_1 {

/// A network with weights of its own. Everything lies on the heap; using it is const and re-entrant, with one workspace
/// a thread.
///
///     Model<Generator> generator(Seed{7});
///     Tensor<Shape<3, 32, 32>> images = generator(noise);       // allocates the result and a workspace
///     auto view = generator(noise, workspace);                    // allocates nothing
template <Layer Net, class Device = Cpu>
class Model : public ModelWeights<Net, Device> {
  public:
    using network = Net;
    using device = Device;

    /// A model with initial values drawn from `seed`, in PyTorch's distributions.
    explicit Model(Seed seed = {}, const Device& on = {}) : ModelWeights<Net, Device>(seed, on) {}

    /// A model of values that are there: `parameters.clone()` and `buffers.clone()` of another one. `Error` where there
    /// are not as many. PyTorch: copy.deepcopy(model).
    Model(Arena<Device> values, Arena<Device> statistics, const Device& on = {})
        : ModelWeights<Net, Device>(std::move(values), std::move(statistics), on) {}

    /// A workspace for inference on batches of up to `capacity` samples of shape `In`, on the model's device.
    template <ShapeType In>
    Workspace<Net, In, Inference, Device> workspace(int capacity) const {
        return Workspace<Net, In, Inference, Device>(capacity, this->runs_on());
    }
    /// The same for the sample that the model asks for, where its first layer does ask for one.
    auto workspace(int capacity) const { return workspace<InputShape<Net>>(capacity); }

    /// Inference. The result lives in the workspace until its next use.
    template <ShapeType In>
    ViewOn<OutputShape<Net, In>, Device> operator()(std::type_identity_t<ViewOn<In, Device>> x,
                                                    Workspace<Net, In, Inference, Device>& workspace) const {
        return workspace.forward(*this, x);
    }

    /// The same of a network with further inputs: `generator(noise, {given<label>(labels)}, workspace)`.
    template <ShapeType In>
    ViewOn<OutputShape<Net, In>, Device> operator()(std::type_identity_t<ViewOn<In, Device>> x,
                                                    const InputsOf<Net, Device>& inputs,
                                                    Workspace<Net, In, Inference, Device>& workspace) const {
        return workspace.forward(*this, x, inputs);
    }

    template <ShapeType In, detail::WrongBatch<ViewOn<In, Device>> Other>
    ViewOn<OutputShape<Net, In>, Device> operator()(const Other&, Workspace<Net, In, Inference, Device>&) const {
        return typename decltype(detail::batch_verdict<Other, ViewOn<In, Device>>())::model{};
    }

    /// Inference, with memory of its own.
    template <ShapeType In>
    auto operator()(const Tensor<In>& x) const {
        if constexpr (infer<Net>(In::dims).fault) {
            return typename decltype(detail::output_verdict<Net, In>())::model{};
        } else if constexpr (InputsOf<Net, Device>::count > 0) {
            return typename why::value_of_a_name_was_not_given<typename InputsOf<Net, Device>::first>::model{};
        } else {
            Tensor<OutputShape<Net, In>> y(x.batch());
            if (x.batch() == 0) return y;
            Workspace<Net, In, Inference, Device> memory(x.batch(), this->runs_on());
            detail::Input<In, Device> input(x.batch());
            const auto result = memory.forward(*this, input.take(x));
            Device::download(result.data, result.size(), y.data());
            return y;
        }
    }
    /// The same of a network with further inputs, on a device that computes in the host's memory.
    template <ShapeType In>
    requires(Device::on_host&& InputsOf<Net>::count > 0) auto operator()(const Tensor<In>& x,
                                                                         const InputsOf<Net>& inputs) const {
        Tensor<OutputShape<Net, In>> y(x.batch());
        if (x.batch() == 0) return y;
        Workspace<Net, In, Inference, Device> memory(x.batch(), this->runs_on());
        const auto result = memory.forward(*this, x, inputs);
        Device::download(result.data, result.size(), y.data());
        return y;
    }
};

}  // namespace genotype::inline v0_1
