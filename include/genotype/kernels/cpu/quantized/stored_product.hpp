// Products with, and rows of, a matrix in a file's form on the processor.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/cpu/quantized/stored_quad.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// A product with one part of a matrix.
struct StoredProduct {
    const std::byte* weights;
    StoredForm form;
    long row_bytes;
    int outputs, columns;
    int batch;
    const float* x;
    const float* bias;  // of the part's outputs, or null
    float* y;           // the part's first output
    long pitch;         // between rows of y

    /// Four rows of the weights; where there are less, the last one again. What is asked for ahead lies the same way
    /// into a later quad.
    StoredQuad quad(int index, int begin) const {
        const long bytes = dots_columns * row_bytes, offset = form.offset(begin);
        StoredQuad found;
        for (int i = 0; i < dots_columns; ++i)
            found.rows[i] = weights + std::min(index * dots_columns + i, outputs - 1) * row_bytes + offset;
        found.ahead = found.rows[0] + (stored_ahead + bytes - 1) / bytes * bytes + (dots_columns - 1) * offset;
        return found;
    }
    DotsResult result(int row, int quad, int begin) const {
        const int first = quad * dots_columns;
        float* const to = y + row * pitch + first;
        const int count = std::min(dots_columns, outputs - first);
        const float* const start = begin != 0 ? to : bias ? bias + first : nullptr;
        return {start, begin != 0 ? pitch : 0, to, pitch, count};
    }
    /// Values of the chunk that begins there: whole vectors, or what is behind the last one.
    int length(int begin) const {
        const int left = columns - begin;
        return left < lanes ? left : std::min(dots_chunk, left / lanes * lanes);
    }
    /// Calls f(row, rows, x) for each tile of rows of x, all of about one height.
    template <class F>
    void for_each_tile(int begin, F f) const {
        const long tiles = (batch + dots_rows - 1) / dots_rows;
        for (long tile = 0; tile < tiles; ++tile) {
            const int row = static_cast<int>(tile * batch / tiles);
            const int rows = static_cast<int>((tile + 1) * batch / tiles) - row;
            f(row, rows, x + static_cast<long>(row) * columns + begin);
        }
    }
};

/// A chunk of fewer values than a vector has.
template <class = void>
void multiply_rest(const StoredProduct& p, int index, int begin, int length) {
    float weights[dots_columns * lanes];
    p.form.unpack_rest(p.quad(index, begin), length, weights);
    p.for_each_tile(begin, [&](int row, int rows, const float* x) {
        float padded[dots_rows * lanes];
        for (int i = 0; i < rows; ++i)
            PartOfVector{length}.load(x + static_cast<long>(i) * p.columns).store_unaligned(padded + i * lanes);
        dots_function(rows)(padded, lanes, weights, 1, p.result(row, index, begin));
    });
}

using StoredFunction = void (*)(const float*, long, const StoredQuad&, int, const DotsResult&);

/// Rows of x that are multiplied with weights while those are read. With more it pays to make them float32 before.
inline constexpr int few_stored_rows = 2 * dots_rows;

/// The tile of `rows` rows, 1 to `dots_rows`.
template <class Block>
StoredFunction stored_function(int rows) {
    return [&]<int... less>(std::integer_sequence<int, less...>) {
        constexpr StoredFunction functions[] = {multiply_stored<Block, less + 1>...};
        return functions[rows - 1];
    }
    (std::make_integer_sequence<int, dots_rows>{});
}

/// Quads [first, end) of outputs for few rows of x.
template <class Block>
void few_rows_share(const StoredProduct& p, int first, int end) {
    for (int index = first; index < end; ++index)
        for (int begin = 0, length; begin < p.columns; begin += length) {
            length = p.length(begin);
            if (length < lanes)
                multiply_rest(p, index, begin, length);
            else
                p.for_each_tile(begin, [&](int row, int rows, const float* x) {
                    stored_function<Block>(rows)(x, p.columns, p.quad(index, begin), length,
                                                 p.result(row, index, begin));
                });
        }
}

/// Weights that are float32 at a time for many rows of x: as many as the second-level cache holds beside rows of x. All
/// rows of x are read for each panel, mostly from the third-level cache.
inline constexpr int panel_floats = 72 * 1024;

/// For few rows of x of a type without a form in vectors: those of a quad's chunk, which the first-level cache holds.
inline constexpr int quad_floats = dots_columns * dots_chunk;

/// Quads [first, end) of outputs, whose weights become float32 before they are multiplied with. Its memory on the stack
/// is its own: what reads weights as vectors does without.
template <int floats>
[[gnu::noinline]] void panels_share(const StoredProduct& p, int first, int end) {
    alignas(64) float panel[static_cast<std::size_t>(floats)];
    const int most = floats / (dots_columns * std::max(p.length(0), lanes));
    for (int index = first, quads; index < end; index += quads) {
        quads = std::min(most, end - index);
        for (int begin = 0, length; begin < p.columns; begin += length) {
            length = p.length(begin);
            if (length < lanes) {
                for (int i = 0; i < quads; ++i) multiply_rest(p, index + i, begin, length);
                continue;
            }
            const long apart = static_cast<long>(length) * dots_columns;
            for (int i = 0; i < quads; ++i) p.form.unpack(p.quad(index + i, begin), length, panel + i * apart);
            p.for_each_tile(begin, [&](int row, int rows, const float* x) {
                const DotsFunction multiply = dots_function(rows);
                for (int i = 0; i < quads; ++i)
                    multiply(x, p.columns, panel + i * apart, length / lanes, p.result(row, index + i, begin));
            });
        }
    }
}

/// Quads [first, end) of outputs.
template <class Block>
void stored_part(const StoredProduct& p, int first, int end) {
    if (p.batch > few_stored_rows)
        panels_share<panel_floats>(p, first, end);
    else if constexpr (has_vector_form<Block>)
        few_rows_share<Block>(p, first, end);
    else
        panels_share<quad_floats>(p, first, end);
}

}  // namespace detail

/// y = x W^T + bias for `batch` rows of x. The bias may be null.
template <class = void>
inline void stored_product(Cpu, const StoredMatrix& weights, int batch, const float* x, const float* bias, float* y) {
    // With few rows of x the weights are read from memory: then a weight costs as much as some products.
    const double work = std::max(batch, 8) * static_cast<double>(weights.rows) * weights.columns;
#pragma omp parallel if (work > detail::worth_threads)
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        int before = 0;
        for (const StoredPart& part : weights.parts) {
            const long quads = (part.rows + detail::dots_columns - 1) / detail::dots_columns;
            const int first = static_cast<int>(quads * thread / threads);
            const int end = static_cast<int>(quads * (thread + 1) / threads);
            genotype::detail::with_block(part.type, [&]<class Block>(const Block*) {
                detail::stored_part<Block>(
                    {static_cast<const std::byte*>(part.data), detail::stored_form<Block>,
                     static_cast<long>(stored_row_bytes(part.type, weights.columns)), part.rows, weights.columns, batch,
                     x, bias ? bias + before : nullptr, y + before, weights.rows},
                    first, end);
            });
            before += part.rows;
        }
    }
}

/// Row i of y is row ids[i] of the matrix.
template <class = void>
inline void stored_rows(Cpu, const StoredMatrix& weights, int count, const float* ids, float* y) {
    for (long i = 0; i < count; ++i)
        detail::dequantize_values(detail::stored_row(weights, static_cast<long>(ids[i])), weights.columns,
                                  y + i * weights.columns);
}

}  // namespace genotype::inline v0_1::kernels
