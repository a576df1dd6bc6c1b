// Texts and whole numbers put together, for messages and names.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace genotype::inline v0_1::detail {

/// Characters, or a whole number's digits. Lives no longer than the expression that it stands in.
class TextPiece {
  public:
    TextPiece(std::string_view text) : text_(text) {}
    TextPiece(const std::string& text) : text_(text) {}
    TextPiece(const char* text) : text_(text) {}
    TextPiece(char letter) : text_(digits_, 1), digits_{letter} {}
    TextPiece(std::signed_integral auto number) {
        const auto bits = static_cast<unsigned long long>(number);
        write(number < 0 ? 0 - bits : bits, number < 0);
    }
    TextPiece(std::unsigned_integral auto number) { write(number, false); }
    TextPiece(bool) = delete;
    TextPiece(const TextPiece&) = delete;
    TextPiece& operator=(const TextPiece&) = delete;

    std::string_view text() const { return text_; }

  private:
    // By hand: std::to_chars is compiled anew in each program, and is longer.
    [[gnu::noinline]] void write(unsigned long long number, bool negative) {
        char* const end = digits_ + sizeof digits_;
        char* at = end;
        do *--at = static_cast<char>('0' + number % 10);
        while (number /= 10);
        if (negative) *--at = '-';
        text_ = {at, end};
    }

    std::string_view text_;
    char digits_[24];
};

[[gnu::cold, gnu::noinline]] inline std::string concatenated(std::initializer_list<TextPiece> pieces) {
    std::size_t size = 0;
    for (const TextPiece& piece : pieces) size += piece.text().size();
    std::string whole;
    whole.reserve(size);
    for (const TextPiece& piece : pieces) whole += piece.text();
    return whole;
}

/// "at most 12 bytes" of ("at most ", 12, " bytes"). A sum of `std::string`s would say the same, but is compiled anew,
/// a piece at a time, wherever it stands.
template <class... Pieces>
[[gnu::cold]] std::string concat(const Pieces&... pieces) {
    return concatenated({pieces...});
}

}  // namespace genotype::inline v0_1::detail
