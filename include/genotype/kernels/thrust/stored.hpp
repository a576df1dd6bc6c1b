// Products with, and rows of, a matrix in a file's form over thrust.
#pragma once

#include <cstring>

#include "genotype/kernels/stored_matrix.hpp"
#include "genotype/kernels/thrust/split_product.hpp"

namespace genotype::kernels {
namespace detail {

/// What lies at any address.
template <class T>
GENOTYPE_BOTH T read_bytes(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof(T));
    return value;
}

/// The quant of 4 bits of value `at` of a block.
GENOTYPE_BOTH inline int read_quant(const std::byte* quants, long at) {
    const int both = read_bytes<std::uint8_t>(quants + at % 16);
    return at < 16 ? both & 15 : both >> 4;
}

/// Value `at` of a row in a file's form, to the bit as `dequantize_values` has it; only what it needs is read.
GENOTYPE_BOTH inline float stored_value(GgmlType type, const std::byte* row, long at) {
    const long block = at / 32, place = at % 32;
    switch (type) {
        case GgmlType::F16:
            return to_float(read_bytes<Float16>(row + at * 2));
        case GgmlType::BF16:
            return to_float(read_bytes<BFloat16>(row + at * 2));
        case GgmlType::Q8_0: {
            const std::byte* const from = row + block * static_cast<long>(sizeof(BlockQ8_0));
            const int quant = read_bytes<std::int8_t>(from + offsetof(BlockQ8_0, quants) + place);
            return static_cast<float>(quant) * to_float(read_bytes<Float16>(from));
        }
        case GgmlType::Q4_0: {
            const std::byte* const from = row + block * static_cast<long>(sizeof(BlockQ4_0));
            const int quant = read_quant(from + offsetof(BlockQ4_0, quants), place);
            return static_cast<float>(quant - 8) * to_float(read_bytes<Float16>(from));
        }
        case GgmlType::Q4_1: {
            const std::byte* const from = row + block * static_cast<long>(sizeof(BlockQ4_1));
            const int quant = read_quant(from + offsetof(BlockQ4_1, quants), place);
            const float scale = to_float(read_bytes<Float16>(from));
            return static_cast<float>(quant) * scale + to_float(read_bytes<Float16>(from + offsetof(BlockQ4_1, least)));
        }
        default:
            return read_bytes<float>(row + at * 4);
    }
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

}  // namespace genotype::kernels
