// Between PyTorch's order of a tensor's values, which files have, and the order in memory.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <utility>
#include <vector>

#include "genotype/io/stored_number.hpp"
#include "genotype/layers/parameter.hpp"
#include "genotype/memory/quad.hpp"

namespace genotype::inline v0_1::detail {

/// Numbers that are none, or not finite.
struct NotFinite {
    long nan = 0, infinite = 0;

    NotFinite& operator+=(NotFinite other) {
        nan += other.nan;
        infinite += other.infinite;
        return *this;
    }
};

/// One axis of a tensor: its size, and how far apart in values two neighbours along it lie on either side.
struct CopyAxis {
    long size, from, to;
};

/// A tensor's axes, the slowest in the file first, without those of size 1; axes that are neighbours on both sides are
/// one. A tensor of one order is one axis, a square kernel's rows and columns are one axis.
struct CopyAxes {
    std::array<CopyAxis, 5> axis{};
    int count = 0;

    /// Reversed, from memory to the file.
    CopyAxes swapped() const {
        CopyAxes other = *this;
        for (CopyAxis& one : other.axis) std::swap(one.from, one.to);
        return other;
    }
};

/// From the file's order to the one in memory.
inline CopyAxes file_to_memory(Dims dims, AxisOrder order) {
    std::array<long, 5> in_memory{}, in_file{};
    long fast = 1;
    for (int place = dims.rank - 1; place >= 0; --place) {
        in_memory[static_cast<std::size_t>(order[place])] = fast;
        fast *= dims[order[place]];
    }
    fast = 1;
    for (int axis = dims.rank - 1; axis >= 0; --axis) {
        in_file[static_cast<std::size_t>(axis)] = fast;
        fast *= dims[axis];
    }
    CopyAxes axes;
    for (int axis = 0; axis < dims.rank; ++axis) {
        const CopyAxis next{dims[axis], in_file[static_cast<std::size_t>(axis)],
                            in_memory[static_cast<std::size_t>(axis)]};
        if (next.size == 1) continue;
        CopyAxis* last = axes.count > 0 ? &axes.axis[static_cast<std::size_t>(axes.count - 1)] : nullptr;
        if (last && last->to == next.to * next.size)
            *last = {last->size * next.size, next.from, next.to};
        else
            axes.axis[static_cast<std::size_t>(axes.count++)] = next;
    }
    if (axes.count == 0) axes.axis[static_cast<std::size_t>(axes.count++)] = {1, 1, 1};
    return axes;
}

inline NotFinite count_not_finite(const float* numbers, long count) {
    long none = 0, special = 0;
#pragma omp simd reduction(+ : none, special)
    for (long i = 0; i < count; ++i) {
        const std::uint32_t size = std::bit_cast<std::uint32_t>(numbers[i]) & 0x7fffffffu;
        none += size > 0x7f800000u;
        special += size >= 0x7f800000u;
    }
    return {none, special - none};
}

/// Reads `count` neighbouring numbers and counts what is not finite while they are in the cache.
template <class As>
[[gnu::noinline]] NotFinite read_row(const std::byte* from, long count, float* to) {
    if constexpr (std::same_as<As, AsF32>)
        std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
    else
        for (long i = 0; i < count; ++i) to[i] = read_number<As>(from + i * long{sizeof(typename As::stored)});
    return count_not_finite(to, count);
}

/// Numbers of a file's type, for code that is compiled once for all types.
struct Numbers {
    long bytes;  // of one
    NotFinite (*read_row)(const std::byte* from, long count, float* to);
};
template <class As>
inline constexpr Numbers numbers_as{sizeof(typename As::stored), &read_row<As>};

/// Those of a type that is read as floats.
constexpr Numbers numbers_of(StorageType type) {
    switch (type) {
        case StorageType::F16:
            return numbers_as<AsF16>;
        case StorageType::BF16:
            return numbers_as<AsBF16>;
        case StorageType::F64:
            return numbers_as<AsF64>;
        default:
            return numbers_as<AsF32>;
    }
}

/// A plane whose rows are neighbours on one side and whose columns are on the other, by blocks that fit into the
/// first-level cache: each is read row by row, turned over there, and written column by column, in whole lines.
inline NotFinite transpose_plane(Numbers numbers, CopyAxis rows, CopyAxis columns, const std::byte* from, float* to) {
    constexpr long edge = 64, pitch = edge + 4;  // a pitch of 64 would put a column into few sets of the cache
    alignas(64) std::array<float, edge * pitch> block, turned;
    NotFinite found;
    for (long column = 0; column < columns.size; column += edge) {
        const long wide = std::min(edge, columns.size - column), whole_wide = wide / 4 * 4;
        for (long row = 0; row < rows.size; row += edge) {
            const long high = std::min(edge, rows.size - row), whole_high = high / 4 * 4;
            for (long r = 0; r < high; ++r)
                found += numbers.read_row(from + ((row + r) * rows.from + column) * numbers.bytes, wide,
                                          block.data() + r * pitch);
            for (long c = 0; c < whole_wide; c += 4)
                for (long r = 0; r < whole_high; r += 4)
                    transpose_square(block.data() + r * pitch + c, pitch, turned.data() + c * pitch + r, pitch);
            for (long c = 0; c < wide; ++c)
                for (long r = c < whole_wide ? whole_high : 0; r < high; ++r)
                    turned[static_cast<std::size_t>(c * pitch + r)] = block[static_cast<std::size_t>(r * pitch + c)];
            for (long c = 0; c < wide; ++c)
                std::memcpy(to + (column + c) * columns.to + row, turned.data() + c * pitch,
                            static_cast<std::size_t>(high) * sizeof(float));
        }
    }
    return found;
}

/// Copies a tensor, or a part that `axes` describes, from numbers of a file's type in one order to floats in another.
inline NotFinite copy_tensor(Numbers numbers, CopyAxes axes, const std::byte* from, float* to) {
    int from_fastest = 0, to_fastest = 0;
    for (int i = 0; i < axes.count; ++i) {
        if (axes.axis[static_cast<std::size_t>(i)].from == 1) from_fastest = i;
        if (axes.axis[static_cast<std::size_t>(i)].to == 1) to_fastest = i;
    }
    const CopyAxis columns = axes.axis[static_cast<std::size_t>(from_fastest)];
    for (int i = 0; i < axes.count; ++i) {
        if (i == from_fastest || i == to_fastest) continue;
        const CopyAxis outer = axes.axis[static_cast<std::size_t>(i)];
        CopyAxes inner = axes;
        std::copy(axes.axis.begin() + i + 1, axes.axis.begin() + axes.count, inner.axis.begin() + i);
        --inner.count;
        NotFinite found;
        for (long at = 0; at < outer.size; ++at)
            found += copy_tensor(numbers, inner, from + at * outer.from * numbers.bytes, to + at * outer.to);
        return found;
    }
    if (from_fastest == to_fastest) return numbers.read_row(from, columns.size, to);
    return transpose_plane(numbers, axes.axis[static_cast<std::size_t>(to_fastest)], columns, from, to);
}

template <class As>
NotFinite copy_tensor(CopyAxes axes, const std::byte* from, float* to) {
    return copy_tensor(numbers_as<As>, axes, from, to);
}

/// The first axis cut to `count` values from `begin`; `from` and `to` move by `begin` times its strides.
inline CopyAxes cut(CopyAxes axes, long count) {
    axes.axis[0].size = count;
    return axes;
}

/// How many values of the file's slowest axis make a piece: whole lines on both sides, and of the bytes so many as the
/// second-level cache holds, where a piece waits to be turned over.
inline long piece_rows(const CopyAxes& file_first) {
    constexpr long floats = 1 << 18, line = 16;
    const CopyAxis slowest = file_first.axis[0];
    return std::clamp(floats / slowest.from / line * line, std::min(line, slowest.size), slowest.size);
}

/// Memory of one thread that copies pieces.
struct CopyRoom {
    std::vector<std::byte> bytes{};
    std::vector<float> floats{};
};

/// Calls copy(piece, room) for each piece on all threads and adds up what the calls return. What one throws is thrown
/// when all have ended.
template <class Piece, class Copy>
NotFinite copy_pieces(const std::vector<Piece>& pieces, Copy copy) {
    NotFinite found;
    std::exception_ptr error;
#pragma omp parallel
    {
        NotFinite mine;
        CopyRoom room;
#pragma omp for schedule(dynamic)
        for (std::size_t at = 0; at < pieces.size(); ++at) {
            try {
                mine += copy(pieces[at], room);
            } catch (...) {  // nothing may leave a thread
#pragma omp critical
                error = std::current_exception();
            }
        }
#pragma omp critical
        found += mine;
    }
    if (error) std::rethrow_exception(error);
    return found;
}

}  // namespace genotype::inline v0_1::detail
