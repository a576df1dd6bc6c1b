// Vectors become the nearest of a codebook.
#pragma once

#include <array>
#include <concepts>

#include "genotype/kernels/codebook.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/layers/number_arguments.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// (dim, H, W) -> the same, or (dim) -> the same: at each position the vector becomes the nearest of `codes` codes, by
/// the squared distance and of equal ones the first. Backward is the straight-through estimator, dx = dy.
///
/// `VectorQuantizer<codes, dim, decay, epsilon, least>`: the codes have no gradient. They are buffers, as the running
/// statistics of a batch norm are, and follow the vectors of each batch in training: for each code the number of its
/// vectors and their sum are averaged with `decay` (0.99), and the code becomes their quotient, with Laplace's
/// smoothing by `epsilon` (1e-5). A code that on average has fewer than `least` (0.1) of a batch's vectors, or has
/// never had one, is dead: before the next batch is quantized it becomes one of that batch's vectors, drawn for each
/// code by itself, and counts as having had that one in every batch. So a codebook that has seen nothing begins as
/// vectors of the first batch. What comes out is by the codes as they were before they followed.
///
/// PyTorch has none; names and shapes of the buffers (embed, cluster_size, embed_avg) are those of the usual modules
/// with embed of (dim, codes). Source: van den Oord, Vinyals, Kavukcuoglu, "Neural discrete representation learning"
/// (NeurIPS 2017), appendix A.1; restarts: Dhariwal et al., "Jukebox: a generative model for music" (2020).
/// Throws `Error` in training without a random state.
template <int codes, int dim, float... numbers>
requires(sizeof...(numbers) <= 3) struct VectorQuantizer : LayerBase {
    static constexpr int count = codes, width = dim;
    static constexpr kernels::CodebookRule rule{detail::number_or<numbers...>(0, 0.99f),
                                                detail::number_or<numbers...>(1, 1e-5f),
                                                detail::number_or<numbers...>(2, 0.1f)};
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr bool backward_reads_input = false;
    static constexpr long multiply_adds = static_cast<long>(codes) * dim;

    static constexpr std::array<Parameter, 3> buffers{{{"embed", {2, dim, codes}, {Initial::normal, 1}},
                                                       {"cluster_size", vector_dims(codes), {Initial::constant, 0}},
                                                       {"embed_avg", {2, dim, codes}, {Initial::constant, 0}}}};

    static constexpr Inferred output(Dims in) {
        for (const int size : {codes, dim})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        if (!(rule.epsilon > 0)) return {FaultKind::epsilon, {}, {}};
        if (!(rule.decay >= 0 && rule.decay <= 1)) return {FaultKind::momentum, {}, {}};
        const Dims wanted{in.rank == 2 ? 3 : in.rank, dim, any_dim, any_dim, any_dim};
        if (const ShapeFault fault = compare(in, wanted)) return fault;
        return merge(in, wanted);
    }

    /// Scratch: the number of each vector's code; in training counts of the codes, and what averaging wants.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        LayerMemory memory;
        memory.forward_scratch = {aligned(in.pixels()), std::same_as<Mode, Training> ? aligned(codes) + scratch : 0};
        return memory;
    }

    template <class Device>
    static void forward(Device device, Training, const Forward<Training>& pass) {
        if (!pass.random) fail("VectorQuantizer", "random state", "none", "one, the last argument of the forward run");
        float* const counts = pass.scratch.fixed;
        learn(device, pass.batch * static_cast<long>(pass.in.pixels()), pass.x, pass.buffers, *pass.random,
              {pass.scratch.per_sample, counts, counts + aligned(codes)}, pass.y);
    }
    template <class Device>
    static void forward(Device device, Inference, const Forward<Inference>& pass) {
        const long rows = pass.batch * static_cast<long>(pass.in.pixels());
        quantize(device, rows, pass.x, pass.buffers, pass.scratch.per_sample, pass.y);
    }
    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx) map(device, pass.batch * pass.in.count(), kernels::Identity{}, pass.dx, pass.dy);
    }

    /// What `learn` writes beside y: the number of each vector's code, how many have each code, and `scratch` floats.
    struct Found {
        float *indices, *counts, *scratch;
    };
    static constexpr long scratch = kernels::average_codes_scratch(codes, dim);

    /// y (rows, dim): the codes nearest to the rows of x; and their numbers.
    template <class Device>
    static void quantize(Device device, long rows, const float* x, const float* codebook, float* indices, float* y) {
        nearest_codes(device, rows, codes, dim, x, codebook, indices);
        gather_codes(device, rows, codes, dim, indices, codebook, y);
    }
    /// The same in training: first dead codes are restarted, and then the codebook follows.
    template <class Device>
    static void learn(Device device, long rows, const float* x, float* codebook, RandomState& random,
                      const Found& found, float* y) {
        const kernels::Codebook of{codes, dim, codebook, codebook + buffer_offset<VectorQuantizer>(1),
                                   codebook + buffer_offset<VectorQuantizer>(2)};
        restart_codes(device, rows, of, rule, random.take(codes), x);
        quantize(device, rows, x, codebook, found.indices, y);
        count_codes(device, rows, codes, found.indices, found.counts);
        average_codes(device, rows, of, rule, x, found.indices, found.counts, found.scratch);
    }
};

}  // namespace genotype::inline v0_1
