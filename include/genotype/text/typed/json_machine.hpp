// Reads the JSON of a shape byte by byte, and says of each whether it may come.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "genotype/text/typed/json_shape.hpp"

namespace genotype::inline v0_1::typed {

/// Small and without memory of its own, so that a copy can try what a token's bytes would lead to. The shape must
/// outlive it, and is an object.
class JsonMachine {
  public:
    static constexpr int deepest = 16;  // values within values

    explicit JsonMachine(const JsonShape& shape) { open(shape); }

    bool is_done() const { return depth_ == 0; }
    /// Whether it is within a text, between two characters.
    bool is_in_text() const { return where_ == Where::text && left_of_character_ == 0; }
    int text_bytes_left() const { return top().shape->longest - bytes_; }
    /// As if so many bytes of whole characters, without quotes or backslashes, had come within a text.
    void skip_text(int bytes) { bytes_ += bytes; }

    /// Takes a byte. False where none such may come; then nothing more may be asked of it.
    bool step(unsigned char byte) {
        switch (where_) {
            case Where::value:
                return begin(byte);
            case Where::literal:
                return literal(byte);
            case Where::text:
                return text(byte);
            case Where::escape:
                return escape(byte);
            case Where::hex:
                return hex(byte);
            case Where::first_item:
                if (byte == ']') return close();
                return next_item() && step(byte);
            case Where::behind_item:
                if (byte == ']') return close();
                if (byte != ',' || top().at >= top().shape->longest) return false;
                return say(" ", true);
            case Where::number:
                return number(byte);
        }
        return false;
    }

    /// The fewest bytes to the end.
    int fewest_left() const {
        int bytes = 0;
        for (int at = depth_ - 1; at >= 0; --at) {
            const Level& level = levels_[static_cast<std::size_t>(at)];
            const bool is_top = at == depth_ - 1;
            if (is_top && where_ == Where::value) {
                bytes += level.shape->fewest;
            } else if (is_top && (where_ == Where::text || where_ == Where::escape || where_ == Where::hex)) {
                bytes +=
                    1 + left_of_character_ + (where_ == Where::escape ? 1 : 0) + (where_ == Where::hex ? hex_left_ : 0);
            } else if (is_top && where_ == Where::number) {
                bytes += is_whole_number() ? 0 : 1;
            } else if (is_top && where_ == Where::literal) {
                bytes += static_cast<int>(literal_.size());
                if (opens_) bytes += child_of(level).fewest + behind_child(level);
            } else {
                bytes += behind_child(level);
            }
        }
        return bytes;
    }

  private:
    enum class Where { value, literal, text, escape, hex, first_item, behind_item, number };
    struct Level {
        const JsonShape* shape;
        int at;  // of an object, the field; of a list, the items so far
    };

    Level& top() { return levels_[static_cast<std::size_t>(depth_ - 1)]; }
    const Level& top() const { return levels_[static_cast<std::size_t>(depth_ - 1)]; }
    static const JsonShape& child_of(const Level& level) {
        return level.shape->kind == ShapeKind::list ? level.shape->parts[0]
                                                    : level.shape->parts[static_cast<std::size_t>(level.at)];
    }
    static int behind_child(const Level& level) {
        if (level.shape->kind == ShapeKind::list) return 1;
        return level.shape->kind == ShapeKind::object ? level.shape->fewest_behind[static_cast<std::size_t>(level.at)]
                                                      : 0;
    }

    bool open(const JsonShape& shape) {
        if (depth_ == deepest) return false;
        levels_[static_cast<std::size_t>(depth_++)] = {&shape, 0};
        where_ = Where::value;
        return true;
    }
    /// A fixed text; then the value of the level's child, or the level's end.
    bool say(std::string_view text, bool opens) {
        literal_ = text;
        opens_ = opens;
        where_ = Where::literal;
        return true;
    }
    bool next_item() {
        ++top().at;
        return open(top().shape->parts[0]);
    }
    /// The value at the top is whole.
    bool close() {
        if (--depth_ == 0) return true;
        Level& level = top();
        if (level.shape->kind == ShapeKind::list) {
            where_ = Where::behind_item;
            return true;
        }
        if (++level.at == static_cast<int>(level.shape->parts.size())) return say("}", false);
        return say(level.shape->before[static_cast<std::size_t>(level.at)], true);
    }
    bool literal(unsigned char byte) {
        if (static_cast<unsigned char>(literal_[0]) != byte) return false;
        literal_.remove_prefix(1);
        if (!literal_.empty()) return true;
        if (!opens_) return close();
        return top().shape->kind == ShapeKind::list ? next_item() : open(child_of(top()));
    }
    bool begin(unsigned char byte) {
        const JsonShape& shape = *top().shape;
        if (shape.may_be_null && byte == 'n') return say("ull", false);
        switch (shape.kind) {
            case ShapeKind::object:
                return say(shape.before[0], true) && literal(byte);
            case ShapeKind::list:
                where_ = Where::first_item;
                return byte == '[';
            case ShapeKind::truth:
                return byte == 't' ? say("rue", false) : byte == 'f' && say("alse", false);
            case ShapeKind::text:
                where_ = Where::text;
                bytes_ = left_of_character_ = 0;
                return byte == '"';
            default:
                break;
        }
        where_ = Where::number;
        is_negative_ = has_point_ = false;
        digits_ = fraction_ = 0;
        value_ = 0;
        return number(byte);
    }

