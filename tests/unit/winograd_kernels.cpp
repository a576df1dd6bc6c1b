// Both forms of a convolution, direct and Winograd's, against sums in double precision.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "genotype/kernels/cpu/conv/convolution.hpp"
#include "genotype/kernels/reference/convolution.hpp"
#include "support/kernel_arrays.hpp"
#include "support/sizes.hpp"

using namespace genotype;
using genotype_test::has_fewer_sizes, genotype_test::sized_for_sanitizers;
using kernel_test::Array;

namespace {

struct Case {
    kernels::ConvGeometry geometry;
    int batch;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
    const kernels::ConvGeometry& g = c.geometry;
    return out << "kernel " << g.kernel << ", channels " << g.large_channels << " <-> " << g.small_channels << ", "
               << g.large_height << "x" << g.large_width << " <-> " << g.small_height << "x" << g.small_width
               << ", batch " << c.batch;
}

Case conv(int large, int small, int height, int width, int batch) {
    return {{large, small, 4, 2, 1, height, width, height / 2, width / 2}, batch};
}

/// Kernel 3, stride 1: both images have one size.
Case plain(int large, int small, int height, int width, int batch) {
    return {{large, small, 3, 1, 1, height, width, height, width}, batch};
}

/// What all directions give, with a bias on both sides; `added` to `before`.
struct Results {
    Array small, large, gradient, added;
    Array after_small, after_large;  // the gradient by calls that find one side transformed
};

struct Inputs {
    Array large, small, weights, small_bias, large_bias, before;

    explicit Inputs(const Case& c, float mean = 0)
        : large(kernel_test::random_array(c.batch * c.geometry.large_floats(), 1, mean)),
          small(kernel_test::random_array(c.batch * c.geometry.small_floats(), 2, mean)),
          weights(kernel_test::random_array(c.geometry.weights(), 3)),
          small_bias(kernel_test::random_array(c.geometry.small_channels, 4)),
          large_bias(kernel_test::random_array(c.geometry.large_channels, 5)),
          before(kernel_test::random_array(c.geometry.weights(), 6)) {}
};

Results run(const Case& c, const Inputs& in, bool exact = false) {
    using kernel_test::unwritten;
    kernels::ConvGeometry g = c.geometry;
    g.exact = exact;
    Array packed = unwritten(packed_form(Cpu{}, g).count);
    pack(Cpu{}, g, in.weights.data(), packed.data());
    const kernels::ConvWeights weights{in.weights.data(), packed.data()};
    const long floats = convolution_scratch(Cpu{}, g).floats(c.batch), guard = 64;
    Array memory = unwritten(floats + guard);
    std::fill(memory.begin() + floats, memory.end(), 7.0f);
    const MemoryRegion scratch{memory.data(), nullptr, c.batch};
    Results r{unwritten(c.batch * g.small_floats()),
              unwritten(c.batch * g.large_floats()),
              unwritten(g.weights()),
              in.before,
              unwritten(g.weights()),
              unwritten(g.weights())};
    convolve(Cpu{}, g, c.batch, in.large.data(), weights, in.small_bias.data(), r.small.data(), scratch);
    convolve_weight_gradient(Cpu{}, g, c.batch, in.large.data(), in.small.data(), r.after_large.data(), false, scratch,
                             kernels::Transformed::large);
    std::fill(memory.begin(), memory.begin() + floats, std::numeric_limits<float>::quiet_NaN());
    convolve_transposed(Cpu{}, g, c.batch, in.small.data(), weights, in.large_bias.data(), r.large.data(), scratch);
    convolve_weight_gradient(Cpu{}, g, c.batch, in.large.data(), in.small.data(), r.after_small.data(), false, scratch,
                             kernels::Transformed::small);
    std::fill(memory.begin(), memory.begin() + floats, std::numeric_limits<float>::quiet_NaN());
    convolve_weight_gradient(Cpu{}, g, c.batch, in.large.data(), in.small.data(), r.gradient.data(), false, scratch);
    convolve_weight_gradient(Cpu{}, g, c.batch, in.large.data(), in.small.data(), r.added.data(), true, scratch);
    CHECK(std::count(memory.begin() + floats, memory.end(), 7.0f) == guard);
    return r;
}

/// The largest error of sums of so many terms over the root of the mean square of `exact`, and over the root of the
/// terms, with which errors grow; NaN where a value is.
double error(const Array& values, const std::vector<double>& exact, double terms) {
    double largest = 0, square = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const double apart = std::abs(values[i] - exact[i]);
        if (!(apart <= largest)) largest = apart;
        square += exact[i] * exact[i];
    }
    return largest / std::sqrt(square / static_cast<double>(exact.size()) * terms);
}

struct Errors {
    double small, large, gradient, added;
};

