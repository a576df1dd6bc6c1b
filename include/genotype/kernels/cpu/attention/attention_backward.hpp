// The gradient of attention on the processor: threads share the heads of all texts. Scores are made again, block by
// block, from the logarithms of their sums.
#pragma once

#include "genotype/kernels/cpu/attention/attention_call.hpp"
#include "genotype/kernels/cpu/matmul/product_gradient.hpp"
#include "genotype/kernels/cpu/simd/lanes.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {

namespace detail {

/// Keys whose gradients are summed at a time, and how many these are at most: a row of scores has this pitch.
inline constexpr int most_gradient_keys = 128;
constexpr int attention_gradient_keys(int head_width) {
    return std::clamp(attention_values / attention_pitch(head_width) / tile_columns * tile_columns, tile_columns,
                      most_gradient_keys);
}

/// One call of `attention_backward`, or of `full_attention_backward`.
struct AttentionGradient {
    const AttentionSizes& sizes;
    bool causal;
    const float *queries, *keys, *values;  // of the first row
    long query_pitch, key_pitch;
    const float *y, *dy, *log_sums;
    float *query_gradients, *key_gradients, *value_gradients;
    float* of_heads;  // of each head apart, where they form groups: (rows, heads, 2, head_width)

    /// All rows of one group for one head.
    template <class = void>
    void run(const AttentionGroup& group, int head) const {
        const int block = attention_gradient_keys(sizes.head_width), rows = attention_rows(sizes.head_width);
        alignas(64) float key_panels[attention_values], value_panels[attention_values];
        Sums sums;
        for (int key = 0; key < group.keys; key += block) {
            const int count = std::min(block, group.keys - key), first = causal ? key : 0;
            pack(group.first_key + key, count, keys + this->key(head), key_panels);
            pack(group.first_key + key, count, values + this->key(head), value_panels);
            for (int row = first; row < group.queries; row += rows)
                add({group.first_key + key, count, group.first_query + row, std::min(rows, group.queries - row), head,
                     causal},
                    key_panels, value_panels, sums, row == first, key == 0);
            store(group.first_key + key, count, head, sums);
        }
    }

    /// The gradients of a row's keys and values, added up over each group in order.
    template <class = void>
    void reduce(int row) const {
        const long pair = 2L * sizes.head_width;
        for (int head = 0; head < sizes.heads; head += sizes.group()) {
            const float* const from = of_heads + (static_cast<long>(row) * sizes.heads + head) * pair;
            for (int part = 0; part < 2; ++part) {
                float* const sum = (part == 0 ? key_gradients : value_gradients) + row * key_pitch + key(head);
                copy_floats(from + part * sizes.head_width, sizes.head_width, sum);
                for (int other = 1; other < sizes.group(); ++other)
                    map_range(Add{}, sizes.head_width, sum, static_cast<const float*>(sum),
                              from + other * pair + part * sizes.head_width);
            }
        }
    }

  private:
    static constexpr int scores = (attention_queries + tile_rows) * most_gradient_keys;
    static constexpr int padded_values = attention_values + tile_rows * widest_head;

    struct Sums {
        alignas(64) float keys[attention_values], values[attention_values];
    };

    /// Some keys and some rows. Where a row sees the keys up to its own alone, the first is not before the first key.
    struct Square {
        int first_key, keys, first_row, rows, head;
        bool causal;

        /// How many of the keys a row sees.
        int seen(int row) const { return causal ? std::min(keys, first_row + row + 1 - first_key) : keys; }
        /// The first row that sees a key.
        int first_at(int key) const { return causal ? std::clamp(first_key + key - first_row, 0, rows) : 0; }
    };

    int pitch() const { return attention_pitch(sizes.head_width); }
    /// Where in a row of keys, or of values, those of a head lie.
    int key(int head) const { return head / sizes.group() * sizes.head_width; }

    /// Panels of `tile_columns` keys, their values from the slowest axis on.
    template <class = void>
    void pack(int first, int count, const float* from, float* panels) const {
        for (int key = 0; key < count; key += tile_columns)
            pack_panel(sizes.head_width, std::min(tile_columns, count - key), tile_columns,
                       from + (first + key) * key_pitch, 1, key_pitch, panels + key * sizes.head_width);
    }

