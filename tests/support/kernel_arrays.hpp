// Arrays for tests that hold the kernels of one device against those of another.
#pragma once

#include <omp.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace kernel_test {

using Array = std::vector<float>;

/// N(mean, 1), the same for the same seed.
inline Array random_array(long count, unsigned seed, float mean = 0) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(mean, 1);
    Array values(static_cast<unsigned long>(count));
    for (float& value : values) value = normal(engine);
    return values;
}

/// What an output holds before the kernel runs: values that nobody wrote show.
inline Array unwritten(long count) {
    return Array(static_cast<unsigned long>(count), std::numeric_limits<float>::quiet_NaN());
}

/// The largest difference, NaN where there is one; relative to `size`, the size that values have.
inline double difference(const Array& left, const Array& right, double size = 1) {
    if (left.size() != right.size()) return std::numeric_limits<double>::infinity();
    double largest = 0;
    for (unsigned long i = 0; i < left.size(); ++i) {
        const double apart = std::abs(static_cast<double>(left[i]) - right[i]) / size;
        if (!(apart <= largest)) largest = apart;
        if (std::isnan(apart)) return apart;
    }
    return largest;
}

inline bool same_bits(const Array& left, const Array& right) {
    return left.size() == right.size() && std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) == 0;
}

/// run() with so many OpenMP threads.
template <class Run>
auto with_threads(int threads, Run run) {
    const int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    auto result = run();
    omp_set_num_threads(before);
    return result;
}

}  // namespace kernel_test
