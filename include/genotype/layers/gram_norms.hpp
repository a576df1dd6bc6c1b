// Squared norms of sums of outer products, from the products of their vectors alone ("ghost norms").
//
// The gradient by the weight of a product is, of a sample with several rows, G = sum_t d_t x_t^T. Its squared norm is
//     |G|^2 = sum_{t, s} (x_t . x_s) (d_t . d_s),
// two matrices of rows by rows, which are made a tile at a time, so that neither they nor G are ever held. With a bias,
// whose gradient is sum_t d_t, the first factor is 1 more.
//
// Sources: Li et al., "Large language models can be strong differentially private learners" (ICLR 2022); which form is
// the cheaper: Bu et al., "Scalable and efficient training of large convolutional neural networks with differential
// privacy" (NeurIPS 2022).
#pragma once

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/long_sum.hpp"
#include "genotype/kernels/planned.hpp"
#include "genotype/memory/region.hpp"
#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::detail {

/// Rows and columns of a tile.
inline constexpr int gram_rows = 64;

/// A gradient of more values is never made to have its norm.
inline constexpr long largest_norm_gradient = 1L << 22;

/// Whether the norm of a sum of `rows` products of `in` by `out` values takes fewer multiply-adds from products of rows
/// than from the sum itself.
constexpr bool gram_is_cheaper(long rows, long in, long out) {
    const long blocks = (rows + gram_rows - 1) / gram_rows, tiles = blocks * (blocks + 1) / 2;
    return tiles * gram_rows * std::min<long>(rows, gram_rows) * (in + out) < (rows + 1) * in * out;
}

/// Two factors of a term, of which the first is `of_bias` more, `times`.
struct GramTerm {
    float of_bias, times;

    template <class V>
    constexpr V operator()(V x, V d) const {
        return V(times) * (x + V(of_bias)) * d;
    }
};

/// One row of a tile: whether two tokens are the same.
struct SameToken {
    const float *ids, *others;
    int count;
    float* tile;

    GENOTYPE_BOTH void operator()(long row) const {
        for (int column = 0; column < gram_rows; ++column)
            tile[row * gram_rows + column] = column < count && ids[row] == others[column] ? 1.f : 0.f;
    }
};

/// One row of a tile: of a token's gradients by the logits, those of other tokens' ids.
struct LogitOfToken {
    const float *gradients, *others;
    int count;
    long vocabulary;
    float* tile;

    GENOTYPE_BOTH void operator()(long row) const {
        for (int column = 0; column < gram_rows; ++column)
            tile[row * gram_rows + column] =
                column < count ? gradients[row * vocabulary + static_cast<long>(others[column])] : 0.f;
    }
};

/// Products of some rows with some rows, and sums of two tiles' products. Vectors are at most `widest` long.
template <class Device>
class GramTiles {
  public:
    /// Of vectors of these lengths, of which the tiles are made one after another.
    template <class... Length>
    static constexpr MemoryExtent scratch(Length... columns) {
        const long widest = std::max({static_cast<long>(columns)...});
        MemoryExtent of_products{};
        ((of_products =
              larger(of_products, convolution_scratch(kernels::planned<Device>, geometry(static_cast<int>(columns))))),
         ...);
        return MemoryExtent{0, fixed + aligned(gram_rows * widest)} + aligned(of_products);
    }

    /// In a place with room for `scratch(widest, ...)`.
    GramTiles(const Device& device, const MemoryRegion& place, long widest)
        : device_(device), place_(place), rest_(place.at({0, fixed + aligned(gram_rows * widest)})) {}

    float* left() const { return place_.fixed; }
    float* right() const { return place_.fixed + tile; }

