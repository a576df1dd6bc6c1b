// What instructions do: arithmetic, comparisons, conversions, memory. Each is a function of a thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cfenv>
#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>

#include "ptx/program.hpp"

namespace ptx::steps {

using s16 = std::int16_t;
using s32 = std::int32_t;
using s64 = std::int64_t;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
__extension__ using s128 = __int128;
__extension__ using u128 = unsigned __int128;

template <class T>
struct Unsigned {
    using type = T;
};
template <std::signed_integral T>
struct Unsigned<T> {
    using type = std::make_unsigned_t<T>;
};
template <class T>
using Bits = typename Unsigned<T>::type;

template <class T, auto f>
void unary(Thread& t, const Instruction& i) {
    t.set<T>(i.to[0], static_cast<T>(f(t.get<T>(i.from[0]))));
}
template <class T, auto f>
void binary(Thread& t, const Instruction& i) {
    t.set<T>(i.to[0], static_cast<T>(f(t.get<T>(i.from[0]), t.get<T>(i.from[1]))));
}
template <class T, auto f>
void ternary(Thread& t, const Instruction& i) {
    t.set<T>(i.to[0], static_cast<T>(f(t.get<T>(i.from[0]), t.get<T>(i.from[1]), t.get<T>(i.from[2]))));
}

constexpr auto add = [](auto a, auto b) { return a + b; };
constexpr auto subtract = [](auto a, auto b) { return a - b; };
constexpr auto multiply = [](auto a, auto b) { return a * b; };
constexpr auto divide = [](auto a, auto b) {
    if constexpr (std::integral<decltype(b)>)
        if (b == 0) return static_cast<decltype(a)>(-1);
    return static_cast<decltype(a)>(a / b);
};
constexpr auto remain = [](auto a, auto b) { return b == 0 ? a : static_cast<decltype(a)>(a % b); };
constexpr auto least = [](auto a, auto b) {
    if constexpr (std::floating_point<decltype(a)>)
        return std::fmin(a, b);
    else
        return std::min(a, b);
};
constexpr auto most = [](auto a, auto b) {
    if constexpr (std::floating_point<decltype(a)>)
        return std::fmax(a, b);
    else
        return std::max(a, b);
};
constexpr auto negative = [](auto a) { return -a; };
constexpr auto size_of = [](auto a) { return std::abs(a); };
constexpr auto bit_and = [](auto a, auto b) { return a & b; };
constexpr auto bit_or = [](auto a, auto b) { return a | b; };
constexpr auto bit_xor = [](auto a, auto b) { return a ^ b; };
constexpr auto bit_not = [](auto a) { return ~a; };
constexpr auto multiply_add = [](auto a, auto b, auto c) { return a * b + c; };
constexpr auto fused = [](auto a, auto b, auto c) { return std::fma(a, b, c); };
constexpr auto root = [](auto a) { return std::sqrt(a); };
constexpr auto reciprocal = [](auto a) { return 1 / a; };
constexpr auto with_sign = [](auto sign, auto size) { return std::copysign(size, sign); };

constexpr auto funnel = [](u32 low, u32 up, u32 by) {
    return by % 32 == 0 ? up : up << by % 32 | low >> (32 - by % 32);
};

/// f under another rounding. The values are volatile, so that they are worked out there and then.
template <int rounding, class T, auto f>
void rounded(Thread& t, const Instruction& i) {
    const int before = std::fegetround();
    std::fesetround(rounding);
    volatile T a = t.get<T>(i.from[0]), b = t.get<T>(i.from[1]), c = i.count > 2 ? t.get<T>(i.from[2]) : T(0), result;
    if constexpr (std::is_invocable_v<decltype(f), T, T, T>)
        result = f(T(a), T(b), T(c));
    else
        result = f(T(a), T(b));
    std::fesetround(before);
    t.set<T>(i.to[0], result);
}

template <class T>
void shift_left(Thread& t, const Instruction& i) {
    const u32 by = t.get<u32>(i.from[1]);
    t.set<T>(i.to[0], by < 8 * sizeof(T) ? static_cast<T>(t.get<T>(i.from[0]) << by) : T(0));
}
template <class T>
void shift_right(Thread& t, const Instruction& i) {
    const u32 by = std::min<u32>(t.get<u32>(i.from[1]), 8 * sizeof(T));
    const T value = t.get<T>(i.from[0]);
    const T gone = value < 0 ? static_cast<T>(-1) : T(0);
    t.set<T>(i.to[0], by < 8 * sizeof(T) ? static_cast<T>(value >> by) : gone);
}

/// A product of two numbers of type T has twice the bits.
template <class T>
auto whole_product(T a, T b) {
    if constexpr (sizeof(T) == 8) {
        using Wide = std::conditional_t<std::is_signed_v<T>, s128, u128>;
        return static_cast<Wide>(a) * static_cast<Wide>(b);
    } else {
        using Wide = std::conditional_t<std::is_signed_v<T>, s64, u64>;
        return static_cast<Wide>(a) * static_cast<Wide>(b);
    }
}
constexpr auto high = [](auto a, auto b) { return whole_product(a, b) >> (8 * sizeof(a)); };
constexpr auto high_add = [](auto a, auto b, auto c) { return (whole_product(a, b) >> (8 * sizeof(a))) + c; };
template <class T, class Wide, bool adds>
void wide(Thread& t, const Instruction& i) {
    const Wide product = static_cast<Wide>(whole_product(t.get<T>(i.from[0]), t.get<T>(i.from[1])));
    t.set<Wide>(i.to[0],
                adds ? static_cast<Wide>(static_cast<Bits<Wide>>(product) + t.get<Bits<Wide>>(i.from[2])) : product);
}

/// A word of a sum of many: `takes` the carry that came before, `gives` its own.
template <bool takes, bool gives, auto f>
void in_many_words(Thread& t, const Instruction& i) {
    const s64 before = takes && t.carry ? 1 : 0;
    const s64 sum = f(t.get<u32>(i.from[0]), t.get<u32>(i.from[1]), t.get<u32>(i.from[2]), before);
    t.set<u32>(i.to[0], static_cast<u32>(sum));
    if (gives) t.carry = sum < 0 || sum >> 32 != 0;
}
constexpr auto sum_word = [](u32 a, u32 b, u32, s64 carry) { return s64{a} + b + carry; };
constexpr auto difference_word = [](u32 a, u32 b, u32, s64 borrowed) { return s64{a} - b - borrowed; };
constexpr auto low_word = [](u32 a, u32 b, u32 c, s64 carry) { return s64{a * b} + c + carry; };
constexpr auto high_word = [](u32 a, u32 b, u32 c, s64 carry) {
    return static_cast<s64>(u64{a} * b >> 32) + c + carry;
};

template <class T, auto compare, auto join>
void set_truth(Thread& t, const Instruction& i) {
    const bool found = compare(t.get<T>(i.from[0]), t.get<T>(i.from[1]));
    const bool other = i.from[2] ? t.get<u8>(i.from[2]) != 0 : false;
    t.set<u8>(i.to[0], join(found, other));
    if (i.to[1]) t.set<u8>(i.to[1], join(!found, other));
}
template <class T>
void select(Thread& t, const Instruction& i) {
    t.set<T>(i.to[0], t.get<T>(i.from[t.get<u8>(i.from[2]) ? 0 : 1]));
}

/// Also puts a number together from its parts, or takes it apart.
template <class T, class Part>
void move(Thread& t, const Instruction& i) {
    constexpr int parts = sizeof(T) / sizeof(Part);
    Part values[sizeof(T) / sizeof(Part)];
    if (i.from[1]) {
        for (int at = 0; at < parts; ++at) values[at] = t.get<Part>(i.from[at]);
        t.set<T>(i.to[0], std::bit_cast<T>(values));
    } else if (i.to[1]) {
        const T whole = t.get<T>(i.from[0]);
        std::memcpy(values, &whole, sizeof whole);
        for (int at = 0; at < parts; ++at) t.set<Part>(i.to[at], values[at]);
    } else {
        t.set<T>(i.to[0], t.get<T>(i.from[0]));
    }
}
template <class T>
void copy(Thread& t, const Instruction& i) {
    t.set<T>(i.to[0], t.get<T>(i.from[0]));
}

/// To the nearest number, as integers are made of a float: what is too large becomes the largest.
template <class To, class From>
To to_integer(From value) {
    if (std::isnan(value)) return 0;
    if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    if (value >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    return static_cast<To>(value);
}
enum class Rounding { none, nearest, zero, down, up };
template <class To, class From, Rounding rounding>
void convert(Thread& t, const Instruction& i) {
    const From value = t.get<From>(i.from[0]);
    if constexpr (std::floating_point<From> && rounding != Rounding::none) {
        const From whole = rounding == Rounding::nearest ? std::nearbyint(value)
                           : rounding == Rounding::zero  ? std::trunc(value)
                           : rounding == Rounding::down  ? std::floor(value)
                                                         : std::ceil(value);
        if constexpr (std::integral<To>)
            t.set<To>(i.to[0], to_integer<To>(whole));
        else
            t.set<To>(i.to[0], static_cast<To>(whole));
    } else {
        t.set<To>(i.to[0], static_cast<To>(value));
    }
}
inline void saturate(Thread& t, const Instruction& i) {
    const float value = t.get<float>(i.from[0]);
    t.set<float>(i.to[0], value > 0 ? std::min(value, 1.0f) : 0.0f);
}
inline void to_tf32(Thread& t, const Instruction& i) {  // to nearest, halves away from zero
    const u32 bits = t.get<u32>(i.from[0]);
    t.set<u32>(i.to[0], (bits & 0x7f800000) == 0x7f800000 ? bits : (bits + 0x1000) & 0xffffe000);
}

constexpr auto small_is_zero = [](float x) {
    return std::abs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x;
};
constexpr auto exponential = [](float x) { return static_cast<float>(std::exp2(static_cast<double>(x))); };
constexpr auto exponential_ftz = [](float x) { return small_is_zero(exponential(small_is_zero(x))); };
constexpr auto logarithm = [](float x) { return static_cast<float>(std::log2(static_cast<double>(x))); };
constexpr auto reciprocal_ftz = [](float x) { return small_is_zero(1 / small_is_zero(x)); };
constexpr auto reciprocal_root = [](auto x) { return 1 / std::sqrt(x); };
constexpr auto coarse_reciprocal = [](double x) {
    return std::bit_cast<double>(std::bit_cast<u64>(1 / x) & 0xffffffff00000000);
};

enum class Space { generic, shared };
template <class T, Space space>
void load(Thread& t, const Instruction& i) {
    const char* from = reinterpret_cast<const char*>(t.get<u64>(i.from[0])) + i.offset;
    if (space == Space::shared) from = t.shared + t.get<u32>(i.from[0]) + i.offset;
    T values[4];
    std::memcpy(values, from, static_cast<std::size_t>(i.count) * sizeof(T));
    for (int at = 0; at < i.count; ++at) t.set<T>(i.to[at], values[at]);
}
template <class T, Space space>
void store(Thread& t, const Instruction& i) {
    char* to = reinterpret_cast<char*>(t.get<u64>(i.from[0])) + i.offset;
    if (space == Space::shared) to = t.shared + t.get<u32>(i.from[0]) + i.offset;
    T values[4];
    for (int at = 0; at < i.count; ++at) values[at] = t.get<T>(i.from[1 + at]);
    std::memcpy(to, values, static_cast<std::size_t>(i.count) * sizeof(T));
}
inline void from_shared(Thread& t, const Instruction& i) {
    t.set<u64>(i.to[0], reinterpret_cast<u64>(t.shared) + t.get<u64>(i.from[0]));
}

inline void count_zeros(Thread& t, const Instruction& i) {
    t.set<u32>(i.to[0], static_cast<u32>(std::countl_zero(t.get<u64>(i.from[0]))));
}

/// Four bytes of eight, or their signs.
constexpr auto chosen_bytes = [](u32 low, u32 up, u32 which) {
    const u64 all = u64{up} << 32 | low;
    u32 result = 0;
    for (u32 at = 0; at < 4; ++at) {
        const u32 choice = which >> (4 * at) & 15, byte = static_cast<u32>(all >> (8 * (choice & 7))) & 255;
        result |= (choice < 8 ? byte : byte < 128 ? 0 : 255) << (8 * at);
    }
    return result;
};

inline void branch(Thread& t, const Instruction& i) {
    t.next = i.target;
}
inline void end(Thread& t, const Instruction&) {
    t.state = Thread::ended;
}
inline void nothing(Thread&, const Instruction&) {}

}  // namespace ptx::steps
