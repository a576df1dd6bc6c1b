// A value of a GGUF file's metadata, where it lies in the file.
#pragma once

#include <concepts>
#include <cstring>
#include <utility>
#include <vector>

#include "genotype/files/utf8.hpp"
#include "genotype/io/gguf_types.hpp"
#include "genotype/io/words.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// The type of the file whose values are this of C++'s.
template <class T>
consteval std::optional<GgufType> gguf_type_of() {
    using enum GgufType;
    constexpr std::array<bool, 13> same{std::same_as<T, std::uint8_t>,
                                        std::same_as<T, std::int8_t>,
                                        std::same_as<T, std::uint16_t>,
                                        std::same_as<T, std::int16_t>,
                                        std::same_as<T, std::uint32_t>,
                                        std::same_as<T, std::int32_t>,
                                        std::same_as<T, float>,
                                        std::same_as<T, bool>,
                                        std::same_as<T, std::string_view>,
                                        false,
                                        std::same_as<T, std::uint64_t>,
                                        std::same_as<T, std::int64_t>,
                                        std::same_as<T, double>};
    for (std::size_t type = 0; type < same.size(); ++type)
        if (same[type]) return static_cast<GgufType>(type);
    return std::nullopt;
}

/// The types of whole numbers.
template <class T>
concept GgufWhole = std::integral<T> && !std::same_as<T, bool>;

/// C++'s type of a value of the metadata.
template <class T>
concept GgufScalar = gguf_type_of<T>()
.has_value();

}  // namespace detail

/// A number, a truth value, a text, or an array of one type of them or of arrays, in place and not copied: it lives as
/// long as the `Gguf` that it came from.
struct GgufValue {
    GgufType type = GgufType::UINT8;
    /// Of an array's elements; of anything else its own type.
    GgufType element = GgufType::UINT8;
    /// An array's elements; 1 of anything else.
    std::uint64_t count = 1;
    /// A number, a text's letters, or an array's elements as the file has them.
    std::span<const std::byte> bytes = {};

    /// The value, or none where it has another type: nothing is converted. `T` is the number's type, `bool` or
    /// `std::string_view`, or of an array of those a `std::vector` of that.
    template <class T>
    std::optional<T> as() const;

    /// A whole number of any of the file's types of them, where `T` holds it: programs that write such files differ in
    /// the type. None where it does not fit, or is something else. Of an array of them a `std::vector`.
    template <class T>
    std::optional<T> whole() const;

    /// An array's elements one by one, which may be arrays; of anything else itself.
    std::vector<GgufValue> elements() const;

    /// "UINT32 7", "STRING", "ARRAY of 3 STRING", for messages.
    std::string text() const {
        const std::string name(gguf_type_name(type));
        if (const auto number = whole<std::int64_t>()) return name + " " + std::to_string(*number);
        if (const auto number = whole<std::uint64_t>()) return name + " " + std::to_string(*number);
        if (type != GgufType::ARRAY) return name;
        return name + " of " + std::to_string(count) + " " + std::string(gguf_type_name(element));
    }
};

namespace detail {

/// Reads a GGUF file's parts from its bytes, none of which it trusts: whatever a length or a count says is held against
/// what is left before anything is done with it.
class GgufCursor {
  public:
    /// Arrays may be in arrays so deep. ggml and gguf-py write none in others.
    static constexpr int deepest = 4;

    GgufCursor(std::span<const std::byte> bytes, const std::string& file) : bytes_(bytes), file_(file) {}

    /// What is read from now on, for messages.
    void at_place(std::string place) { place_ = std::move(place); }
    std::uint64_t position() const { return position_; }
    std::uint64_t left() const { return bytes_.size() - position_; }

    [[noreturn]] void wrong(const std::string& found, const std::string& expected) const {
        fail(file_, place_, found, expected);
    }

