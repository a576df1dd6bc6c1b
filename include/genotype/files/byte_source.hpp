// What every source of bytes can do that can do one thing: read on.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// Base of a class `Self` with `name()`, which messages begin with, and `read(std::span<std::uint8_t>)`, which returns
/// how many bytes it had for the span: fewer than its size mean the end.
template <class Self>
class ByteSource {
  public:
    /// Reads `size` more bytes. Memory grows with what is really there, never with what a header claims.
    std::vector<std::uint8_t> read_exactly(std::uint64_t size, const std::string& field) {
        constexpr std::uint64_t piece = 1 << 20;
        std::vector<std::uint8_t> bytes;
        while (bytes.size() < size) {
            const std::size_t before = bytes.size();
            const std::size_t wanted = static_cast<std::size_t>(std::min(piece, size - before));
            bytes.resize(before + wanted);
            const std::size_t got = self().read(std::span(bytes).subspan(before));
            if (got < wanted) fail(self().name(), field, concat(before + got, " bytes"), concat(size, " bytes"));
        }
        return bytes;
    }

    /// Nothing may follow.
    void expect_end(const std::string& field) {
        std::array<std::uint8_t, 1> extra;
        if (self().read(extra) != 0) fail(self().name(), field, "more bytes", "the end of the file");
    }

  private:
    Self& self() { return static_cast<Self&>(*this); }
};

}  // namespace genotype::inline v0_1::detail
