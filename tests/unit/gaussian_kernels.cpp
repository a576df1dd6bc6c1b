// A VAE's latents: sampling and divergence, both devices against formulas and differences, any number of threads.
#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <vector>

#include "genotype/kernels/cpu/gaussian.hpp"
#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/reference/gaussian.hpp"
#include "genotype/losses/gaussian_kl.hpp"
#include "support/sizes.hpp"

using namespace genotype;
using genotype_test::has_fewer_sizes, genotype_test::sized_for_sanitizers;

static_assert(!GaussianKL::fits(vector_dims(40), vector_dims(20)));
static_assert(GaussianKL::fits(vector_dims(20), vector_dims(20)).kind == FaultKind::features);
static_assert(GaussianKL::fits(image_dims(40, 1, 1), vector_dims(20)).kind == FaultKind::image_given);

namespace {

std::vector<float> noise(long n, std::uint64_t seed) {
    std::vector<float> x(static_cast<std::size_t>(n));
    fill_normal(Cpu{}, n, RandomState{.seed = seed}, x.data());
    return x;
}

struct Results {
    std::vector<float> z, dmoments, divergence_gradient;
    float divergence = -1;
    std::vector<float> above, free_gradient;

    bool operator==(const Results&) const = default;
};

constexpr float least = 0.7f;  // free bits, which some latents of N(0, 1) have and others have not

template <class Device>
Results run(int batch, int latents, const std::vector<float>& moments, float before = 0, bool accumulate = false) {
    const long n = static_cast<long>(batch) * latents;
    const std::vector<float> epsilon = noise(n, 2), dz = noise(n, 3);
    Results r{.z = std::vector<float>(epsilon.size()),
              .dmoments = std::vector<float>(moments.size()),
              .divergence_gradient = std::vector<float>(moments.size(), before),
              .above = std::vector<float>(static_cast<std::size_t>(latents), NAN),
              .free_gradient = std::vector<float>(moments.size(), before)};
    reparameterize(Device{}, batch, latents, moments.data(), epsilon.data(), r.z.data());
    reparameterize_backward(Device{}, batch, latents, moments.data(), epsilon.data(), dz.data(), r.dmoments.data());
    GaussianKL::evaluate(Device{}, {.moments = {moments.data(), batch, 2L * latents},
                                    .weight = 0.5f,
                                    .value = &r.divergence,
                                    .gradient = {r.divergence_gradient.data(), batch, 2L * latents},
                                    .accumulate = accumulate});
    gaussian_divergence_above(Device{}, batch, latents, moments.data(), 0.5f / static_cast<float>(batch), least,
                              r.above.data(), r.free_gradient.data());
    return r;
}

bool close(const std::vector<float>& left, const std::vector<float>& right) {
    for (std::size_t i = 0; i < left.size(); ++i)
        if (!(std::abs(left[i] - right[i]) <= 5e-6f * (1 + std::abs(right[i])))) return false;
    return left.size() == right.size();
}

}  // namespace