    /// to[i][j] = x_i . y_j for `count` rows x and up to `gram_rows` rows y; columns beyond those are 0.
    void multiply(int columns, int count, const float* x, int others, const float* y, float* to) const {
        if (others < gram_rows) {
            float* const padded = place_.fixed + fixed;
            Device::clear(padded, static_cast<long>(gram_rows) * columns);
            map(device_, static_cast<long>(others) * columns, kernels::Identity{}, padded, y);
            y = padded;
        }
        matmul_transposed(device_, geometry(columns), count, x, {y, nullptr}, nullptr, to, rest_);
    }
    template <class F>
    void fill(int count, F f) const {
        for_each_index(device_, count, f);
    }
    /// Adds what `term` makes of the two tiles.
    void add(int count, GramTerm term, float* norm) const {
        float *const sum_here = place_.fixed + 2 * tile, *const parts = sum_here + aligned(1L);
        sum_with_parts(device_, parts, static_cast<long>(count) * gram_rows, term, sum_here,
                       static_cast<const float*>(left()), static_cast<const float*>(right()));
        update(device_, 1, kernels::AddTo{}, static_cast<const float*>(sum_here), norm);
    }

    /// Calls visit(first, count, other, others) for all pairs of blocks of `rows` rows or, of those that lie on either
    /// side of the diagonal, for one.
    template <class Visit>
    static void each_pair(int rows, bool halves, const Visit& visit) {
        for (int first = 0; first < rows; first += gram_rows)
            for (int other = 0; other < (halves ? first + 1 : rows); other += gram_rows)
                visit(first, std::min(gram_rows, rows - first), other, std::min(gram_rows, rows - other));
    }

  private:
    static constexpr long tile = static_cast<long>(gram_rows) * gram_rows;
    static constexpr long fixed = 2 * tile + aligned(1L) + aligned(sum_parts(kernels::planned<Device>));

    static constexpr kernels::ProductGeometry geometry(int columns) {
        return kernels::ProductGeometry{kernels::ConvGeometry{gram_rows, columns}};
    }

    Device device_;
    MemoryRegion place_, rest_;
};

/// norm += |sum_t d_t x_t^T|^2, and with a bias |sum_t d_t|^2, of `rows` rows of x and of dy.
template <class Device>
void add_gram_norm(Device device, int rows, int in, const float* x, int out, const float* dy, bool has_bias,
                   float* norm, const MemoryRegion& scratch) {
    const GramTiles<Device> tiles(device, scratch, std::max(in, out));
    tiles.each_pair(rows, true, [&](int first, int count, int other, int others) {
        const auto at = [](const float* values, int row, int columns) {
            return values + static_cast<long>(row) * columns;
        };
        tiles.multiply(in, count, at(x, first, in), others, at(x, other, in), tiles.left());
        tiles.multiply(out, count, at(dy, first, out), others, at(dy, other, out), tiles.right());
        tiles.add(count, {has_bias ? 1.f : 0.f, other < first ? 2.f : 1.f}, norm);
    });
}

/// norm += the same of a table, of which each row t adds d_t to the row of its token.
template <class Device>
void add_gram_norm_of_table(Device device, int rows, const float* ids, int width, const float* dy, float* norm,
                            const MemoryRegion& scratch) {
    const GramTiles<Device> tiles(device, scratch, width);
    tiles.each_pair(rows, true, [&](int first, int count, int other, int others) {
        tiles.fill(count, SameToken{ids + first, ids + other, others, tiles.left()});
        tiles.multiply(width, count, dy + static_cast<long>(first) * width, others,
                       dy + static_cast<long>(other) * width, tiles.right());
        tiles.add(count, {0.f, other < first ? 2.f : 1.f}, norm);
    });
}

/// norm += twice the product of the gradients that a table has as such, and as a product to one value a token: of the
/// gradients by the logits, (rows, vocabulary), by what the product read, and by the table's rows.
template <class Device>
void add_gram_of_both_uses(Device device, int rows, int vocabulary, int width, const float* ids, const float* dlogits,
                           const float* read, const float* dy, float* norm, const MemoryRegion& scratch) {
    const GramTiles<Device> tiles(device, scratch, width);
    tiles.each_pair(rows, false, [&](int first, int count, int other, int others) {
        tiles.fill(count, LogitOfToken{dlogits + static_cast<long>(first) * vocabulary, ids + other, others,
                                       static_cast<long>(vocabulary), tiles.left()});
        tiles.multiply(width, count, read + static_cast<long>(first) * width, others,
                       dy + static_cast<long>(other) * width, tiles.right());
        tiles.add(count, {0.f, 2.f}, norm);
    });
}

}  // namespace genotype::inline v0_1::detail
