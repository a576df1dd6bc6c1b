// The header of a .npy file: type, order and sizes of an array, in Python's words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

inline constexpr std::string_view npy_magic("\x93NUMPY", 6);

/// As many axes as numpy's arrays can have.
inline constexpr std::size_t npy_most_axes = 64;

/// Version 1.0: magic, length, a Python dictionary padded to a multiple of 64 bytes; the values follow in C order.
/// Source: numpy.lib.format. (xtensor's writer does the same, but costs each program 1.4 s to compile.)
inline std::string npy_header(std::string_view type, const std::vector<std::size_t>& sizes) {
    std::string text = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (";
    for (std::size_t axis = 0; axis < sizes.size(); ++axis)
        text += (axis > 0 ? ", " : "") + std::to_string(sizes[axis]);
    text += sizes.size() == 1 ? ",), }" : "), }";
    constexpr std::size_t before = 10;  // bytes of magic, version and length
    text.resize((before + text.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
    text += '\n';
    std::string header(npy_magic);
    header += '\1';
    header += '\0';
    header += static_cast<char>(text.size() & 0xff);
    header += static_cast<char>(text.size() >> 8);
    return header + text;
}

/// How many values sizes make. More than 2^44, no disk's worth and far from any overflow, are an `Error`.
inline std::uint64_t npy_count(const std::vector<std::size_t>& sizes, const std::string& name) {
    constexpr std::uint64_t most = std::uint64_t{1} << 44;
    std::uint64_t values = 1;
    for (const std::size_t size : sizes) {
        if (size > 0 && values > most / size) fail(name, "shape", "more than 2^44 values", "fewer");
        values *= size;
    }
    return values;
}

struct NpyHeader {
    std::string type;
    bool fortran_order = false;
    std::vector<std::size_t> sizes;
};

/// Reads the header's Python dictionary, whose keys may come in any order, and nothing but what arrays of numbers need.
class NpyHeaderReader {
  public:
    /// Messages begin with `name`. Both must outlive this.
    NpyHeaderReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

    NpyHeader read() {
        NpyHeader header;
        bool has_type = false, has_order = false, has_sizes = false;
        expect('{');
        while (!skip('}')) {
            const std::string key = quoted();
            expect(':');
            if (key == "descr") {
                once(has_type, key);
                skip_spaces();
                if (at_ < text_.size() && text_[at_] == '[')
                    fail(name_, "type", "rows of named fields (a structured array)",
                         "numbers: save each field by itself");
                header.type = quoted();
            } else if (key == "fortran_order") {
                once(has_order, key);
                header.fortran_order = boolean();
            } else if (key == "shape") {
                once(has_sizes, key);
                header.sizes = tuple();
            } else {
                fail(name_, "header", concat("the key '", key, "'"), "descr, fortran_order and shape");
            }
            if (!skip(',')) {
                expect('}');
                break;
            }
        }
        if (const int keys = has_type + has_order + has_sizes; keys != 3)
            fail(name_, "header", concat(keys, " keys"), "3 keys");
        skip_spaces();
        if (at_ != text_.size()) wrong("nothing but spaces");
        return header;
    }

  private:
    void once(bool& seen, const std::string& key) const {
        if (seen) fail(name_, "header", concat("the key '", key, "' twice"), "each key once");
        seen = true;
    }
    [[noreturn]] void wrong(const std::string& expected) const {
        const std::string found = at_ < text_.size() ? std::string("'") + text_[at_] + "'" : "its end";
        fail(name_, concat("header at character ", at_), found, expected);
    }
    void skip_spaces() {
        while (at_ < text_.size() && std::string_view(" \n\t\r").find(text_[at_]) != std::string_view::npos) ++at_;
    }
    bool skip(char wanted) {
        skip_spaces();
        if (at_ >= text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    void expect(char wanted) {
        if (!skip(wanted)) wrong(concat("'", wanted, "'"));
    }
    std::string quoted() {
        const char mark = skip('"') ? '"' : '\'';
        if (mark == '\'') expect(mark);
        const std::size_t end = text_.find(mark, at_);
        if (end == std::string_view::npos) wrong("a closing quote");
        const std::string word(text_.substr(at_, end - at_));
        at_ = end + 1;
        return word;
    }
    bool boolean() {
        skip_spaces();
        for (const bool value : {false, true}) {
            const std::string_view word = value ? "True" : "False";
            if (text_.substr(at_, word.size()) != word) continue;
            at_ += word.size();
            return value;
        }
        wrong("True or False");
    }
    std::vector<std::size_t> tuple() {
        std::vector<std::size_t> numbers;
        expect('(');
        while (!skip(')')) {
            skip_spaces();
            std::size_t number = 0, digits = 0;
            for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_, ++digits)
                number = number * 10 + static_cast<std::size_t>(text_[at_] - '0');
            if (digits < 1 || digits > 15) wrong("a number of 1 to 15 digits");
            if (numbers.size() == npy_most_axes) fail(name_, "shape", "more axes", concat(npy_most_axes, " at most"));
            numbers.push_back(number);
            skip('L');  // as Python 2 wrote long numbers
            if (!skip(',')) {
                expect(')');
                break;
            }
        }
        return numbers;
    }

    std::string_view text_;
    const std::string& name_;
    std::size_t at_ = 0;
};

}  // namespace genotype::inline v0_1::detail
