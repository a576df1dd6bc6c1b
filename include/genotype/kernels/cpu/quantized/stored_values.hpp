// Weights in a file's form, as vectors of float32.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "genotype/kernels/cpu/quantized/stored_dots.hpp"
#include "genotype/kernels/stored_matrix.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Vectors that are made at a time: those of a block, or one.
template <class Block>
inline constexpr int stored_vectors = genotype::detail::values_of<Block>() == 1
                                          ? 1
                                          : static_cast<int>(genotype::detail::values_of<Block>()) / lanes;
/// Bytes of them.
template <class Block>
inline constexpr long stored_step = static_cast<long>(sizeof(Block) *
                                                      (genotype::detail::values_of<Block>() == 1 ? lanes : 1));

/// Whether a type's values are made as vectors below, and multiplied with in registers. Others come from `dequantize`
/// through memory, by code that all of them share.
template <class Block>
inline constexpr bool has_vector_form =
    genotype::detail::values_of<Block>() == 1 || std::is_same_v<Block, BlockQ8_0> || std::is_same_v<Block, BlockQ4_0> ||
    std::is_same_v<Block, BlockQ4_1> || std::is_same_v<Block, BlockQ5_0> || std::is_same_v<Block, BlockQ5_1>;

/// Whether each value of a block is a number times its scale and its least value.
template <class Block>
inline constexpr bool has_least_value = std::is_same_v<Block, BlockQ4_1> || std::is_same_v<Block, BlockQ5_1>;
/// Whether the fifth bits of the numbers lie before the halves of bytes that have the others.
template <class Block>
inline constexpr bool has_fifth_bits = std::is_same_v<Block, BlockQ5_0> || std::is_same_v<Block, BlockQ5_1>;

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)

