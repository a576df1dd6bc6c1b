// The bytes that each token of a vocabulary stands for, and from bytes to tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1::detail {

/// The bytes of all tokens, one behind the other.
class TokenBytes {
  public:
    void append(std::string_view bytes) {
        bytes_ += bytes;
        ends_.push_back(bytes_.size());
    }
    std::size_t size() const { return ends_.size(); }
    std::string_view operator[](TokenId id) const {
        const auto at = static_cast<std::size_t>(id);
        const std::size_t begin = at == 0 ? 0 : ends_[at - 1];
        return std::string_view(bytes_).substr(begin, ends_[at] - begin);
    }

  private:
    std::string bytes_;
    std::vector<std::size_t> ends_;
};

/// From bytes to tokens: a hash table of a fixed size whose keys lie in a `TokenBytes`.
class WordTable {
  public:
    explicit WordTable(std::size_t words = 0) {
        std::size_t slots = 16;
        while (slots < 2 * words) slots *= 2;
        slots_.resize(slots);
    }

    /// The token of these bytes that was inserted first, or -1.
    TokenId find(const TokenBytes& tokens, std::string_view bytes) const {
        return slots_[place(tokens, bytes, hash(bytes))].id;
    }
    void insert(const TokenBytes& tokens, TokenId id) {
        const std::uint32_t hashed = hash(tokens[id]);
        Slot& slot = slots_[place(tokens, tokens[id], hashed)];
        if (slot.id < 0) slot = {hashed, id};
    }

  private:
    struct Slot {
        std::uint32_t hash = 0;
        TokenId id = -1;
    };

    static std::uint32_t hash(std::string_view bytes) {
        return static_cast<std::uint32_t>(std::hash<std::string_view>{}(bytes));
    }
    std::size_t place(const TokenBytes& tokens, std::string_view bytes, std::uint32_t hashed) const {
        std::size_t at = hashed & (slots_.size() - 1);
        while (slots_[at].id >= 0 && (slots_[at].hash != hashed || tokens[slots_[at].id] != bytes))
            at = (at + 1) & (slots_.size() - 1);
        return at;
    }

    std::vector<Slot> slots_;
};

}  // namespace genotype::inline v0_1::detail