    /// Copies rows to whole vectors, and clears the rows that a tile may read behind them.
    template <class = void>
    void load(const float* from, long row_floats, int rows, float* to) const {
        std::fill_n(to, static_cast<long>(rows + tile_rows) * pitch(), 0.0f);
        for (int row = 0; row < rows; ++row) copy_floats(from + row * row_floats, sizes.head_width, to + row * pitch());
    }

    /// result[row][key] = left[row] . panels[key], where the row sees the key.
    template <class = void>
    void multiply(const Square& s, const float* left, const float* panels, float* result) const {
        for (int key = 0; key < s.keys; key += tile_columns) {
            const int row = s.first_at(key);
            multiply_panel(left + row * pitch(), pitch(), s.rows - row, sizes.head_width,
                           panels + key * sizes.head_width, tile_columns, result + row * most_gradient_keys + key,
                           most_gradient_keys);
        }
    }

    /// sums[key] += the sum over the rows that see it of weights[row][key] * right[row].
    template <class = void>
    void multiply_rows_of(const Square& s, const float* weights, const float* right, float* sums, bool first) const {
        for (int key = 0; key < s.keys; key += outer_rows) {
            const int count = std::min(outer_rows, s.keys - key), row = s.first_at(key);
            for (int column = 0; column < sizes.head_width; column += tile_columns)
                outer_product({weights + row * most_gradient_keys + key, 0, most_gradient_keys,
                               right + row * pitch() + column, 0, pitch(), 1, s.rows - row},
                              count, panel_width(sizes.head_width - column), sums + key * pitch() + column, pitch(),
                              first);
        }
    }

    /// What one square gives to the gradients of its keys and values, and of its rows' queries.
    template <class = void>
    void add(const Square& s, const float* key_panels, const float* value_panels, Sums& sums, bool first_rows,
             bool first_keys) const {
        alignas(64) float own[padded_values], derivatives[padded_values];
        alignas(64) float shares[scores], score_gradients[scores];
        const long query = s.first_row * query_pitch + s.head * sizes.head_width;
        const long out = static_cast<long>(s.first_row) * sizes.query_floats() + s.head * sizes.head_width;
        load(queries + query, query_pitch, s.rows, own);
        load(dy + out, sizes.query_floats(), s.rows, derivatives);
        multiply(s, own, key_panels, shares);
        multiply(s, derivatives, value_panels, score_gradients);
        for (int row = 0; row < s.rows; ++row)
            differentiate(s, row, derivatives + row * pitch(), y + out + row * static_cast<long>(sizes.query_floats()),
                          shares + row * most_gradient_keys, score_gradients + row * most_gradient_keys);
        multiply_rows_of(s, shares, derivatives, sums.values, first_rows);
        multiply_rows_of(s, score_gradients, own, sums.keys, first_rows);
        add_queries(s, score_gradients, query_gradients + query, first_keys);
    }

    /// Of a row's scores their exponentials, of these exponentials' derivatives the scores' derivatives.
    template <class = void>
    void differentiate(const Square& s, int row, const float* derivative, const float* result, float* share,
                       float* score_gradient) const {
        const int count = s.seen(row), whole = (count + lanes - 1) / lanes * lanes;
        const float scale = 1 / std::sqrt(static_cast<float>(sizes.head_width));
        float shift = 0;  // what the softmax's sum takes from each derivative
        for_each_vector(sizes.head_width, [&](long at, auto part) {
            shift += fold_lanes(part.load(derivative + at) * part.load(result + at),
                                [](auto left, auto right) { return left + right; });
        });
        const Vector log_sum(log_sums[static_cast<long>(s.first_row + row) * sizes.heads + s.head]);
        std::fill(share + count, share + whole, -std::numeric_limits<float>::infinity());
        std::fill(score_gradient + count, score_gradient + whole, 0.0f);
        for (int key = 0; key < whole; key += lanes) {
            const Vector here = xsimd::exp(xsimd::fms(Vector(scale), Vector::load_unaligned(share + key), log_sum));
            const Vector there = Vector(scale) * here * (Vector::load_unaligned(score_gradient + key) - Vector(shift));
            here.store_unaligned(share + key);
            there.store_unaligned(score_gradient + key);
        }
        std::fill(share + whole, share + std::max(whole, s.keys), 0.0f);
        std::fill(score_gradient + whole, score_gradient + std::max(whole, s.keys), 0.0f);
    }

