// A matrix of weights that stays in the form in which a file has it.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <string>

#include "genotype/dtype/storage_type.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::kernels {

/// Some rows of a matrix as they lie in memory, one after another: (rows, columns), each row whole blocks of its type.
/// Any address will do, that of a mapped file, too.
struct StoredPart {
    const void* data = nullptr;
    StorageType type = StorageType::F32;
    int rows = 0;
};

/// The weights of a product, (outputs, inputs) as `nn.Linear.weight` has them, or those of an embedding, (vocabulary,
/// width). It owns nothing: the data must outlive it. Up to three parts follow one another by rows, each of its own
/// type: query, key and value, or gate and up, may lie apart in a file and be one product.
struct StoredMatrix {
    static constexpr int most_parts = 3;
    int rows = 0, columns = 0;
    std::array<StoredPart, most_parts> parts{};  // those of no rows are not there
    /// Where the device's kernels find the parts instead, if the host does not read the device's memory: a description
    /// of the same matrix there. It has none itself.
    const StoredMatrix* there = nullptr;
};

/// Bytes of a row. Columns are a multiple of `block_values(type)`.
constexpr std::size_t stored_row_bytes(StorageType type, int columns) {
    return static_cast<std::size_t>(columns) / block_values(type) * block_bytes(type);
}

namespace detail {

/// Throws `Error` where the matrix is not the one that a layer takes, or was never loaded.
inline void check_stored_matrix(const StoredMatrix& matrix, int rows, int columns) {
    long in_parts = 0;
    for (const StoredPart& part : matrix.parts) in_parts += part.rows;
    if (matrix.rows != rows || matrix.columns != columns || in_parts != rows)
        fail("a stored matrix", "shape",
             std::to_string(matrix.rows) + " x " + std::to_string(matrix.columns) + " with " +
                 std::to_string(in_parts) + " rows in its parts",
             std::to_string(rows) + " x " + std::to_string(columns) + " (weights are loaded before a run)");
    for (const StoredPart& part : matrix.parts)
        if (part.rows > 0 && static_cast<std::size_t>(columns) % block_values(part.type) != 0)
            fail("a stored matrix", "columns", std::to_string(columns),
                 "whole blocks of " + std::to_string(block_values(part.type)) + " values, of which " +
                     std::string(storage_name(part.type)) + " is made");
}

/// Throws `Error` where an id is no row of the matrix.
inline void check_ids(const StoredMatrix& matrix, int count, const float* ids) {
    for (int i = 0; i < count; ++i)
        if (!(ids[i] >= 0 && ids[i] < static_cast<float>(matrix.rows) && ids[i] == std::floor(ids[i])))
            fail("embedding", "token " + std::to_string(i), std::to_string(ids[i]),
                 "an id from 0 to " + std::to_string(matrix.rows - 1));
}

/// Where row `row` of the matrix lies, and its type.
struct StoredRow {
    const std::byte* data;
    StorageType type;
};
inline StoredRow stored_row(const StoredMatrix& matrix, long row) {
    const StoredPart* part = matrix.parts.data();
    for (; row >= part->rows; ++part) row -= part->rows;
    return {static_cast<const std::byte*>(part->data) +
                static_cast<std::size_t>(row) * stored_row_bytes(part->type, matrix.columns),
            part->type};
}

/// The first `count` values of a row, whole blocks, as float32.
inline void dequantize_values(const StoredRow& row, long count, float* to) {
    genotype::detail::dequantize_values(row.type, row.data, count, to);
}

}  // namespace detail

}  // namespace genotype::inline v0_1::kernels