template <class = void>
inline __m256i load_halves(const std::byte* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
template <class = void>
inline __m128i load_bytes(const std::byte* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}
template <class Number>
Number load_number(const std::byte* from) {
    Number number;
    std::memcpy(&number, from, sizeof(Number));
    return number;
}

/// The scales of some blocks of each of four rows as float32, each followed by the least value where there is one. They
/// are made before the first block is used, so that nothing waits for them, and lie in memory, from where a processor
/// copies one to all lanes while it reads it.
template <class Block>
struct StoredScales {
    alignas(32) float values[dots_chunk / 32][8];

    void load(const std::byte* const (&rows)[4], int count) {
        const std::byte *first = rows[0], *second = rows[1], *third = rows[2], *fourth = rows[3];
        for (int block = 0; block < count; ++block) {
            if constexpr (has_least_value<Block>) {
                const __m128i halves =
                    _mm_setr_epi32(load_number<std::int32_t>(first), load_number<std::int32_t>(second),
                                   load_number<std::int32_t>(third), load_number<std::int32_t>(fourth));
                _mm256_store_ps(values[block], _mm256_cvtph_ps(halves));
            } else {
                const __m128i halves =
                    _mm_setr_epi16(load_number<std::int16_t>(first), load_number<std::int16_t>(second),
                                   load_number<std::int16_t>(third), load_number<std::int16_t>(fourth), 0, 0, 0, 0);
                _mm_store_ps(values[block], _mm_cvtph_ps(halves));
            }
            first += sizeof(Block);
            second += sizeof(Block);
            third += sizeof(Block);
            fourth += sizeof(Block);
        }
    }
};
template <class Block>
requires(genotype::detail::values_of<Block>() == 1) struct StoredScales<Block> {
    void load(const std::byte* const (&)[4], int) {}
};

/// The next vectors of row `row` of four. Each value is what `dequantize` gives, to the bit.
template <class Block>
[[gnu::always_inline]] inline void load_stored(const std::byte* from,
                                               [[maybe_unused]] const StoredScales<Block>& scales,
                                               [[maybe_unused]] int block, [[maybe_unused]] int row,
                                               Vector (&to)[stored_vectors<Block>]) {
    if constexpr (std::is_same_v<Block, float>) {
        to[0] = Vector(_mm512_loadu_ps(from));
    } else if constexpr (std::is_same_v<Block, Float16>) {
        to[0] = Vector(_mm512_cvtph_ps(load_halves(from)));
    } else if constexpr (std::is_same_v<Block, BFloat16>) {
        to[0] = Vector(_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(load_halves(from)), 16)));
    } else if constexpr (std::is_same_v<Block, BlockQ8_0>) {
        const __m512 scale = _mm512_set1_ps(scales.values[block][row]);
        unroll<2>([&](auto i) {
            const __m512i quants = _mm512_cvtepi8_epi32(load_bytes(from + 2 + 16 * i));
            to[i] = Vector(_mm512_mul_ps(_mm512_cvtepi32_ps(quants), scale));
        });
    } else if constexpr (has_fifth_bits<Block>) {
        // The values that five bits may stand for, in two tables; permutations read the lower five bits of each lane
        // alone.
        constexpr bool has_least = has_least_value<Block>;
        const __m512 lower = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        const __m512 sixteen = _mm512_set1_ps(16);
        __m512 tables[2];
        if constexpr (has_least) {
            const __m512 scale = _mm512_set1_ps(scales.values[block][2 * row]);
            const __m512 least = _mm512_set1_ps(scales.values[block][2 * row + 1]);
            tables[0] = _mm512_fmadd_ps(lower, scale, least);
            tables[1] = _mm512_fmadd_ps(_mm512_add_ps(lower, sixteen), scale, least);
        } else {
            const __m512 scale = _mm512_set1_ps(scales.values[block][row]);
            tables[0] = _mm512_mul_ps(_mm512_sub_ps(lower, sixteen), scale);
            tables[1] = _mm512_mul_ps(lower, scale);
        }
        constexpr long begin = has_least ? 4 : 2;
        const auto fifth = load_number<std::uint32_t>(from + begin);
        const __m512i quants = _mm512_cvtepu8_epi32(load_bytes(from + begin + 4));
        const __m512i bit = _mm512_set1_epi32(16), first = _mm512_and_epi32(quants, _mm512_set1_epi32(15));
        const __m512i second = _mm512_srli_epi32(quants, 4);
        const auto value = [&](__m512i four, std::uint32_t bits) __attribute__((always_inline)) {
            const __m512i all = _mm512_mask_or_epi32(four, static_cast<__mmask16>(bits), four, bit);
            return Vector(_mm512_permutex2var_ps(tables[0], all, tables[1]));
        };
        to[0] = value(first, fifth);
        to[1] = value(second, fifth >> 16);
    } else {
        // The values that four bits may stand for; permutations read the lower four bits of each lane alone.
        constexpr bool has_least = has_least_value<Block>;
        __m512 table;
        if constexpr (has_least)
            table = _mm512_fmadd_ps(_mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                                    _mm512_set1_ps(scales.values[block][2 * row]),
                                    _mm512_set1_ps(scales.values[block][2 * row + 1]));
        else
            table = _mm512_mul_ps(_mm512_setr_ps(-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7),
                                  _mm512_set1_ps(scales.values[block][row]));
        const __m512i quants = _mm512_cvtepu8_epi32(load_bytes(from + (has_least ? 4 : 2)));
        to[0] = Vector(_mm512_permutexvar_ps(quants, table));
        to[1] = Vector(_mm512_permutexvar_ps(_mm512_srli_epi32(quants, 4), table));
    }
}

#else

/// Scales are read where they are used.
template <class Block>
struct StoredScales {
    void load(const std::byte* const (&)[4], int) {}
};

using Words [[gnu::vector_size(sizeof(Vector))]] = std::int32_t;

