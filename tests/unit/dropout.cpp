// Dropout: what it drops, that backward drops the same, and that inference and the random state are left alone.
#include "genotype/layers/dropout.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "genotype/kernels/cpu/elementwise.hpp"
#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/reference/elementwise.hpp"
#include "genotype/kernels/reference/random.hpp"
#include "support/devices.hpp"

using namespace genotype;

namespace {

constexpr int batch = 7, features = 999, count = batch * features;
constexpr Dims dims = vector_dims(features);

template <class L, class Device>
struct Run {
    std::vector<float> x = std::vector<float>(count, 3.f), y = std::vector<float>(count), saved = y, dx = y;
    RandomState random{.seed = 6};

    Run() {
        static_assert(L::template memory<Device, Training>(dims).saved == MemoryExtent{features, 0});
        static_assert(L::template memory<Device, Inference>(dims).saved == MemoryExtent{});
        L::forward(Device{}, Training{},
                   Forward<Training>{.batch = batch,
                                     .in = dims,
                                     .out = dims,
                                     .x = x.data(),
                                     .y = y.data(),
                                     .parameters = nullptr,
                                     .buffers = nullptr,
                                     .packed = {},
                                     .saved = {saved.data(), nullptr, batch},
                                     .scratch = {},
                                     .random = &random});
        L::backward(Device{}, Backward{.batch = batch,
                                       .in = dims,
                                       .out = dims,
                                       .x = nullptr,
                                       .y = nullptr,
                                       .dy = x.data(),
                                       .dx = dx.data(),
                                       .parameters = nullptr,
                                       .gradients = nullptr,
                                       .packed = {},
                                       .accumulate = false,
                                       .saved = {saved.data(), nullptr, batch},
                                       .scratch = {}});
    }

    double share_kept() const {
        double share = 0;
        for (const float v : y) share += v != 0 ? 1. / count : 0;
        return share;
    }
};

}  // namespace

TEST_CASE_TEMPLATE("Training drops and scales", Device, GENOTYPE_TESTED_DEVICES) {
    const Run<Dropout<>, Device> evenly;
    CHECK(evenly.share_kept() == doctest::Approx(0.5).epsilon(0.05));
    for (const float v : evenly.y) REQUIRE((v == 0 || v == 6));
    CHECK(evenly.dx == evenly.y);
    CHECK(evenly.random.position == (count + 3) / 4);

    const Run<Dropout<0.25f>, Device> quarter;
    CHECK(quarter.share_kept() == doctest::Approx(0.75).epsilon(0.05));
    for (const float v : quarter.y) REQUIRE((v == 0 || v == 4));

    CHECK(Run<Dropout<0.f>, Device>{}.y == std::vector<float>(count, 3.f));
    CHECK(Run<Dropout<1.f>, Device>{}.y == std::vector<float>(count, 0.f));
}

TEST_CASE("All devices drop the same") {
    CHECK(Run<Dropout<>, TestedDevice>{}.y == Run<Dropout<>, Reference>{}.y);
}

TEST_CASE_TEMPLATE("Inference changes nothing", Device, GENOTYPE_TESTED_DEVICES) {
    std::vector<float> x(count, 3.f), y(count);
    Forward<Inference> call{.batch = batch,
                            .in = dims,
                            .out = dims,
                            .x = x.data(),
                            .y = y.data(),
                            .parameters = nullptr,
                            .buffers = nullptr,
                            .packed = {},
                            .saved = {},
                            .scratch = {},
                            .random = nullptr};
    Dropout<>::forward(Device{}, Inference{}, call);
    CHECK(y == x);
    call.y = x.data();
    Dropout<>::forward(Device{}, Inference{}, call);
    CHECK(y == x);
}