    /// A character of UTF-8, whose second byte has limits of its own: the Unicode Standard, table 3-7.
    bool text(unsigned char byte) {
        if (left_of_character_ > 0) {
            if (byte < low_ || byte > high_) return false;
            low_ = 0x80, high_ = 0xbf;
            --left_of_character_;
            return ++bytes_ <= top().shape->longest;
        }
        if (byte == '"') return close();
        if (byte < 0x20) return false;
        if (byte == '\\') {
            where_ = Where::escape;
            return bytes_ + 4 <= top().shape->longest;
        }
        int length = 1;
        if (byte >= 0x7f) {
            if (byte < 0xc2 || byte > 0xf4) return false;
            length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
            low_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
            high_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
        }
        left_of_character_ = length - 1;
        return ++bytes_ + left_of_character_ <= top().shape->longest;
    }
    bool escape(unsigned char byte) {
        if (byte == 'u') {
            where_ = Where::hex;
            hex_left_ = 4;
            return true;
        }
        where_ = Where::text;
        ++bytes_;
        return std::string_view("\"\\/bfnrt").find(static_cast<char>(byte)) != std::string_view::npos;
    }
    /// Four digits of a character below U+D800, whose first therefore is below d.
    bool hex(unsigned char byte) {
        const bool is_digit = byte >= '0' && byte <= '9',
                   is_letter = byte >= 'a' && byte <= (hex_left_ == 4 ? 'c' : 'f');
        if (--hex_left_ == 0) {
            where_ = Where::text;
            bytes_ += 3;  // at most, in UTF-8
        }
        return is_digit || is_letter;
    }

    bool is_whole_number() const { return digits_ > 0 && (!has_point_ || fraction_ > 0); }
    /// A number ends where something else comes, which is the business of what it is in.
    bool number(unsigned char byte) {
        const JsonShape& shape = *top().shape;
        const bool is_whole = shape.kind == ShapeKind::whole;
        if (byte == '-' && digits_ == 0 && !is_negative_) {
            is_negative_ = true;
            return !is_whole || shape.least < 0;
        }
        if (byte >= '0' && byte <= '9') {
            const auto digit = static_cast<std::uint64_t>(byte - '0');
            if (has_point_) return ++fraction_ <= 8;
            if (digits_ > 0 && value_ == 0) return false;                              // no digits behind a 0
            if (is_whole && is_negative_ && digits_ == 0 && digit == 0) return false;  // no -0
            ++digits_;
            if (!is_whole) {
                value_ = value_ * 10 + digit;
                return digits_ <= 15;
            }
            const std::uint64_t limit = is_negative_ ? 0 - static_cast<std::uint64_t>(shape.least) : shape.most;
            if (value_ > limit / 10 || (value_ == limit / 10 && digit > limit % 10)) return false;
            value_ = value_ * 10 + digit;
            return true;
        }
        if (byte == '.' && !is_whole && digits_ > 0 && !has_point_) {
            has_point_ = true;
            return true;
        }
        return is_whole_number() && close() && !is_done() && step(byte);
    }

    std::array<Level, deepest> levels_ = {};
    int depth_ = 0;
    Where where_ = Where::value;
    std::string_view literal_ = {};
    bool opens_ = false;
    int bytes_ = 0, left_of_character_ = 0, hex_left_ = 0;
    unsigned char low_ = 0, high_ = 0;
    bool is_negative_ = false, has_point_ = false;
    int digits_ = 0, fraction_ = 0;
    std::uint64_t value_ = 0;
};

}  // namespace genotype::inline v0_1::typed
