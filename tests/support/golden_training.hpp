// What the comparisons of whole training steps share: weights and data from Philox, and gradients from their
// projections. The twin of tests/golden/cases/training.py and philox.py.
#pragma once

#include <array>
#include <cstdint>

#include "genotype/memory/tensor.hpp"
#include "genotype/network/children.hpp"
#include "genotype/random/philox.hpp"
#include "support/golden.hpp"

namespace golden {

inline constexpr std::uint64_t seed_weights = 101, seed_signs = 303;

/// U(-bound, bound): 24 bits of word i % 4 of position i / 4.
inline std::vector<float> uniform(long count, std::uint64_t seed, std::uint64_t stream, double bound) {
    std::vector<float> values;
    for (long i = 0; i < count; ++i) {
        const std::uint32_t word =
            genotype::philox(seed, static_cast<std::uint64_t>(i / 4), stream)[static_cast<std::size_t>(i % 4)];
        const float unit = static_cast<float>(static_cast<std::int64_t>(word >> 8) - (1 << 23)) * 0x1p-23f;
        values.push_back(unit * static_cast<float>(bound));
    }
    return values;
}

/// Draws the weights of `Net` into its arena. `first_stream` counts the parameters of the nets before; returns the
/// next.
template <genotype::Layer Net>
std::uint64_t fill(float* arena, std::uint64_t first_stream) {
    struct Entry {
        genotype::Parameter tensor;
        long offset;
    };
    std::vector<Entry> list;
    genotype::for_each_tensor<Net, genotype::detail::Owned::parameters>(
        [&](const std::string&, const genotype::Parameter& tensor, long offset) {
            list.push_back({tensor, offset});
        });
    for (std::size_t i = 0; i < list.size(); ++i) {
        const genotype::Parameter& tensor = list[i].tensor;
        if (tensor.initial.kind == genotype::Initial::uniform_fan_in) {
            const bool before_norm = tensor.dims.rank == 4 && i + 1 < list.size() && list[i + 1].tensor.dims.rank == 1;
            const double bound = (before_norm ? 8 : 1) / std::sqrt(static_cast<double>(tensor.initial.value));
            const auto values = uniform(tensor.count(), seed_weights, first_stream + i, bound);
            to_memory(places(tensor.dims, tensor.order), 1, values.data(), arena + list[i].offset);
        }
    }
    return first_stream + list.size();
}

/// A batch of images or noise: `offset` + U(-bound, bound).
template <genotype::ShapeType S>
genotype::Tensor<S> data(int batch, std::uint64_t seed, std::uint64_t stream, double bound, float offset = 0) {
    genotype::Tensor<S> result(batch);
    auto values = uniform(batch * S::count, seed, stream, bound);
    for (float& value : values) value += offset;
    to_memory(sample_places(S::dims), batch, values.data(), result.data());
    return result;
}

inline double norm(std::span<const float> values) {
    double squares = 0;
    for (float value : values) squares += static_cast<double>(value) * value;
    return std::sqrt(squares);
}
inline double distance(std::span<const float> left, std::span<const float> right) {
    REQUIRE(left.size() == right.size());
    double squares = 0;
    for (std::size_t i = 0; i < left.size(); ++i) squares += std::pow(static_cast<double>(left[i]) - right[i], 2);
    return std::sqrt(squares);
}

/// Products with vectors of +-1; bit p of word i is the sign of value i in vector p.
inline std::vector<float> projections(const std::vector<float>& values, std::uint64_t stream, std::size_t count) {
    std::vector<double> sums(count, 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::uint32_t word = genotype::philox(seed_signs, i / 4, stream)[static_cast<std::size_t>(i % 4)];
        for (std::size_t p = 0; p < count; ++p)
            sums[p] += (word >> p & 1) ? -static_cast<double>(values[i]) : values[i];
    }
    return {sums.begin(), sums.end()};
}

/// Every gradient of `Net` is within `tolerance` of its norm: the whole of it as its projections estimate, its norm,
/// and the values that the file has.
template <genotype::Layer Net>
void check_gradients(const File& file, const std::string& label, const float* arena, double tolerance = 1e-4) {
    std::uint64_t number = 0;
    genotype::for_each_tensor<Net, genotype::detail::Owned::parameters>(
        [&](const std::string& name, const genotype::Parameter& tensor, long offset) {
            const std::string stored = label + "." + name;
            INFO(stored);
            std::vector<float> gradient(static_cast<std::size_t>(tensor.count()));
            from_memory(places(tensor.dims, tensor.order), 1, arena + offset, gradient.data());

            const double expected = file[stored + "/norm"].scalar();
            CHECK(std::abs(norm(gradient) - expected) <= tolerance * expected);

            const std::vector<float>& sums = file[stored + "/projections"].values;
            const double difference = distance(projections(gradient, number, sums.size()), sums);
            CHECK(difference / std::sqrt(static_cast<double>(sums.size())) <= tolerance * expected);

            const std::vector<float>& some = file[stored + "/every"].values;
            const std::size_t step = (gradient.size() + 127) / 128;
            std::vector<float> found;
            for (std::size_t i = 0; i < gradient.size(); i += step) found.push_back(gradient[i]);
            CHECK(distance(found, some) <= tolerance * norm(some));
            ++number;
        });
}

/// The running statistics after the last step, each within `tolerance` of its largest value.
template <genotype::Layer Net>
void check_buffers(const File& file, const std::string& label, const float* arena, double tolerance) {
    genotype::for_each_tensor<Net, genotype::detail::Owned::buffers>(
        [&](const std::string& name, const genotype::Parameter& tensor, long offset) {
            INFO(label << "." << name);
            const std::vector<float>& expected = file[label + "." + name].values;
            if (tensor.initial.kind != genotype::Initial::counter)
                return check_close({arena + offset, expected.size()}, expected, {.of_largest = tolerance});
            std::int32_t count = 0;
            std::memcpy(&count, arena + offset, sizeof count);
            CHECK(static_cast<float>(count) == expected[0]);
        });
}

}  // namespace golden
