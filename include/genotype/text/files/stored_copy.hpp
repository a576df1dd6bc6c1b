// Matrices of files as kernels read them: in place, or copied where they lie otherwise.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "genotype/io/tensor_layout.hpp"
#include "genotype/kernels/stored_matrix.hpp"
#include "genotype/text/files/text_matching.hpp"

namespace genotype::inline v0_1::detail {

/// (rows, columns) of numbers of one size to (columns, rows), block by block.
template <class Number>
void transpose_numbers(const std::byte* from, long rows, long columns, std::byte* to) {
    constexpr long edge = 64;
    for (long first = 0; first < columns; first += edge)
        for (long row = 0; row < rows; ++row)
            for (long column = first; column < std::min(first + edge, columns); ++column)
                std::memcpy(to + (column * rows + row) * long{sizeof(Number)},
                            from + (row * columns + column) * long{sizeof(Number)}, sizeof(Number));
}

/// Where row `row` of ours lies in a tensor whose heads have the two rows of a rotary pair beside each other.
inline long interleaved_row(long row, long head_rows) {
    const long in_head = row % head_rows, half = head_rows / 2;
    return row - in_head + in_head % half * 2 + in_head / half;
}

/// A parameter's tensors, the matrix that they become, and where the layer's kernels look for it.
struct MatchedMatrix {
    std::vector<MatchedPart> parts;
    Dims dims;
    kernels::StoredMatrix* place;  // in the device's memory
    kernels::StoredMatrix stored{};
};

/// Memory for a matrix that cannot stay where its file has it. It is not cleared, because all of it is written.
struct MatrixCopy {
    explicit MatrixCopy(std::size_t bytes) : data(std::make_unique_for_overwrite<std::byte[]>(bytes)), size(bytes) {}

    std::unique_ptr<std::byte[]> data;
    std::size_t size;
};

/// Some rows of a tensor on the way into a copy.
struct MatrixPiece {
    const MatchedPart* part;
    long columns, first_row, rows;
    bool narrows;   // float32 to bfloat16
    std::byte* to;  // where the part begins

    StorageType type() const { return narrows ? StorageType::BF16 : part->tensor->type; }

    void copy(const TextFiles& files, CopyRoom& room) const {
        const TextTensor& tensor = *part->tensor;
        const std::size_t stored_row = kernels::stored_row_bytes(tensor.type, static_cast<int>(columns));
        const std::byte* from = files
                                    .fetch(tensor, static_cast<std::size_t>(first_row) * stored_row,
                                           static_cast<std::size_t>(rows) * stored_row, room.bytes)
                                    .data();
        if (narrows) {
            const auto values = static_cast<std::size_t>(rows * columns);
            room.floats.resize(std::max(room.floats.size(), (values + 1) / 2));
            auto* const halves = reinterpret_cast<std::byte*>(room.floats.data());
            narrow(from, values, halves);
            from = halves;
        }
        if (part->transposed) {  // (columns, rows) there, and all of it is one piece
            if (type() == StorageType::F32)
                transpose_numbers<float>(from, columns, rows, to);
            else
                transpose_numbers<std::uint16_t>(from, columns, rows, to);
            return;
        }
        const std::size_t row_bytes = kernels::stored_row_bytes(type(), static_cast<int>(columns));
        std::byte* const here = to + static_cast<std::size_t>(first_row) * row_bytes;
        if (tensor.interleaved_heads == 0) {
            std::memcpy(here, from, static_cast<std::size_t>(rows) * row_bytes);
            return;
        }
        const long head_rows = part->rows / tensor.interleaved_heads;
        for (long row = 0; row < rows; ++row)
            std::memcpy(here + static_cast<std::size_t>(row) * row_bytes,
                        from + static_cast<std::size_t>(interleaved_row(row, head_rows)) * row_bytes, row_bytes);
    }

    static void narrow(const std::byte* from, std::size_t count, std::byte* to) {
#pragma omp simd
        for (std::size_t at = 0; at < count; ++at) {
            const BFloat16 half = to_bfloat16(read_number<AsF32>(from + at * sizeof(float)));
            std::memcpy(to + at * sizeof half, &half, sizeof half);
        }
    }
};

/// Says of each matrix where its parts lie, which stay in the mapping if they can. Returns the copies that the others
/// need, to be kept. With `bf16` float32 becomes bfloat16.
inline std::vector<MatrixCopy> store_matrices(const TextFiles& files, std::vector<MatchedMatrix>& matrices, bool bf16) {
    std::vector<MatrixCopy> copies;
    std::vector<MatrixPiece> pieces;
    for (MatchedMatrix& matrix : matrices) {
        kernels::StoredMatrix& stored = matrix.stored;
        stored = {.rows = matrix.dims[0], .columns = matrix.dims[1]};
        for (std::size_t place = 0; place < matrix.parts.size(); ++place) {
            const MatchedPart& part = matrix.parts[place];
            const TextTensor& tensor = *part.tensor;
            stored.parts[place] = {tensor.bytes.data(), tensor.type, static_cast<int>(part.rows)};
            MatrixPiece piece{&part, matrix.dims[1], 0, part.rows, bf16 && tensor.type == StorageType::F32, nullptr};
            if (!piece.narrows && !part.transposed && tensor.interleaved_heads == 0) continue;
            const std::size_t row_bytes = kernels::stored_row_bytes(piece.type(), matrix.dims[1]);
            piece.to = copies.emplace_back(static_cast<std::size_t>(part.rows) * row_bytes).data.get();
            stored.parts[place] = {piece.to, piece.type(), static_cast<int>(part.rows)};
            // Whole heads, of about as many values as the second-level cache holds.
            const long unit = tensor.interleaved_heads > 0 ? part.rows / tensor.interleaved_heads : 1;
            const long most = part.transposed ? part.rows : std::max(1L, (1L << 18) / (unit * matrix.dims[1])) * unit;
            for (; piece.first_row < part.rows; piece.first_row += most) {
                piece.rows = std::min(most, part.rows - piece.first_row);
                pieces.push_back(piece);
            }
        }
    }
    copy_pieces(pieces, [&](const MatrixPiece& piece, CopyRoom& room) {
        piece.copy(files, room);
        return NotFinite{};
    });
    return copies;
}

}  // namespace genotype::inline v0_1::detail