    /// Adds score_gradients . keys to the queries' gradients.
    template <class = void>
    void add_queries(const Square& s, const float* score_gradients, float* to, bool first) const {
        alignas(64) float panel[most_gradient_keys * tile_columns], sums[attention_values];
        const float* const from = keys + s.first_key * key_pitch + key(s.head);
        for (int row = 0; !first && row < s.rows; ++row)
            copy_floats(to + row * query_pitch, sizes.head_width, sums + row * pitch());
        for (int column = 0; column < sizes.head_width; column += tile_columns) {
            const int columns = std::min(tile_columns, sizes.head_width - column), width = panel_width(columns);
            pack_panel(s.keys, columns, width, from + column, key_pitch, 1, panel);
            for (int tile = 0; tile < s.rows; tile += tile_rows) {
                const int rows = std::min(tile_rows, s.rows - tile);
                multiply_panel(score_gradients + tile * most_gradient_keys, most_gradient_keys, rows,
                               s.seen(tile + rows - 1), panel, width, sums + tile * pitch() + column, pitch(), !first);
            }
        }
        for (int row = 0; row < s.rows; ++row)
            copy_floats(sums + row * pitch(), sizes.head_width, to + row * query_pitch);
    }

    template <class = void>
    void store(int first, int count, int head, const Sums& sums) const {
        for (int i = 0; i < count; ++i) {
            const long row = first + i, place = (row * sizes.heads + head) * 2L * sizes.head_width;
            copy_floats(sums.keys + i * pitch(), sizes.head_width,
                        of_heads ? of_heads + place : key_gradients + row * key_pitch + key(head));
            copy_floats(sums.values + i * pitch(), sizes.head_width,
                        of_heads ? of_heads + place + sizes.head_width : value_gradients + row * key_pitch + key(head));
        }
    }
};

}  // namespace detail

/// Floats of scratch for `attention_backward`.
constexpr MemoryExtent attention_backward_scratch(Cpu, const AttentionSizes& sizes) {
    return {sizes.heads > sizes.key_value_heads ? 2L * sizes.query_floats() : 0, 0};
}

/// See the reference's.
template <class = void>
inline void attention_backward(Cpu, long, const AttentionSizes& sizes, const Sequences& sequences, const float* x,
                               const float* y, const float* dy, const float* log_sums, float* dx,
                               MemoryRegion scratch) {
    const bool groups = sizes.heads > sizes.key_value_heads;
    const float* const keys = x + sizes.query_floats();
    float* const key_gradients = dx + sizes.query_floats();
    const detail::AttentionGradient gradient{sizes,
                                             true,
                                             x,
                                             keys,
                                             keys + sizes.key_floats(),
                                             sizes.row_floats(),
                                             sizes.row_floats(),
                                             y,
                                             dy,
                                             log_sums,
                                             dx,
                                             key_gradients,
                                             key_gradients + sizes.key_floats(),
                                             groups ? scratch.per_sample : nullptr};
    const AttentionGroups texts{.count = sequences.count, .texts = sequences};
    int tokens = 0;
    double work = 0;
    for (int index = 0; index < sequences.count; ++index) {
        const int count = sequences.list[index].count;
        tokens += count;
        work += static_cast<double>(count) * count * sizes.query_floats();
    }
    const int tasks = sequences.count * sizes.heads;
#pragma omp parallel if (work > detail::worth_threads / 8)
    {
#pragma omp for schedule(dynamic)
        for (int task = 0; task < tasks; ++task) gradient.run(texts.at(task / sizes.heads), task % sizes.heads);
        if (groups) {
#pragma omp for schedule(static)
            for (int row = 0; row < tokens; ++row) gradient.reduce(row);
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