TEST_CASE_TEMPLATE("Values by formula, gradients by differences", Device, Cpu, Reference) {
    constexpr int batch = 3;
    for (int latents : {1, 2, 16, 20, 33}) {
        CAPTURE(latents);
        const auto moments = noise(2L * batch * latents, 1);
        const auto epsilon = noise(static_cast<long>(batch) * latents, 2);
        const auto dz = noise(static_cast<long>(batch) * latents, 3);
        const Results got = run<Device>(batch, latents, moments);
        const auto divergence = [&](std::size_t moved, double step) {
            double sum = 0;
            for (int s = 0; s < batch; ++s)
                for (int i = 0; i < latents; ++i) {
                    const auto m = static_cast<std::size_t>(s * 2 * latents + i);
                    const auto v = m + static_cast<std::size_t>(latents);
                    const double mean = moments[m] + (m == moved ? step : 0);
                    const double log_variance = moments[v] + (v == moved ? step : 0);
                    sum -= 0.5 * (1 + log_variance - mean * mean - std::exp(log_variance));
                }
            return 0.5 * sum / batch;
        };
        const auto weighted_samples = [&](std::size_t moved, double step) {
            double sum = 0;
            for (int s = 0; s < batch; ++s)
                for (int i = 0; i < latents; ++i) {
                    const auto m = static_cast<std::size_t>(s * 2 * latents + i);
                    const auto v = m + static_cast<std::size_t>(latents);
                    const std::size_t at = static_cast<std::size_t>(s * latents + i);
                    const double mean = moments[m] + (m == moved ? step : 0);
                    const double log_variance = moments[v] + (v == moved ? step : 0);
                    const double z = mean + epsilon[at] * std::exp(log_variance / 2);
                    if (step == 0) REQUIRE(got.z[at] == doctest::Approx(z).epsilon(1e-5));
                    sum += dz[at] * z;
                }
            return sum;
        };
        weighted_samples(0, 0);
        CHECK(got.divergence == doctest::Approx(divergence(0, 0)).epsilon(1e-6));
        for (std::size_t i = 0; i < moments.size(); ++i) {
            const double step = 1e-5;
            const double by_divergence = (divergence(i, step) - divergence(i, -step)) / (2 * step);
            const double by_samples = (weighted_samples(i, step) - weighted_samples(i, -step)) / (2 * step);
            REQUIRE(std::abs(got.divergence_gradient[i] - by_divergence) < 1e-6);
            REQUIRE(std::abs(got.dmoments[i] - by_samples) < 1e-5);
        }
        int free = 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(latents); ++i) {
            double total = 0;
            for (int sample = 0; sample < batch; ++sample) {
                const std::size_t m = static_cast<std::size_t>(sample * 2 * latents) + i;
                const double mean = moments[m], log_variance = moments[m + static_cast<std::size_t>(latents)];
                total += 0.5 * (mean * mean + std::exp(log_variance) - 1 - log_variance) / batch;
            }
            const bool counts = total > static_cast<double>(least);
            free += !counts;
            CHECK(got.above[i] == (counts ? 1 : 0));
            for (std::size_t m = i; m < moments.size(); m += static_cast<std::size_t>(latents))
                REQUIRE(got.free_gradient[m] == doctest::Approx(counts ? got.divergence_gradient[m] : 0).epsilon(1e-5));
        }
        if (latents > 2) CHECK((free > 0 && free < latents));
        const Results added = run<Device>(batch, latents, moments, 2, true);
        const Results written = run<Device>(batch, latents, moments, NAN, false);
        CHECK(written.divergence_gradient == got.divergence_gradient);
        for (std::size_t i = 0; i < moments.size(); ++i)
            REQUIRE(added.free_gradient[i] - 2 == doctest::Approx(got.free_gradient[i]).epsilon(1e-5).scale(1));
        for (std::size_t i = 0; i < moments.size(); ++i)
            REQUIRE(added.divergence_gradient[i] - 2 == doctest::Approx(got.divergence_gradient[i]).epsilon(1e-5));
    }
}

TEST_CASE("Latents that are N(0, 1) already cost nothing") {
    const std::vector<float> moments(2 * 20, 0.f);
    const Results got = run<Cpu>(1, 20, moments);
    CHECK(got.divergence == 0);
    CHECK(got.divergence_gradient == moments);
}

TEST_CASE("Cpu against Reference, with any number of threads") {
    for (int batch : {1, 2, 63, 64, 65, 3000})
        for (int latents : {1, 7, 16, 20, 100, 5000}) {
            if (batch * latents > 400'000 || (has_fewer_sizes && batch > 2 && batch * latents > 70'000)) continue;
            CAPTURE(batch);
            CAPTURE(latents);
            const auto moments = noise(2L * batch * latents, 4);
            Results alone;
            const int before = omp_get_max_threads();
            for (int threads : sized_for_sanitizers<int>({1, 2, 3}, {1, 3})) {
                omp_set_num_threads(threads);
                const Results got = run<Cpu>(batch, latents, moments);
                if (threads == 1) alone = got;
                CHECK(got == alone);
            }
            omp_set_num_threads(before);
            const Results want = run<Reference>(batch, latents, moments);
            CHECK(close(alone.z, want.z));
            CHECK(close(alone.dmoments, want.dmoments));
            CHECK(close(alone.divergence_gradient, want.divergence_gradient));
            CHECK(close(alone.free_gradient, want.free_gradient));
            CHECK(alone.above == want.above);
            CHECK(alone.divergence == doctest::Approx(want.divergence).epsilon(1e-6));
        }
}

TEST_CASE("issue 17.29: a divergence knows the sizes of its moments") {
    Tensor<Shape<6>> moments(4), derivative(4), small(3);
    fill_normal(Cpu{}, moments.size(), RandomState{.seed = 1}, moments.data());
    const float value = GaussianKL::evaluate(Cpu{}, moments, derivative);
    const auto expected = run<Cpu>(4, 3, {moments.data(), moments.data() + 24});
    CHECK(value == doctest::Approx(2 * expected.divergence));  // which has half the weight
    CHECK(derivative(3, 5) == doctest::Approx(2 * expected.divergence_gradient[23]));
    CHECK(GaussianKL::evaluate(Cpu{}, moments, 0.5f) == expected.divergence);
    CHECK_THROWS_WITH_AS(GaussianKL::evaluate(Cpu{}, moments, small),
                         "loss: batch of the gradient: found 3, expected 4, that of the prediction", Error);
    CHECK_THROWS_WITH_AS(GaussianKL::evaluate(Cpu{}, Tensor<Shape<5>>(4)),
                         "loss: values of a sample of the moments: found 5, expected twice the latents", Error);
}