    std::span<const std::byte> take(std::uint64_t size) {
        if (size > left())
            wrong(concat("a value of ", size, " bytes at byte ", position_),
                  concat("at most the ", left(), " bytes that are left"));
        const auto taken = bytes_.subspan(position_, size);
        position_ += size;
        return taken;
    }
    template <class Number>
    Number number() {
        Number value;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    /// A count of things of which each takes `least` bytes or more.
    std::uint64_t count(std::uint64_t least) {
        const auto value = number<std::uint64_t>();
        if (value > left() / least)
            wrong(concat("a count of ", value),
                  concat("at most ", left() / least, " in the ", left(), " bytes that are left"));
        return value;
    }
    std::span<const std::byte> text_bytes() {
        const auto taken = take(number<std::uint64_t>());
        if (!is_utf8(text_of(taken))) wrong(concat("other bytes in ", in_quotes(text_of(taken))), "UTF-8");
        return taken;
    }
    std::string_view text() { return text_of(text_bytes()); }

    GgufType type() {
        const auto value = number<std::uint32_t>();
        if (value >= gguf_type_facts.size())
            wrong(concat("a value of type ", value), "a type of 0 (UINT8) to 12 (FLOAT64)");
        return static_cast<GgufType>(value);
    }
    GgufValue value(GgufType type, int depth = 0) {
        if (type == GgufType::STRING) return {type, type, 1, text_bytes()};
        if (type == GgufType::ARRAY) return array(depth + 1);
        const auto taken = take(facts_of(type).bytes);
        if (type == GgufType::BOOL) expect_truth(taken);
        return {type, type, 1, taken};
    }

    static std::string_view text_of(std::span<const std::byte> bytes) {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

  private:
    GgufValue array(int depth) {
        if (depth > deepest) wrong("arrays in arrays deeper than that", concat(deepest, " at most"));
        const GgufType element = type();
        const std::size_t fixed = facts_of(element).bytes;
        constexpr std::size_t length = sizeof(std::uint64_t), type_and_count = 12;
        const std::uint64_t elements = count(fixed != 0                    ? fixed
                                             : element == GgufType::STRING ? length
                                                                           : type_and_count);
        const std::uint64_t begin = position_;
        if (fixed != 0) {
            const auto taken = take(elements * fixed);
            if (element == GgufType::BOOL) expect_truth(taken);
        } else {
            for (std::uint64_t i = 0; i < elements; ++i) value(element, depth);
        }
        return {GgufType::ARRAY, element, elements, bytes_.subspan(begin, position_ - begin)};
    }
    void expect_truth(std::span<const std::byte> bytes) const {
        for (const std::byte one : bytes)
            if (one > std::byte{1})
                wrong(concat("the truth value ", std::to_integer<int>(one)), "0 (false) or 1 (true)");
    }

    std::span<const std::byte> bytes_;
    const std::string& file_;
    std::string place_ = "header";
    std::uint64_t position_ = 0;
};

/// Calls `call` with each element of an array that was read before.
template <class Call>
void for_each_element(const GgufValue& array, Call call) {
    const std::string nowhere;
    GgufCursor cursor(array.bytes, nowhere);
    for (std::uint64_t i = 0; i < array.count; ++i) call(cursor.value(array.element));
}

/// One value of a type that it is known to have.
template <GgufScalar T>
T scalar_of(std::span<const std::byte> bytes) {
    if constexpr (std::same_as<T, std::string_view>) {
        return GgufCursor::text_of(bytes);
    } else if constexpr (std::same_as<T, bool>) {
        return bytes[0] != std::byte{0};
    } else {
        T number;
        std::memcpy(&number, bytes.data(), sizeof number);
        return number;
    }
}

}  // namespace detail

template <class T>
std::optional<T> GgufValue::as() const {
    if constexpr (detail::GgufScalar<T>) {
        if (type != detail::gguf_type_of<T>()) return std::nullopt;
        return detail::scalar_of<T>(bytes);
    } else {
        using Element = typename T::value_type;
        static_assert(std::same_as<T, std::vector<Element>> && detail::GgufScalar<Element>,
                      "a number, bool, std::string_view or a std::vector of them");
        if (type != GgufType::ARRAY || element != detail::gguf_type_of<Element>()) return std::nullopt;
        T list;
        list.reserve(count);
        detail::for_each_element(*this,
                                 [&](const GgufValue& one) { list.push_back(detail::scalar_of<Element>(one.bytes)); });
        return list;
    }
}

namespace detail {

/// The number that these bytes are as one of `From`, where they are one and `To` holds it.
template <class From, class To>
bool read_whole(GgufType type, std::span<const std::byte> bytes, std::optional<To>& to) {
    if (type != gguf_type_of<From>()) return false;
    const From number = scalar_of<From>(bytes);
    if (std::in_range<To>(number)) to = static_cast<To>(number);
    return true;
}

template <class To>
std::optional<To> whole_of(GgufType type, std::span<const std::byte> bytes) {
    std::optional<To> to;
    static_cast<void>(read_whole<std::uint8_t>(type, bytes, to) || read_whole<std::int8_t>(type, bytes, to) ||
                      read_whole<std::uint16_t>(type, bytes, to) || read_whole<std::int16_t>(type, bytes, to) ||
                      read_whole<std::uint32_t>(type, bytes, to) || read_whole<std::int32_t>(type, bytes, to) ||
                      read_whole<std::uint64_t>(type, bytes, to) || read_whole<std::int64_t>(type, bytes, to));
    return to;
}

}  // namespace detail

template <class T>
std::optional<T> GgufValue::whole() const {
    if constexpr (detail::GgufWhole<T>) {
        return detail::whole_of<T>(type, bytes);
    } else {
        using Element = typename T::value_type;
        static_assert(std::same_as<T, std::vector<Element>> && detail::GgufWhole<Element>,
                      "a type of whole numbers or a std::vector of one");
        if (type != GgufType::ARRAY || !detail::is_whole_type(element)) return std::nullopt;
        const std::size_t size = detail::facts_of(element).bytes;
        T list;
        list.reserve(count);
        for (std::uint64_t at = 0; at < count; ++at) {
            const auto one = detail::whole_of<Element>(element, bytes.subspan(at * size, size));
            if (!one) return std::nullopt;
            list.push_back(*one);
        }
        return list;
    }
}

inline std::vector<GgufValue> GgufValue::elements() const {
    if (type != GgufType::ARRAY) return {*this};
    std::vector<GgufValue> list;
    list.reserve(count);
    detail::for_each_element(*this, [&](const GgufValue& one) { list.push_back(one); });
    return list;
}

}  // namespace genotype::inline v0_1