/// `lanes` numbers of 8 or 16 bits.
template <class Number>
Words load_words(const std::byte* from) {
#if defined(__AVX2__) && !defined(__AVX512F__)  // of the other form GCC 12 makes them one by one
    if constexpr (sizeof(Number) == 2) {
        return std::bit_cast<Words>(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
    } else {
        const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
        return std::bit_cast<Words>(std::is_signed_v<Number> ? _mm256_cvtepi8_epi32(bytes)
                                                             : _mm256_cvtepu8_epi32(bytes));
    }
#else
    using Packed [[gnu::vector_size(lanes * sizeof(Number))]] = Number;
    Packed numbers;
    std::memcpy(&numbers, from, sizeof(numbers));
    return __builtin_convertvector(numbers, Words);
#endif
}
template <class = void>
inline Vector to_vector(const Lanes& floats) {
    return Vector(std::bit_cast<Vector::register_type>(floats));
}

/// Bit i of some bits as 16 in lane i.
template <class = void>
inline Words fifth_bits(std::uint32_t bits) {
    Words result;
    for (int lane = 0; lane < lanes; ++lane) result[lane] = static_cast<std::int32_t>(bits >> lane & 1u) << 4;
    return result;
}

/// `to_float` of halves, in the lower 16 bits of each lane.
template <class = void>
inline Lanes half_floats(const Words& halves) {
    const Words exponent = halves & 0x7c00, fraction = (halves & 0x3ff) << 13;
    const Words least = (halves & 0) + 0x38800000;  // 2^-14
    const Lanes denormal = std::bit_cast<Lanes>(least | fraction) - std::bit_cast<Lanes>(least);
    const Words moved = exponent == 0x7c00 ? (halves & 0) + 0x7f800000 : (exponent << 13) + (112 << 23);
    const Words size = exponent == 0 ? std::bit_cast<Words>(denormal) : moved | fraction;
    return std::bit_cast<Lanes>(size | (halves & 0x8000) << 16);
}

template <class = void>
inline float load_scale(const std::byte* from) {
    Float16 half;
    std::memcpy(&half, from, sizeof(half));
#if defined(__F16C__)
    return _cvtsh_ss(half.bits);
#else
    return to_float(half);
#endif
}

template <class Block>
[[gnu::always_inline]] inline void load_stored(const std::byte* from, const StoredScales<Block>&, int, int,
                                               Vector (&to)[stored_vectors<Block>]) {
    if constexpr (std::is_same_v<Block, float>) {
        std::memcpy(&to[0].data, from, sizeof(Vector));
    } else if constexpr (std::is_same_v<Block, Float16>) {
#if defined(__F16C__) && defined(__AVX2__) && !defined(__AVX512F__)
        to[0] = Vector(_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
#else
        to[0] = to_vector(half_floats(load_words<std::uint16_t>(from)));
#endif
    } else if constexpr (std::is_same_v<Block, BFloat16>) {
        to[0] = to_vector(std::bit_cast<Lanes>(load_words<std::uint16_t>(from) << 16));
    } else {
        const Vector scale(load_scale(from));
        if constexpr (std::is_same_v<Block, BlockQ8_0>) {
            unroll<stored_vectors<Block>>([&](auto v) {
                const Words quants = load_words<std::int8_t>(from + 2 + v * lanes);
                to[v] = to_vector(__builtin_convertvector(quants, Lanes)) * scale;
            });
        } else {
            constexpr bool has_least = has_least_value<Block>;
            constexpr int half = stored_vectors<Block> / 2, middle = has_fifth_bits<Block> ? 16 : 8;
            constexpr long begin = has_least ? 4 : 2;
            const Vector least(has_least ? load_scale(from + 2) : 0.0f);
            std::uint32_t fifth = 0;
            if constexpr (has_fifth_bits<Block>) std::memcpy(&fifth, from + begin, sizeof(fifth));
            unroll<half>([&](auto v) {
                const Words quants =
                    load_words<std::uint8_t>(from + begin + (has_fifth_bits<Block> ? 4 : 0) + v * lanes);
                const auto value = [&](Words quant, [[maybe_unused]] int place) {
                    if constexpr (has_fifth_bits<Block>) quant |= fifth_bits(fifth >> place);
                    if constexpr (has_least)
                        return xsimd::fma(to_vector(__builtin_convertvector(quant, Lanes)), scale, least);
                    else
                        return to_vector(__builtin_convertvector(quant - middle, Lanes)) * scale;
                };
                to[v] = value(quants & 15, v * lanes);
                to[v + half] = value(quants >> 4, 16 + v * lanes);
            });
        }
    }
}

#endif

}  // namespace genotype::inline v0_1::kernels::detail
