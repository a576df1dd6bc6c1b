// How one-dimensional work is cut for threads: by its length alone, never by the number of threads.
#pragma once

namespace genotype::inline v0_1::kernels::detail {

/// Values that one thread works on at a time: a multiple of every vector's size, so that only the last chunk has a
/// tail.
inline constexpr long values_per_chunk = 4096;
/// With fewer values the work is shorter than waking the other threads.
inline constexpr long parallel_values = 32768;

/// Runs `body(first, count)` over [0, n) in chunks of `chunk`, each of which stands for `chunk * weight` values.
template <class Body>
void for_each_chunk(long n, const Body& body, long chunk = values_per_chunk, long weight = 1) {
    const long chunks = (n + chunk - 1) / chunk;
#pragma omp parallel for schedule(static) if (n * weight >= parallel_values)
    for (long c = 0; c < chunks; ++c) body(c * chunk, chunk < n - c * chunk ? chunk : n - c * chunk);
}

/// Parts that a sum is split into at most: their partial sums lie on the stack.
inline constexpr long parts_of_sum = 64;

/// The sum of `part(first, count)` over [0, n), where a part is at least `chunk` long; added up in order.
template <class Part>
double sum_of_parts(long n, const Part& part, long chunk = values_per_chunk, long weight = 1) {
    const long chunks = (n + chunk - 1) / chunk;
    const long length = (chunks + parts_of_sum - 1) / parts_of_sum * chunk;
    const long parts = n > 0 ? (n + length - 1) / length : 0;
    double partial[parts_of_sum];
#pragma omp parallel for schedule(static) if (n * weight >= parallel_values)
    for (long p = 0; p < parts; ++p) partial[p] = part(p * length, length < n - p * length ? length : n - p * length);
    double total = 0;
    for (long p = 0; p < parts; ++p) total += partial[p];
    return total;
}

}  // namespace genotype::inline v0_1::kernels::detail
