// Matrices in a file's form on their way to a device whose memory the host does not read.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include "genotype/memory/arena.hpp"
#include "genotype/memory/region.hpp"
#include "genotype/memory/sender.hpp"
#include "genotype/text/files/stored_copy.hpp"

namespace genotype::inline v0_1::detail {

inline std::size_t stored_bytes(const kernels::StoredPart& part, int columns) {
    return static_cast<std::size_t>(part.rows) * kernels::stored_row_bytes(part.type, columns);
}

/// As many bytes as there are; nothing behind them is read.
template <class Device>
void upload_bytes(const void* from, std::size_t bytes, float* to) {
    const std::size_t whole = bytes / sizeof(float), rest = bytes % sizeof(float);
    Device::upload(static_cast<const float*>(from), static_cast<long>(whole), to);
    if (rest == 0) return;
    float last = 0;
    std::memcpy(&last, static_cast<const std::byte*>(from) + whole * sizeof(float), rest);
    Device::upload(&last, 1, to + whole);
}

/// Brings the matrices to the device, and to their places there what tells where they lie then. Returns the memory that
/// they lie in.
template <class Device>
Arena<Device> upload_matrices(const std::vector<MatchedMatrix>& matrices) {
    long floats = 0;
    for (const MatchedMatrix& matrix : matrices)
        for (const kernels::StoredPart& part : matrix.stored.parts)
            floats += aligned(floats_for<std::byte>(static_cast<long>(stored_bytes(part, matrix.dims[1]))));
    Arena<Device> there(floats);
    float* to = there.data();
    for (const MatchedMatrix& matrix : matrices) {
        kernels::StoredMatrix stored = matrix.stored;
        for (kernels::StoredPart& part : stored.parts) {
            const std::size_t bytes = stored_bytes(part, stored.columns);
            upload_bytes<Device>(part.data, bytes, to);
            part.data = to;
            to += aligned(floats_for<std::byte>(static_cast<long>(bytes)));
        }
        upload_bytes<Device>(&stored, sizeof(stored), reinterpret_cast<float*>(matrix.place));
    }
    return there;
}

}  // namespace genotype::inline v0_1::detail
