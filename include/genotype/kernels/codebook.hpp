// What a vector quantizer does with its codebook, from one source for all devices.
#pragma once

#include <cstdint>

#include "genotype/kernels/functions.hpp"
#include "genotype/random/philox.hpp"
#include "genotype/random/random_state.hpp"
#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::kernels {

/// The codes, a vector each, and the averages that they follow. Neighbouring codes are neighbours in memory, so that a
/// vector is held against many of them at once.
struct Codebook {
    int codes, dim;
    float* embed;         // (dim, codes)
    float* cluster_size;  // (codes): of the vectors of a batch that had this code, their average number
    float* embed_avg;     // (dim, codes): and the average of their sums
};

/// How averages follow a batch.
struct CodebookRule {
    float decay, epsilon;
    float least;  // a code whose cluster_size is below it, or 0, is dead
};

namespace detail {

/// Of some rows, each one's nearest code.
struct NearestCodes {
    static constexpr int rows_together = 16, codes_together = 32;
    long rows;
    int codes, dim;
    const float *x, *embed;
    float* indices;

    GENOTYPE_BOTH void operator()(long chunk) const {
        const long first = chunk * rows_together;
        const int count = static_cast<int>(rows - first < rows_together ? rows - first : rows_together);
        float least[rows_together];
        int nearest[rows_together];
        for (int row = 0; row < count; ++row) nearest[row] = -1;
        // The last block begins so that it is whole: all distances are worked out alike, and equal codes are equal.
        for (int at = 0; at < codes; at += codes_together) {
            const int begin = codes < codes_together ? 0 : at + codes_together > codes ? codes - codes_together : at;
            for (int row = 0; row < count; ++row) {
                float distances[codes_together] = {};
                const float* const from = x + (first + row) * dim;
                if (codes < codes_together)
                    add_squares(from, begin, codes, distances);
                else
                    add_squares(from, begin, codes_together, distances);
                const int end = codes < codes_together ? codes : codes_together;
                for (int code = 0; code < end; ++code)
                    if (nearest[row] < 0 || distances[code] < least[row]) {
                        least[row] = distances[code];
                        nearest[row] = begin + code;
                    }
            }
        }
        for (int row = 0; row < count; ++row) indices[first + row] = static_cast<float>(nearest[row]);
    }

  private:
    GENOTYPE_BOTH void add_squares(const float* from, int begin, int count, float* distances) const {
        for (int d = 0; d < dim; ++d) {
            const float value = from[d];
            const float* const of_codes = embed + static_cast<long>(d) * codes + begin;
            for (int code = 0; code < count; ++code) {
                const float difference = value - of_codes[code];
                distances[code] += difference * difference;
            }
        }
    }
};

struct GatherCodes {
    int codes, dim;
    const float *indices, *embed;
    float* y;

    GENOTYPE_BOTH void operator()(long row) const {
        const long code = static_cast<long>(indices[row]);
        for (long d = 0; d < dim; ++d) y[row * dim + d] = embed[d * codes + code];
    }
};

struct CountCode {
    long rows;
    const float* indices;
    float* counts;

    GENOTYPE_BOTH void operator()(long code) const {
        const float number = static_cast<float>(code);
        long count = 0;
        for (long row = 0; row < rows; ++row) count += indices[row] == number;
        counts[code] = static_cast<float>(count);
    }
};

/// Of one code: its averages follow the batch. Rows are added up in order.
struct AverageCode {
    long rows;
    Codebook of;
    float decay;
    const float *x, *indices, *counts;
    float* sums;  // (codes, dim)

