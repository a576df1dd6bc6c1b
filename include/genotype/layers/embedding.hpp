// Embedding: a learnt vector for each number.
#pragma once

#include <array>
#include <cmath>
#include <string>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// (1) to (width): a token's id becomes its row of the table. The id is a whole number from 0 to vocabulary - 1 held in
/// a float, exact up to 2^24. Throws `Error` where it is not one and the host can read it. An id has no gradient: dx is
/// zero. PyTorch: nn.Embedding(vocabulary, width), with its initial values, N(0, 1).
template <int tokens, int size>
struct Embedding : LayerBase {
    static constexpr int vocabulary = tokens, width = size;
    using sample_norms = TableNorms;
    static constexpr Dims input = vector_dims(1);
    static constexpr long multiply_adds = 0;
    static constexpr std::array<Parameter, 1> parameters{{{"weight", {2, vocabulary, width}, {Initial::normal, 1}}}};

    static constexpr Inferred output(Dims) {
        for (const int count : {vocabulary, width})
            if (count < 1) return {FaultKind::size, vector_dims(count), {}};
        return vector_dims(width);
    }

    template <class Device>
    static constexpr auto packed() {
        return embedding_form(kernels::planned<Device>, vocabulary, width);
    }
    template <class Device, class Form>
    static void prepare(Device device, const float* values, Form* to) {
        embedding_pack(device, vocabulary, width, values, to);
    }
    /// As kernels read them: also what a language model's tied head multiplies with.
    template <class Device, class Pass>
    static auto weights(const Pass& pass) {
        return packed<Device>().weights(pass.parameters, pass.packed);
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        if constexpr (Device::on_host) check_ids(pass.batch, pass.x);
        embedding(device, pass.batch, width, pass.x, weights<Device>(pass), pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx) Device::clear(pass.dx, pass.batch);
        if (pass.gradients)
            embedding_gradient(device, pass.batch, vocabulary, width, pass.x, pass.dy, pass.gradients, pass.accumulate);
    }

    /// Ids have no direction.
    template <class Device>
    static void tangent(Device, const Tangent& call) {
        Device::clear(call.ty, call.run.batch * call.run.out.count());
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        backward(device, call.run);
        if (call.dtx) Device::clear(call.dtx, call.run.batch);
    }

  private:
    static void check_ids(int count, const float* ids) {
        for (int i = 0; i < count; ++i)
            if (!(ids[i] >= 0 && ids[i] < static_cast<float>(vocabulary) && ids[i] == std::floor(ids[i])))
                fail("Embedding", detail::concat("token ", i), std::to_string(ids[i]),
                     detail::concat("a whole number from 0 to ", vocabulary - 1));
    }
};

}  // namespace genotype::inline v0_1
