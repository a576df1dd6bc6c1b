// Random matrices in the forms of files, for tests of what reads them. DeviceResident a matrix's last byte, and before
// its first, lies memory that nobody may touch.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "genotype/kernels/stored_matrix.hpp"

namespace stored_test {

using namespace genotype;

/// So many bytes that end where a page ends that ends the program when it is read.
class GuardedBytes {
  public:
    explicit GuardedBytes(std::size_t size) {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        mapped_ = (size + page - 1) / page * page + page;
        void* const begin = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (begin == MAP_FAILED) throw std::runtime_error("no memory");
        begin_ = static_cast<std::byte*>(begin);
        mprotect(begin_ + mapped_ - page, page, PROT_NONE);
        // What lies before is NaN in every type.
        std::memset(begin_, 0xff, mapped_ - page);
        data_ = begin_ + mapped_ - page - size;
    }
    GuardedBytes(const GuardedBytes&) = delete;
    GuardedBytes& operator=(const GuardedBytes&) = delete;
    ~GuardedBytes() { munmap(begin_, mapped_); }

    std::byte* data() const { return data_; }

  private:
    std::byte *begin_, *data_;
    std::size_t mapped_;
};

/// A matrix with data of its own.
class RandomMatrix {
  public:
    /// Parts by type and number of rows.
    RandomMatrix(const std::vector<std::pair<StorageType, int>>& parts, int columns, unsigned seed) : engine_(seed) {
        matrix_.columns = columns;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto [type, rows] = parts[i];
            const std::size_t size = static_cast<std::size_t>(rows) * kernels::stored_row_bytes(type, columns);
            bytes_.emplace_back(size);
            fill(type, size, bytes_.back().data());
            matrix_.parts[i] = {bytes_.back().data(), type, rows};
            matrix_.rows += rows;
        }
    }
    RandomMatrix(StorageType type, int rows, int columns, unsigned seed = 1)
        : RandomMatrix({{type, rows}}, columns, seed) {}

    const kernels::StoredMatrix& get() const { return matrix_; }

    /// (rows, columns) as float32.
    std::vector<float> dequantized() const {
        std::vector<float> values(static_cast<std::size_t>(matrix_.rows) * static_cast<std::size_t>(matrix_.columns));
        for (long row = 0; row < matrix_.rows; ++row)
            kernels::detail::dequantize_values(kernels::detail::stored_row(matrix_, row), matrix_.columns,
                                               values.data() + row * matrix_.columns);
        return values;
    }

  private:
    /// A half between 2^-5 and 2, of either sign.
    Float16 half() {
        const auto exponent = static_cast<unsigned>(10 + engine_() % 6);
        return {static_cast<std::uint16_t>((engine_() & 0x83ffu) | exponent << 10)};
    }
    template <class Block>
    Block block() {
        if constexpr (std::is_same_v<Block, float>) {
            return std::normal_distribution<float>()(engine_);
        } else if constexpr (std::is_same_v<Block, Float16>) {
            return half();
        } else if constexpr (std::is_same_v<Block, BFloat16>) {
            const auto exponent = static_cast<unsigned>(122 + engine_() % 6);
            return {static_cast<std::uint16_t>((engine_() & 0x807fu) | exponent << 7)};
        } else {
            std::array<unsigned char, sizeof(Block)> bytes;
            for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(engine_());
            auto made = std::bit_cast<Block>(bytes);
            if constexpr (requires { made.scale; }) made.scale = half();
            if constexpr (requires { made.least; }) made.least = half();
            if constexpr (requires { made.exponent; }) made.exponent = static_cast<std::uint8_t>(121 + engine_() % 6);
            return made;
        }
    }
    void fill(StorageType type, std::size_t size, std::byte* to) {
        genotype::detail::with_block(type, [&]<class Block>(const Block*) {
            for (std::size_t at = 0; at < size; at += sizeof(Block)) {
                const Block made = block<Block>();
                std::memcpy(to + at, &made, sizeof(Block));
            }
        });
    }

    std::mt19937 engine_;
    std::deque<GuardedBytes> bytes_;
    kernels::StoredMatrix matrix_;
};

template <class... Types>
constexpr auto types_of(genotype::detail::StoredTypeList<Types...>) {
    return std::array{Types::type...};
}
inline constexpr auto all_types = types_of(genotype::detail::StoredTypes{});

}  // namespace stored_test
