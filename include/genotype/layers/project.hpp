// Project: a discriminator's output for an image and the class that it is said to be of.
#pragma once

#include <array>
#include <cmath>
#include <string>

#include "genotype/kernels/project.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// (width) to (1): y = linear(x) + <embedding(label), x>, where the value of `N` is a label, a whole number from 0 to
/// classes - 1. Throws `Error` where it is not one and the host can read it. A label has no gradient.
///
///     struct label : Given<Class<10>> {};
///     using Discriminator = Sequential<Conv<1, 64, 4, 2, 1>, ..., GlobalAvgPool, Flatten, Project<label, 10, 64>>;
///
/// PyTorch: `self.linear(x) + (self.embedding(label) * x).sum(1, keepdim=True)` with nn.Linear(width, 1) and
/// nn.Embedding(classes, width), whose names and initial values its parameters have ("linear.weight").
/// Source: Miyato, Koyama, "cGANs with projection discriminator" (ICLR 2018).
template <class N, int classes, int width>
struct Project : LayerBase {
    using sample_norms = MaskedGradients;
    using reads = Names<N>;
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr bool sized = classes >= 1 && width >= 1;
    static constexpr Dims input = vector_dims(sized ? width : any_dim);
    static constexpr Initial of_linear{Initial::uniform_fan_in, static_cast<float>(width)};
    static constexpr std::array<Parameter, 3> parameters{{
        {"linear.weight", {2, 1, width}, of_linear},
        {"linear.bias", vector_dims(1), of_linear},
        {"embedding.weight", {2, classes, width}, {Initial::normal, 1}},
    }};
    static constexpr long multiply_adds = 2L * width;

    static constexpr Inferred output(Dims) {
        for (const int size : {classes, width})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        if constexpr (requires { N::shape::count_of_classes; })
            if (N::shape::count_of_classes > classes)
                return {FaultKind::classes, vector_dims(N::shape::count_of_classes), vector_dims(classes)};
        return vector_dims(1);
    }
    static constexpr Dims wanted_value(Dims) { return vector_dims(1); }

    /// Scratch of backward: each sample's gradient by the weights.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        return {.saved = {},
                .forward_scratch = {},
                .backward_scratch = {std::same_as<Mode, Training> ? aligned(width) : 0, 0}};
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& f) {
        if constexpr (Device::on_host) check_labels(f.batch, value_of<N>(f).data);
        project(device, f.batch, width, f.x, weights(f), f.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& b) {
        map_backward(device, b);
        if (b.gradients)
            column_sums(device, b.batch, 1, b.dy, b.gradients + parameter_offset<Project>(1), b.accumulate);
    }

    /// The bias aside it is a linear map of x; a label has no direction.
    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        kernels::ProjectWeights by = weights(call.run);
        by.bias = nullptr;
        project(device, call.run.batch, width, call.tx, by, call.ty);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        backward(device, call.run);
        Backward map = call.run.child({}, call.run.in, call.run.out, {call.tx, call.ty, call.dty, call.dtx});
        map.accumulate = true;
        map_backward(device, map);
    }

  private:
    /// What the bias is no part of.
    template <class Device>
    static void map_backward(Device device, const Backward& b) {
        if (b.dx) project_backward(device, b.batch, width, weights(b), b.dy, b.dx);
        if (!b.gradients) return;
        float* const products = b.scratch.per_sample;
        scale_rows(device, b.batch, width, b.dy, b.x, products);
        column_sums(device, b.batch, width, static_cast<const float*>(products),
                    b.gradients + parameter_offset<Project>(0), b.accumulate);
        embedding_gradient(device, b.batch, classes, width, value_of<N>(b).data, static_cast<const float*>(products),
                           b.gradients + parameter_offset<Project>(2), b.accumulate);
    }

    template <class Pass>
    static kernels::ProjectWeights weights(const Pass& pass) {
        return {pass.parameters + parameter_offset<Project>(0), pass.parameters + parameter_offset<Project>(1),
                pass.parameters + parameter_offset<Project>(2), value_of<N>(pass).data};
    }

    static void check_labels(int count, const float* labels) {
        for (int i = 0; i < count; ++i)
            if (!(labels[i] >= 0 && labels[i] < static_cast<float>(classes) && labels[i] == std::floor(labels[i])))
                fail("Project", detail::concat("label of sample ", i), std::to_string(labels[i]),
                     detail::concat("a whole number from 0 to ", classes - 1));
    }
};

}  // namespace genotype::inline v0_1
