// A VAE's latents over thrust against plain loops.
#include "genotype/kernels/reference/gaussian.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/portable/gaussian.hpp"
#include "genotype/kernels/portable/spread.hpp"
#include "genotype/kernels/reference/spread.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Results {
    Array z, dmoments, derivatives, value, above, free;

    bool operator==(const Results& other) const {
        return same_bits(z, other.z) && same_bits(dmoments, other.dmoments) &&
               same_bits(derivatives, other.derivatives) && same_bits(value, other.value) &&
               same_bits(above, other.above) && same_bits(free, other.free);
    }
};

/// The divergence and its gradient from one call, or apart from two.
template <class Device>
Results run(Device device, int batch, int latents, bool accumulate, bool apart = false) {
    spread_threads(device);
    const long count = static_cast<long>(batch) * latents;
    const Array moments = random_array(2 * count, 1), noise = random_array(count, 2), dz = random_array(count, 3);
    Results r{unwritten(count), unwritten(2 * count), accumulate ? random_array(2 * count, 4) : unwritten(2 * count),
              unwritten(1),     unwritten(latents),   random_array(2 * count, 4)};
    gaussian_divergence_above(device, batch, latents, moments.data(), 0.7f / static_cast<float>(count), 0.8f,
                              r.above.data(), r.free.data());
    reparameterize(device, batch, latents, moments.data(), noise.data(), r.z.data());
    reparameterize_backward(device, batch, latents, moments.data(), noise.data(), dz.data(), r.dmoments.data());
    const float scale = 0.7f / static_cast<float>(count);
    gaussian_divergence(device, batch, latents, moments.data(), scale, apart ? nullptr : r.value.data(),
                        r.derivatives.data(), accumulate);
    if (apart) gaussian_divergence(device, batch, latents, moments.data(), scale, r.value.data(), nullptr, accumulate);
    return r;
}

}  // namespace

TEST_CASE_TEMPLATE("latents agree with the plain ones", Device, GENOTYPE_THRUST_DEVICES) {
    for (const int batch : {1, 2, 65, 300})
        for (const int latents : {1, 7, 20, 100})
            for (const bool accumulate : {false, true}) {
                CAPTURE(batch);
                CAPTURE(latents);
                CAPTURE(accumulate);
                const Results wanted = run(Reference{}, batch, latents, accumulate);
                const auto own = [&] { return run(Device{}, batch, latents, accumulate); };
                const Results found = with_threads(1, own);
                CHECK(found == with_threads(3, own));
                CHECK(found == run(Device{}, batch, latents, accumulate, true));
                CHECK(difference(found.z, wanted.z) < 5e-6);
                CHECK(difference(found.dmoments, wanted.dmoments) < 5e-6);
                CHECK(difference(found.derivatives, wanted.derivatives) < 1e-6);
                CHECK(difference(found.value, wanted.value) < 1e-6);
                CHECK(difference(found.above, wanted.above) == 0);
                CHECK(difference(found.free, wanted.free) < 1e-6);
            }
}

TEST_CASE_TEMPLATE("Latents that are N(0, 1) already cost nothing", Device, GENOTYPE_THRUST_DEVICES) {
    const Array moments(40, 0.0f);
    Array value = unwritten(1), derivatives = unwritten(40);
    gaussian_divergence(Device{}, 1, 20, moments.data(), 0.5f, value.data(), derivatives.data(), false);
    CHECK(value[0] == 0);
    CHECK(difference(derivatives, moments) == 0);
}