/// What all directions give by the definition, summed in double precision.
struct Exact {
    std::vector<double> small, large, gradient, added;

    Exact(const Case& c, const Inputs& in)
        : small(filled(in.small_bias, in.small.size())),
          large(filled(in.large_bias, in.large.size())),
          gradient(in.weights.size()),
          added(in.before.begin(), in.before.end()) {
        const kernels::ConvGeometry& g = c.geometry;
        const float* weights = in.weights.data();
        for (int sample = 0; sample < c.batch; ++sample) {
            const long first_large = sample * g.large_floats(), first_small = sample * g.small_floats();
            kernels::detail::for_each_tap(g, [&](long at_large, long at_small, long tap) {
                const float* x = in.large.data() + first_large + at_large;
                const float* y = in.small.data() + first_small + at_small;
                double* to_large = large.data() + first_large + at_large;
                double* to_small = small.data() + first_small + at_small;
                for (int l = 0; l < g.large_channels; ++l, tap += g.small_channels) {
                    double* of_tap = gradient.data() + tap;
                    const double value = x[l];
                    double sum = 0;
                    // Else most of this file's time goes here.
#pragma omp simd reduction(+ : sum)
                    for (int s = 0; s < g.small_channels; ++s) {
                        to_small[s] += value * weights[tap + s];
                        sum += static_cast<double>(y[s]) * weights[tap + s];
                        of_tap[s] += value * y[s];
                    }
                    to_large[l] += sum;
                }
            });
        }
        for (std::size_t i = 0; i < added.size(); ++i) added[i] += gradient[i];
    }

    static std::vector<double> filled(const Array& bias, std::size_t size) {
        std::vector<double> values(size);
        for (std::size_t i = 0; i < size; ++i) values[i] = bias[i % bias.size()];
        return values;
    }
};

Errors errors(const Case& c, const Exact& exact, const Results& r) {
    const kernels::ConvGeometry& g = c.geometry;
    const double taps_to_large = static_cast<double>(g.taps()) / (g.stride * g.stride);
    const double to_small = g.taps() * g.large_channels, to_large = std::max(1.0, taps_to_large) * g.small_channels,
                 pixels = static_cast<double>(c.batch) * g.small_pixels();
    return {error(r.small, exact.small, to_small), error(r.large, exact.large, to_large),
            error(r.gradient, exact.gradient, pixels), error(r.added, exact.added, pixels)};
}

/// What each form promises: 1.4 times the most that was seen with AVX-512, AVX2 and SSE2, in these cases and in layers
/// of up to 512 channels at a batch of 64. That was 3.0e-7 for the direct form, and for Winograd's 7.7e-7 to the small
/// image, 1.1e-6 to the large one (of values that are not about zero), 2.7e-7 and 6.2e-7 for the gradients; with
/// tiles of five outputs 1.4e-6 and 1.8e-6.
constexpr Errors direct_bound{4.2e-7, 4.2e-7, 4.2e-7, 4.2e-7}, winograd_4x4_bound{1.1e-6, 1.6e-6, 4e-7, 4e-7},
    winograd_3x3_bound{1.1e-6, 1.6e-6, 8.5e-7, 8.5e-7}, winograd_five_bound{2e-6, 2.5e-6, 8.5e-7, 8.5e-7};

void check(const Errors& found, const Errors& bound) {
    CHECK(found.small < bound.small);
    CHECK(found.large < bound.large);
    CHECK(found.gradient < bound.gradient);
    CHECK(found.added < bound.added);
}

void compare(const Case& c, float mean = 0) {
    CAPTURE(c);
    REQUIRE(convolution_form(Cpu{}, c.geometry, c.batch) == kernels::ConvForm::winograd);
    const Inputs in(c, mean);
    const Exact exact(c, in);
    const Results r = run(c, in);
    check(errors(c, exact, r), c.geometry.kernel == 4                            ? winograd_4x4_bound
                               : kernels::detail::winograd_tile(c.geometry) == 4 ? winograd_3x3_bound
                                                                                 : winograd_five_bound);
    CHECK(kernel_test::same_bits(r.after_large, r.gradient));
    CHECK(kernel_test::same_bits(r.after_small, r.gradient));
    if (has_fewer_sizes) return;  // sanitizers look at the direct form in convolution_kernels.cpp, and below
    const Results direct = run(c, in, true);
    check(errors(c, exact, direct), direct_bound);
    CHECK(!kernel_test::same_bits(r.small, direct.small));
}

}  // namespace

