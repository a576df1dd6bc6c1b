// Full attention of groups of all sorts, for tests that hold the kernels of one device against those of another.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "genotype/kernels/attention.hpp"
#include "support/kernel_arrays.hpp"

namespace kernel_test {

struct FullOutcome {
    Array y, log_sums, gradients;  // by queries, keys and values
};

/// Groups that are alike, or texts; queries apart from keys and values, or all in one row.
struct FullCase {
    std::string words;
    int heads, head_width, queries, keys;
    std::vector<genotype::kernels::SequenceRows> texts;  // or so many groups, where it is empty
    bool together;

    template <class Device>
    FullOutcome run(Device device) const {
        using namespace genotype::kernels;
        FullAttention call{.heads = heads, .head_width = head_width};
        const int groups = texts.empty() ? 3 : static_cast<int>(texts.size());
        call.groups = {.count = groups, .queries = texts.empty() ? queries : 0, .keys = texts.empty() ? keys : 0};
        call.groups.texts = {.list = texts.data(), .count = groups};
        const long rows = texts.empty() ? groups * queries : texts.back().row + texts.back().count;
        const long key_rows = texts.empty() ? groups * keys : rows, width = call.width();
        call.query_pitch = together ? 3 * width : width;
        call.key_pitch = together ? 3 * width : width + 1;
        const Array q = random_array(rows * call.query_pitch, 1), k = random_array(key_rows * call.key_pitch, 2);
        const Array v = random_array(key_rows * call.key_pitch, 3), dy = random_array(rows * width, 4);
        call.queries = q.data();
        call.keys = together ? q.data() + width : k.data();
        call.values = together ? q.data() + 2 * width : v.data();
        FullOutcome out{unwritten(rows * width), unwritten(rows * heads), {}};
        // What nobody writes between rows stays 0.
        Array dq(q.size()), dk(k.size()), dv(v.size()), shifts = unwritten(rows * heads);
        full_attention(device, rows, call, out.log_sums.data(), out.y.data());
        full_attention_backward(
            device, rows, key_rows, call, out.y.data(), dy.data(), out.log_sums.data(),
            {dq.data(), together ? dq.data() + width : dk.data(), together ? dq.data() + 2 * width : dv.data()},
            shifts.data());
        for (const Array* all : {&dq, &dk, &dv}) out.gradients.insert(out.gradients.end(), all->begin(), all->end());
        return out;
    }
};

/// For heads and widths of heads; on both sides of the limits of a block of 256 keys, 128 in the gradient, and of one
/// of at most 112 queries.
inline std::vector<FullCase> full_cases(const std::vector<std::pair<int, int>>& sizes) {
    std::vector<FullCase> cases;
    for (const auto& [heads, width] : sizes) {
        const std::string of = std::to_string(heads) + " heads of " + std::to_string(width) + ": ";
        for (const auto& [queries, keys] : std::vector<std::pair<int, int>>{{1, 1}, {1, 258}, {113, 1}, {16, 130}})
            cases.push_back({of + std::to_string(queries) + " queries, " + std::to_string(keys) + " keys",
                             heads,
                             width,
                             queries,
                             keys,
                             {},
                             false});
        cases.push_back({of + "257 rows", heads, width, 257, 257, {}, true});
        cases.push_back({of + "texts", heads, width, 0, 0, {{0, 15, 0, 0}, {15, 1, 0, 0}, {16, 130, 0, 0}}, true});
    }
    return cases;
}

}  // namespace kernel_test
