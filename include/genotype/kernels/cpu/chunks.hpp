// How one-dimensional work is cut for threads and vectors: by its length alone, never by the number of threads.
#pragma once

#include "genotype/kernels/cpu/vector.hpp"

namespace genotype::detail {

/// Values that one thread works on at a time. A multiple of every vector's size, so that only the last chunk has a tail.
inline constexpr long chunk_values = 4096;
/// With fewer values the work is shorter than waking the other threads.
inline constexpr long parallel_values = 32768;

/// Runs `body(first, last)` over [0, n) in chunks.
template <class Body>
void for_each_chunk(long n, const Body& body) {
    const long chunks = (n + chunk_values - 1) / chunk_values;
#pragma omp parallel for schedule(static) if (n >= parallel_values)
    for (long chunk = 0; chunk < chunks; ++chunk) {
        const long first = chunk * chunk_values;
        body(first, first + chunk_values < n ? first + chunk_values : n);
    }
}

/// The last values of an array, fewer than fill a vector, in a place that is long enough for one. The rest repeats the
/// first, so that no function meets a value that is not in the array.
struct Tail {
    alignas(64) float values[static_cast<unsigned long>(vector_size)];

    Tail() = default;
    Tail(const float* from, long count) {
        for (long i = 0; i < vector_size; ++i) values[i] = from[i < count ? i : 0];
    }
    void copy_to(float* to, long count) const {
        for (long i = 0; i < count; ++i) to[i] = values[i];
    }
};

}  // namespace genotype::detail
