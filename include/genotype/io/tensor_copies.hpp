// Tensors on their way from files to floats in memory, in pieces that all threads copy.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "genotype/io/load_report.hpp"
#include "genotype/io/tensor_layout.hpp"

namespace genotype::inline v0_1::detail {

/// Tensors that are to be copied. `Tensor` is what a file says of one of its.
template <class Tensor>
class TensorCopies {
  public:
    /// A tensor, or some of it: `axes` go from the file's values, which begin with the tensor's first, to those from
    /// `to` on.
    [[gnu::cold]] void add(const Tensor& tensor, StorageType type, const CopyAxes& axes, float* to) {
        const CopyAxis slowest = axes.axis[0];
        // Pieces of tensors in blocks are whole blocks.
        const long unit = static_cast<long>(block_values(type)), step = slowest.from % unit == 0 ? 1 : unit;
        const long most = std::min(slowest.size, (piece_rows(axes) + step - 1) / step * step);
        const std::size_t block = unit > 1 ? block_bytes(type) : storage_bytes(type);
        const auto bytes_of = [&](long count) { return static_cast<std::size_t>(count * slowest.from / unit) * block; };
        for (long begin = 0; begin < slowest.size; begin += most) {
            const long count = std::min(most, slowest.size - begin);
            pieces_.push_back(
                {&tensor, type, cut(axes, count), bytes_of(begin), bytes_of(count), to + begin * slowest.to});
        }
    }

    /// Copies all of them, and tells the report what is not finite. fetch(tensor, begin, bytes, room) gets bytes of a
    /// tensor's data.
    template <class Fetch>
    [[gnu::cold]] void copy(LoadReport& report, Fetch fetch) const {
        const NotFinite found = copy_pieces(pieces_, [&](const Piece& piece, CopyRoom& room) {
            return piece.copy(fetch(*piece.tensor, piece.begin, piece.bytes, room.bytes).data(), room);
        });
        report.nan = found.nan;
        report.infinite = found.infinite;
    }

  private:
    /// What one thread copies.
    struct Piece {
        const Tensor* tensor;
        StorageType type;
        CopyAxes axes;
        std::uint64_t begin;  // bytes
        std::size_t bytes;
        float* to;

        NotFinite copy(const std::byte* from, CopyRoom& room) const {
            if (block_values(type) == 1) return copy_tensor(numbers_of(type), axes, from, to);
            const std::size_t values = bytes / block_bytes(type) * block_values(type);
            if (room.floats.size() < values) room.floats.resize(values);
            dequantize_values(type, from, static_cast<long>(values), room.floats.data());
            return copy_tensor<AsF32>(axes, reinterpret_cast<const std::byte*>(room.floats.data()), to);
        }
    };

    std::vector<Piece> pieces_;
};

}  // namespace genotype::inline v0_1::detail
