// Batch norm as a layer: what training leaves for inference, and what it refuses.
#include "genotype/layers/batch_norm.hpp"

#include <doctest/doctest.h>

#include <cstdint>

#include "genotype/kernels/cpu/norm/normalization_batch.hpp"
#include "genotype/kernels/reference/normalization_batch.hpp"
#include "support/devices.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

using Norm = BN<2>;

struct Rig {
    Array parameters = Array(offset_in(Norm::parameters, 2), 1.0f), buffers = Array(offset_in(Norm::buffers, 3), 0.0f);
    Array saved = unwritten(Norm::memory<Cpu, Training>({}).saved.fixed);
    Array scratch = unwritten(Norm::memory<Cpu, Training>({}).forward_scratch.fixed);

    Rig() {
        for (int c = 0; c < 2; ++c) {
            parameters[static_cast<unsigned long>(parameter_offset<Norm>(0) + c)] = 2;
            buffers[static_cast<unsigned long>(buffer_offset<Norm>(1) + c)] = 1;
        }
    }

    template <class Mode, class Device>
    Array forward(Device device, int batch, Dims dims, const Array& x) {
        Array y = unwritten(static_cast<long>(x.size()));
        Norm::forward(device, Mode{},
                      Forward<Mode>{.batch = batch,
                                    .in = dims,
                                    .out = dims,
                                    .x = x.data(),
                                    .y = y.data(),
                                    .parameters = parameters.data(),
                                    .buffers = buffers.data(),
                                    .packed = {},
                                    .saved = {nullptr, saved.data(), batch},
                                    .scratch = {nullptr, scratch.data(), batch},
                                    .random = nullptr});
        return y;
    }
    const float* buffer(int index) const { return buffers.data() + buffer_offset<Norm>(index); }
};

}  // namespace

TEST_CASE_TEMPLATE("running statistics follow the batches, and inference uses them", Device, GENOTYPE_TESTED_DEVICES) {
    // Channels (1, 3, 5, 7) and (0, 0, 0, 8): means 4 and 2, unbiased variances 20/3 and 16.
    const Array x{1, 0, 3, 0, 5, 0, 7, 8};
    Rig rig;
    const Dims image = image_dims(2, 2, 1);
    const Array first = rig.forward<Training>(Device{}, 2, image, x);
    CHECK(first[0] == doctest::Approx(1 - 6 / std::sqrt(5.00001)));
    CHECK(rig.buffer(0)[0] == doctest::Approx(0.4));
    CHECK(rig.buffer(1)[1] == doctest::Approx(0.9 + 1.6));
    for (int step = 1; step < 300; ++step) CHECK(same_bits(rig.forward<Training>(Device{}, 2, image, x), first));
    std::int32_t batches;
    std::memcpy(&batches, rig.buffer(2), sizeof batches);
    CHECK(batches == 300);
    CHECK(rig.buffer(0)[0] == doctest::Approx(4));
    CHECK(rig.buffer(1)[0] == doctest::Approx(20.0 / 3));

    // One sample alone, as a vector.
    const Array alone = rig.forward<Inference>(Device{}, 1, vector_dims(2), {6, 2});
    CHECK(alone[0] == doctest::Approx(1 + 4 / std::sqrt(20.0 / 3 + 1e-5)));
    CHECK(alone[1] == doctest::Approx(1));
}

TEST_CASE("one value for each channel has no variance") {
    Rig rig;
    const Array before = rig.buffers;
    CHECK_THROWS_WITH_AS(rig.forward<Training>(Cpu{}, 1, vector_dims(2), {6, 2}),
                         "BN<2>: values for each channel in training: found 1, expected at least 2", Error);
    CHECK(same_bits(rig.buffers, before));
}