TEST_CASE("All directions of images of many sizes") {
    // One tile; sides that four does not divide; odd large images; a column of tiles; as many tiles as a sample may
    // have; an odd number of them.
    for (const Case& c :
         {conv(32, 32, 8, 8, 16), conv(32, 32, 14, 14, 5), conv(32, 32, 15, 17, 6), conv(32, 32, 9, 9, 17),
          conv(32, 32, 8, 26, 5), conv(32, 32, 34, 8, 4), conv(32, 32, 24, 24, 2),
          conv(32, 32, 64, 64, has_fewer_sizes ? 1 : 3), conv(32, 32, 40, 23, has_fewer_sizes ? 2 : 3)})
        compare(c);
    for (const Case& c :
         {plain(32, 32, 4, 4, 16), plain(32, 32, 7, 7, 5), plain(32, 32, 8, 11, 6), plain(32, 32, 4, 12, 7),
          plain(32, 32, 16, 4, 4), plain(32, 32, 32, 32, has_fewer_sizes ? 1 : 2),
          plain(32, 32, 23, 22, has_fewer_sizes ? 1 : 3), plain(32, 32, 3, 3, 17)})
        compare(c);
    // Tiles of five outputs.
    for (const Case& c :
         {plain(32, 32, 5, 5, 16), plain(32, 32, 14, 14, 7), plain(32, 32, 10, 9, 5), plain(32, 32, 15, 5, 6),
          plain(32, 32, 9, 14, 8), plain(32, 32, 35, 39, has_fewer_sizes ? 1 : 2)}) {
        CHECK(kernels::detail::winograd_tile(c.geometry) == 5);
        compare(c);
    }
}

TEST_CASE("All directions of channels on both sides of the blocks") {
    constexpr int panel = kernels::detail::tile_columns;
    compare(conv(32 + panel, 32 + 3 * panel, 8, 8, 16));
    compare(conv(32 + 3 * panel, 32 + panel, 9, 8, 17));
    for (const Case& c : sized_for_sanitizers<Case>(
             {conv(32, 64, 8, 8, 16), conv(64, 32, 8, 8, 17), conv(96, 64, 8, 8, 19), conv(64, 96, 16, 16, 4),
              conv(32, 160, 8, 8, 16), conv(64, 128, 16, 16, 7), conv(128, 256, 8, 8, 16)},
             {conv(96, 64, 8, 8, 17), conv(32, 160, 8, 8, 16), conv(64, 128, 8, 8, 16)}))
        compare(c);
    for (const Case& c : sized_for_sanitizers<Case>(
             {plain(32, 64, 8, 8, 16), plain(64, 32, 8, 8, 17), plain(96, 64, 4, 4, 19), plain(64, 96, 8, 8, 4),
              plain(64, 160, 4, 4, 16), plain(128, 128, 8, 8, 7), plain(64, 96, 14, 14, 7), plain(160, 64, 10, 10, 5),
              plain(128, 128, 5, 5, 17)},
             {plain(96, 64, 4, 4, 17), plain(64, 160, 4, 4, 16), plain(64, 96, 14, 14, 2), plain(160, 64, 10, 10, 4)}))
        compare(c);
}

TEST_CASE("Numbers of tiles on both sides of the register tiles, of the blocks and of the gradient's chunks") {
    for (int batch : sized_for_sanitizers<int>(
             {18, 20, 21, 22, 23, 25, 26, 27, 30, 31, 32, 33, 34, 39, 47, 63, 64, 65, 66, 127, 128, 129},
             {18, 23, 31, 33, 65, 129}))
        compare(conv(32, 32, 8, 8, batch));
    for (int batch : sized_for_sanitizers<int>({16, 18, 25, 33, 41, 63, 64, 65, 127, 128, 129}, {16, 33, 65, 129})) {
        compare(plain(32, 32, 4, 4, batch));
        compare(plain(32, 32, 5, 5, batch));
    }
}

TEST_CASE("All directions of values that are not about zero, as after a ReLU") {
    // What this finds are lost digits, not a wrong address.
    for (float mean : sized_for_sanitizers<float>({-3, 0.5f, 1, 10}, {10})) {
        compare(has_fewer_sizes ? conv(32, 64, 16, 16, 4) : conv(64, 128, 16, 16, 15), mean);
        compare(has_fewer_sizes ? plain(32, 64, 8, 8, 4) : plain(64, 128, 8, 8, 15), mean);
        compare(has_fewer_sizes ? plain(32, 64, 14, 14, 2) : plain(64, 128, 14, 14, 7), mean);
    }
}

