// SHA-256 of a file, as sha256sum prints it: which weights a score was measured with.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <genotype/shape/error.hpp>
#include <iterator>
#include <span>
#include <string>
#include <vector>

namespace example {

/// The first 32 bits of the fraction of a root of the first primes: `cubic` for the constants of the 64 rounds, square
/// for the 8 words that the hash begins with. By whole numbers alone: the largest r with r^2 or r^3 at most p 2^64 or p
/// 2^96.
template <std::size_t count>
constexpr std::array<std::uint32_t, count> roots_of_primes(bool cubic) {
    std::array<std::uint32_t, count> words{};
    std::size_t found = 0;
    for (unsigned number = 2; found < count; ++number) {
        bool is_prime = true;
        for (unsigned divisor = 2; divisor * divisor <= number; ++divisor) is_prime &= number % divisor != 0;
        if (!is_prime) continue;
        // The root to 32 bits behind the point, bit by bit, in words of 32 bits so that the power does not overflow.
        std::uint64_t root = 0;
        for (std::uint64_t bit = std::uint64_t{1} << 36; bit > 0; bit >>= 1) {
            const std::uint64_t next = root | bit;
            std::array<std::uint64_t, 5> power{1, 0, 0, 0, 0};
            for (int times = 0; times < (cubic ? 3 : 2); ++times) {
                std::array<std::uint64_t, 5> product{};
                for (std::size_t low = 0; low < 5; ++low) {
                    product[low] += power[low] * (next & 0xffffffff);
                    if (low + 1 < 5) {
                        product[low + 1] += product[low] >> 32;
                        product[low] &= 0xffffffff;
                        product[low + 1] += power[low] * (next >> 32);
                    }
                }
                for (std::size_t low = 0; low + 1 < 5; ++low) {
                    product[low + 1] += product[low] >> 32;
                    product[low] &= 0xffffffff;
                }
                power = product;
            }
            const std::size_t whole = cubic ? 3 : 2;
            std::uint64_t above = 0;
            for (std::size_t place = 4; place >= whole; --place) above = above << 32 | power[place];
            if (above < number) root = next;
        }
        words[found++] = static_cast<std::uint32_t>(root);
    }
    return words;
}

/// Source: FIPS 180-4, "Secure hash standard".
inline std::string sha256(std::vector<std::uint8_t> bytes) {
    const auto constants = roots_of_primes<64>(true);
    auto hash = roots_of_primes<8>(false);
    const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
    bytes.push_back(0x80);
    while (bytes.size() % 64 != 56) bytes.push_back(0);
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(bits >> shift));

    for (std::size_t begin = 0; begin < bytes.size(); begin += 64) {
        std::array<std::uint32_t, 64> words{};
        for (std::size_t at = 0; at < 64; ++at) words[at / 4] = words[at / 4] << 8 | bytes[begin + at];
        for (std::size_t at = 16; at < 64; ++at) {
            const std::uint32_t early = words[at - 15], late = words[at - 2];
            words[at] = words[at - 16] + words[at - 7] + (std::rotr(early, 7) ^ std::rotr(early, 18) ^ (early >> 3)) +
                        (std::rotr(late, 17) ^ std::rotr(late, 19) ^ (late >> 10));
        }
        auto [a, b, c, d, e, f, g, h] = hash;
        for (std::size_t at = 0; at < 64; ++at) {
            const std::uint32_t first = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                                        ((e & f) ^ (~e & g)) + constants[at] + words[at];
            const std::uint32_t second =
                (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
        }
        const std::array<std::uint32_t, 8> round{a, b, c, d, e, f, g, h};
        for (std::size_t at = 0; at < 8; ++at) hash[at] += round[at];
    }
    std::string text;
    for (const std::uint32_t word : hash)
        for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[word >> shift & 15];
    return text;
}

/// Of a file's bytes.
inline std::string sha256(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) genotype::fail(path.string(), "file", "one that cannot be opened", "one that can be read");
    return sha256(std::vector<std::uint8_t>{std::istreambuf_iterator<char>(file), {}});
}

}  // namespace example