    GENOTYPE_BOTH void operator()(long code) const {
        const float number = static_cast<float>(code);
        float* const sum = sums + code * of.dim;
        for (int d = 0; d < of.dim; ++d) sum[d] = 0;
        for (long row = 0; row < rows; ++row) {
            if (indices[row] != number) continue;
            for (int d = 0; d < of.dim; ++d) sum[d] += x[row * of.dim + d];
        }
        of.cluster_size[code] = decay * of.cluster_size[code] + (1 - decay) * counts[code];
        for (long d = 0; d < of.dim; ++d) {
            float& average = of.embed_avg[d * of.codes + code];
            average = decay * average + (1 - decay) * sum[d];
        }
    }
};

/// Of one code: the mean of its vectors, by an average number that Laplace's smoothing keeps from being 0.
struct MoveCode {
    Codebook of;
    float epsilon;
    const float* total;

    GENOTYPE_BOTH void operator()(long code) const {
        const float size =
            (of.cluster_size[code] + epsilon) / (*total + static_cast<float>(of.codes) * epsilon) * *total;
        for (long d = 0; d < of.dim; ++d) of.embed[d * of.codes + code] = of.embed_avg[d * of.codes + code] / size;
    }
};

/// Of one code: where it is dead, it becomes a row of the batch, as if it had been that one's in each batch.
struct RestartCode {
    long rows;
    Codebook of;
    float least;
    RandomState random;
    const float* x;

    GENOTYPE_BOTH void operator()(long code) const {
        if (of.cluster_size[code] > 0 && of.cluster_size[code] >= least) return;
        const auto words =
            philox(random.seed, random.first_position() + static_cast<std::uint64_t>(code / 4), random.stream);
        const std::uint64_t word = words[static_cast<unsigned>(code % 4)];
        const long row = static_cast<long>((word * static_cast<std::uint64_t>(rows)) >> 32);
        of.cluster_size[code] = 1;
        for (long d = 0; d < of.dim; ++d)
            of.embed[d * of.codes + code] = of.embed_avg[d * of.codes + code] = x[row * of.dim + d];
    }
};

}  // namespace detail

/// indices[row]: of the code with the least squared distance from row `row` of x (rows, dim), and of equal ones the
/// first.
template <class Device>
void nearest_codes(Device device, long rows, int codes, int dim, const float* x, const float* embed, float* indices) {
    constexpr int together = detail::NearestCodes::rows_together;
    for_each_index(device, (rows + together - 1) / together, detail::NearestCodes{rows, codes, dim, x, embed, indices});
}

/// y (rows, dim): the codes of these numbers, from 0 to codes - 1.
template <class Device>
void gather_codes(Device device, long rows, int codes, int dim, const float* indices, const float* embed, float* y) {
    for_each_index(device, rows, detail::GatherCodes{codes, dim, indices, embed, y});
}

/// counts (codes): how many rows have each.
template <class Device>
void count_codes(Device device, long rows, int codes, const float* indices, float* counts) {
    for_each_index(device, codes, detail::CountCode{rows, indices, counts});
}

/// Floats that `average_codes` wants beside.
constexpr long average_codes_scratch(int codes, int dim) {
    return static_cast<long>(codes) * dim + 1;
}
/// The averages follow a batch, of which the codes have been found and counted, and the codes become their means.
template <class Device>
void average_codes(Device device, long rows, const Codebook& of, const CodebookRule& rule, const float* x,
                   const float* indices, const float* counts, float* scratch) {
    float* const total = scratch + static_cast<long>(of.codes) * of.dim;
    for_each_index(device, of.codes, detail::AverageCode{rows, of, rule.decay, x, indices, counts, scratch});
    sum(device, of.codes, Identity{}, total, of.cluster_size);
    for_each_index(device, of.codes, detail::MoveCode{of, rule.epsilon, total});
}

/// Dead codes become rows of x, each one's drawn by itself: a word of `random` for each code, dead or not.
template <class Device>
void restart_codes(Device device, long rows, const Codebook& of, const CodebookRule& rule, const RandomState& random,
                   const float* x) {
    for_each_index(device, of.codes, detail::RestartCode{rows, of, rule.least, random, x});
}

}  // namespace genotype::inline v0_1::kernels
