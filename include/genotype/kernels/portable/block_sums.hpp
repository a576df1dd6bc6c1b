// How the threads of one block of a GPU sum a group's values. Plain code over a `Block`, so that a test can run it on
// the processor.
#pragma once

#include "genotype/kernels/portable/device.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// The threads of a block that sum `length` values: a power of two, 32 to 1024, and no more than have room for a `Sum`
/// each in `bytes` of shared memory, if that is enough for 32.
constexpr int summing_threads(long length, long bytes_of_sum, long bytes) {
    int threads = 32;
    while (threads < 1024 && threads < length && 2 * threads * bytes_of_sum <= bytes) threads *= 2;
    return threads;
}

/// What each thread of a block does for the sum of a group. Thread t takes the values t, t + threads, and so on; then
/// the sums of pairs of threads are added until one is left. `sums` is shared by the block and has room for a `Sum`
/// of each thread. A `Block` has thread(), threads() and sync(), which returns when all threads have called it.
template <class Block, class Sum, class Value, class Finish>
GENOTYPE_BOTH void sum_group(Block block, Sum* sums, long group, long length, Sum none, Value& value, Finish&& finish) {
    const int thread = block.thread(), threads = block.threads();
    Sum sum = none;
    for (long i = thread; i < length; i += threads) sum += value(group, i);
    sums[thread] = sum;
    block.sync();
    for (int half = threads / 2; half > 0; half /= 2) {
        if (thread < half) sums[thread] += sums[thread + half];
        block.sync();
    }
    if (thread == 0) finish(group, sums[0]);
    block.sync();  // the next group's sums go to the same place
}

/// The same, and then(group, i, make(group, sum)) for i from 0 to `count` - 1 by all threads. `result` is shared, too.
template <class Block, class Sum, class Result, class Value, class Make, class Then>
GENOTYPE_BOTH void sum_group_then(Block block, Sum* sums, Result* result, long group, long length, Sum none,
                                  Value& value, Make& make, long count, Then& then) {
    sum_group(block, sums, group, length, none, value,
              [&](long of, const Sum& sum) { *result = make(of, sum); });  // seen by all: its last act is sync()
    for (long i = block.thread(); i < count; i += block.threads()) then(group, i, *result);
    block.sync();  // the next group's result goes to the same place
}

}  // namespace genotype::inline v0_1::kernels::detail