TEST_CASE("The direct form of other convolutions") {
    // Sanitizers have the geometries of all but two in convolution_kernels.cpp.
    for (const Case& c : sized_for_sanitizers<Case>(
             {Case{{3, 64, 4, 2, 1, 32, 32, 16, 16}, 8}, Case{{256, 1, 4, 1, 0, 4, 4, 1, 1}, 64},
              Case{{256, 100, 4, 1, 0, 4, 4, 1, 1}, 64}, Case{{17, 33, 5, 3, 2, 11, 10, 4, 4}, 9},
              Case{{48, 32, 3, 1, 1, 5, 9, 5, 9}, 4}, conv(64, 128, 16, 16, 3), Case{{784, 256}, 64}},
             {Case{{48, 32, 3, 1, 1, 5, 9, 5, 9}, 4}, conv(64, 128, 16, 16, 1)})) {
        CAPTURE(c);
        REQUIRE(convolution_form(Cpu{}, c.geometry, c.batch) == kernels::ConvForm::direct);
        const Inputs in(c);
        check(errors(c, Exact(c, in), run(c, in)), direct_bound);
    }
}

TEST_CASE("The direct form can be asked for") {
    for (const Case& c : {conv(64, 128, 16, 16, 64), plain(64, 128, 8, 8, 64)}) {
        kernels::ConvGeometry exact = c.geometry;
        exact.exact = true;
        CHECK(convolution_form(Cpu{}, exact, 64) == kernels::ConvForm::direct);
        CHECK(convolution_scratch(Cpu{}, exact) == MemoryExtent{});
        CHECK(packed_form(Cpu{}, exact).count == 2 * exact.weights());
    }
}

TEST_CASE("Other convolutions take the direct form and no scratch") {
    auto form = [](kernels::ConvGeometry g, int batch) { return convolution_form(Cpu{}, g, batch); };
    const kernels::ConvGeometry g = conv(64, 128, 16, 16, 64).geometry;
    CHECK(form(g, 64) == kernels::ConvForm::winograd);
    CHECK(form(g, 4) == kernels::ConvForm::winograd);
    CHECK(form(g, 3) == kernels::ConvForm::direct);  // 12 tiles do not pay for transforming the weights
    for (const kernels::ConvGeometry& other :
         {kernels::ConvGeometry{3, 64, 4, 2, 1, 32, 32, 16, 16}, kernels::ConvGeometry{64, 129, 4, 2, 1, 16, 16, 8, 8},
          kernels::ConvGeometry{64, 128, 3, 2, 1, 16, 16, 8, 8},
          kernels::ConvGeometry{64, 128, 4, 1, 1, 16, 16, 15, 15},
          kernels::ConvGeometry{64, 128, 4, 2, 0, 16, 16, 7, 7}, kernels::ConvGeometry{64, 128, 4, 2, 1, 4, 4, 2, 2},
          kernels::ConvGeometry{64, 128, 4, 2, 1, 10, 10, 5, 5}, kernels::ConvGeometry{64, 128, 3, 1, 0, 10, 10, 8, 8},
          kernels::ConvGeometry{64, 128, 3, 1, 1, 2, 2, 2, 2}, kernels::ConvGeometry{16, 64, 3, 1, 1, 8, 8, 8, 8},
          kernels::ConvGeometry{64, 128, 3, 1, 1, 33, 32, 33, 32}, kernels::ConvGeometry{784, 256}}) {
        CHECK(form(other, 64) == kernels::ConvForm::direct);
        CHECK(convolution_scratch(Cpu{}, other) == MemoryExtent{});
        CHECK(convolution_scratch(Reference{}, other) == MemoryExtent{});
    }
    CHECK(convolution_scratch(Reference{}, g) == MemoryExtent{});
}

TEST_CASE("Every number of threads gives the same bits") {
    for (const Case& c : sized_for_sanitizers<Case>(
             {conv(64, 128, 16, 16, 15), conv(32, 64, 15, 16, 7), conv(64, 64, 8, 8, 64), conv(32, 32, 24, 24, 2),
              conv(32, 32, 32, 32, 1), plain(64, 96, 8, 8, 15), plain(32, 64, 7, 9, 7), plain(64, 64, 4, 4, 64),
              plain(32, 32, 8, 8, 9), plain(32, 32, 4, 4, 64), plain(64, 96, 14, 14, 9), plain(32, 64, 5, 5, 64)},
             {conv(32, 64, 15, 16, 7), conv(32, 32, 8, 8, 64), conv(32, 32, 32, 32, 1), plain(32, 64, 7, 9, 7),
              plain(32, 32, 4, 4, 64), plain(32, 32, 14, 14, 9)})) {
        CAPTURE(c);
        const Inputs in(c);
        const Results one = kernel_test::with_threads(1, [&] { return run(c, in); });
        for (int threads : sized_for_sanitizers<int>({2, 3, 7}, {3})) {
            const Results several = kernel_test::with_threads(threads, [&] { return run(c, in); });
            CHECK(kernel_test::same_bits(several.small, one.small));
            CHECK(kernel_test::same_bits(several.large, one.large));
            CHECK(kernel_test::same_bits(several.gradient, one.gradient));
            CHECK(kernel_test::same_bits(several.added, one.added));
        }
    }
}
