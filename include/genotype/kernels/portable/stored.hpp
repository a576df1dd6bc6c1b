// Products with, and rows of, a matrix in a file's form over thrust.
#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

#include "genotype/kernels/portable/split_product.hpp"
#include "genotype/kernels/stored_matrix.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// What lies at any address.
template <class T>
GENOTYPE_BOTH T read_bytes(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof(T));
    return value;
}

/// Parts of a block that lies at any address.
struct BlockReader {
    const std::byte* block;

    template <class Number>
    GENOTYPE_BOTH Number at(std::size_t begin) const {
        return read_bytes<Number>(block + begin);
    }
};

/// Value `at` of a row of such blocks.
struct StoredValueReader {
    const std::byte* row;
    long at;

    template <class Block>
    GENOTYPE_BOTH float operator()(const Block*) const {
        constexpr long values = static_cast<long>(genotype::detail::values_of<Block>());
        if constexpr (std::is_same_v<Block, float>)
            return read_bytes<float>(row + at * long{sizeof(float)});
        else if constexpr (values == 1)
            return to_float(read_bytes<Block>(row + at * long{sizeof(Block)}));
        else
            return Block::value(BlockReader{row + at / values * long{sizeof(Block)}},
                                static_cast<std::size_t>(at % values));
    }
};

/// Value `at` of a row in a file's form, to the bit as `dequantize_values` has it; only what it needs is read.
GENOTYPE_BOTH inline float stored_value(StorageType type, const std::byte* row, long at) {
    return genotype::detail::with_block(type, StoredValueReader{row, at});
}

/// Values of a matrix, whose parts lie where the device's kernels read.
struct StoredValues {
    StoredMatrix weights;

    GENOTYPE_BOTH float operator()(long row, long column) const {
        const StoredPart* part = (weights.there ? weights.there : &weights)->parts.data();
        for (; row >= part->rows; ++part) row -= part->rows;
        const long bytes = static_cast<long>(stored_row_bytes(part->type, weights.columns));
        return stored_value(part->type, static_cast<const std::byte*>(part->data) + row * bytes, column);
    }
};

/// The transpose of a matrix.
struct TransposedStoredValues {
    static constexpr bool first_together = true;

    StoredValues values;

    GENOTYPE_BOTH float operator()(long column, long row) const { return values(row, column); }
};

}  // namespace detail

/// See the reference's.
template <class System>
void stored_product(Thrust<System> device, const StoredMatrix& weights, int batch, const float* x, const float* bias,
                    float* y) {
    const long terms = weights.columns, outputs = weights.rows;
    detail::multiply_by_weights(device, {}, batch, terms, outputs, detail::Matrix{x, terms},
                                detail::TransposedStoredValues{{weights}}, detail::WithBias<>{bias, outputs, y});
}

/// See the reference's.
template <class System>
void stored_rows(Thrust<System> device, const StoredMatrix& weights, int count, const float* ids, float* y) {
    const long columns = weights.columns;
    const detail::StoredValues values{weights};
    detail::each_value(device, count * columns, [=] GENOTYPE_KERNEL(long i) mutable {
        y[i] = values(static_cast<long>(ids[i / columns]), i % columns);
    });
}

}  // namespace genotype::inline v0_1::kernels
