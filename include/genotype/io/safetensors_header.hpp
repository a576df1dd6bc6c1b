// The header of a safetensors file: JSON that need not be trusted.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>
// The whole of nlohmann's library would take each program a second to compile.
#if __has_include(<nlohmann/detail/input/lexer.hpp>)
#include <nlohmann/detail/input/lexer.hpp>
#else
#include <nlohmann/json.hpp>
#endif

#include "genotype/files/sorted_places.hpp"
#include "genotype/io/tensor_info.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// Reads a header by nlohmann's tokens and keeps what it may say. Anything else is an `Error` at once, so that nothing
/// is built for a file that is not one.
class SafeTensorsReader {
  public:
    SafeTensorsReader(std::string_view text, const std::string& file, std::vector<TensorInfo>& tensors,
                      FileMetadata& metadata)
        : lexer_(nlohmann::detail::input_adapter(text.data(), text.data() + text.size())),
          file_(file),
          tensors_(tensors),
          metadata_(metadata) {}

    /// A text that begins with {.
    [[gnu::cold]] void read() {
        bool has_metadata = false;
        next();
        for (bool first = true; next_key(first); first = false) {
            name_ = key_;
            const bool is_metadata = name_ == "__metadata__";
            if (is_metadata && std::exchange(has_metadata, true)) wrong("two of them", "one");
            if (is_metadata && token_ == Token::literal_null) continue;
            if (token_ != Token::begin_object) wrong_value(is_metadata ? "an object, or null" : "an object");
            is_metadata ? read_metadata() : read_tensor();
        }
        if (next() != Token::end_of_input) wrong_syntax("value", Token::end_of_input);
    }

  private:
    struct Types {
        using number_integer_t = std::int64_t;
        using number_unsigned_t = std::uint64_t;
        using number_float_t = double;
        using string_t = std::string;
    };
    using Input = decltype(nlohmann::detail::input_adapter(std::declval<const char*>(), std::declval<const char*>()));
    using Lexer = nlohmann::detail::lexer<Types, Input>;
    using Token = typename Lexer::token_type;

    Token next() { return token_ = lexer_.scan(); }

    /// Moves to an object's next key and the token that its value begins with; false at the object's end.
    [[gnu::cold]] bool next_key(bool first) {
        next();
        if (token_ == Token::end_object) return false;
        if (!first) {
            if (token_ != Token::value_separator) wrong_syntax("object", Token::end_object);
            next();
        }
        if (token_ != Token::value_string) wrong_syntax("object key", Token::value_string);
        key_ = lexer_.get_string();
        if (next() != Token::name_separator) wrong_syntax("object separator", Token::name_separator);
        next();
        return true;
    }
    /// The same of a list's values.
    [[gnu::cold]] bool next_value(bool first) {
        next();
        if (token_ == Token::end_array) return false;
        if (!first) {
            if (token_ != Token::value_separator) wrong_syntax("array", Token::end_array);
            next();
        }
        return true;
    }

    [[gnu::cold]] void read_metadata() {
        for (bool first = true; next_key(first); first = false) {
            if (token_ != Token::value_string) wrong_value(concat("a text for the key ", in_quotes(key_)));
            if (!add_text(metadata_, key_, lexer_.get_string()))
                wrong(concat("the key ", in_quotes(key_), " twice"), "each key once");
        }
    }

    [[gnu::cold]] void read_tensor() {
        TensorInfo tensor{.name = name_};
        bool has_dtype = false, has_shape = false, has_offsets = false;
        for (bool first = true; next_key(first); first = false) {
            if (key_ == "dtype") {
                if (token_ != Token::value_string) wrong_value("a text for dtype");
                const auto type = storage_type_of_name(lexer_.get_string());
                if (!type) wrong(concat("the dtype ", in_quotes(lexer_.get_string())), "a dtype of safetensors");
                once(has_dtype);
                tensor.dtype = *type;
            } else if (key_ == "shape") {
                if (token_ != Token::begin_array) wrong_value("a list for shape");
                once(has_shape);
                read_shape(tensor.shape);
            } else if (key_ == "data_offsets") {
                if (token_ != Token::begin_array) wrong_value("a list for data_offsets");
                once(has_offsets);
                read_offsets(tensor);
            } else {
                skip_value();
            }
        }
        if (!(has_dtype && has_shape && has_offsets)) wrong("too few fields", "dtype, shape and data_offsets");
        tensors_.push_back(std::move(tensor));
    }

    [[gnu::cold]] void read_shape(std::vector<std::uint64_t>& shape) {
        for (bool first = true; next_value(first); first = false) {
            const std::uint64_t size = whole_number();
            constexpr std::size_t most_axes = 64;  // as PyTorch
            if (shape.size() == most_axes) wrong("more than 64 axes", "64 at most");
            shape.push_back(size);
        }
    }
    [[gnu::cold]] void read_offsets(TensorInfo& tensor) {
        int offsets = 0;
        for (; next_value(offsets == 0); ++offsets) (offsets == 0 ? tensor.begin : tensor.end) = whole_number();
        if (offsets != 2) wrong(concat(offsets, " data_offsets"), "2");
    }
    /// Passes over the value of a key that is not known, which must be JSON all the same. Does not call itself.
    [[gnu::cold]] void skip_value() {
        constexpr std::size_t outside = 2, deepest = 127;  // the header and the tensor; as safetensors' own reader
        std::string open;                                  // the brackets
        do {
            bool first = token_ == Token::begin_object || token_ == Token::begin_array;
            if (first)
                open += token_ == Token::begin_object ? '{' : '[';
            else
                expect_scalar();
            if (open.size() + outside > deepest) wrong("values within each other deeper than 127", "127 at most");
            while (!open.empty() && !(open.back() == '{' ? next_key(first) : next_value(first))) {
                open.pop_back();
                first = false;
            }
        } while (!open.empty());
    }
    [[gnu::cold]] void expect_scalar() {
        const bool is_float = token_ == Token::value_float;
        const bool is_scalar = token_ == Token::value_string || token_ == Token::value_unsigned ||
                               token_ == Token::value_integer || token_ == Token::literal_null ||
                               token_ == Token::literal_true || token_ == Token::literal_false;
        if (!is_scalar && !(is_float && std::isfinite(lexer_.get_number_float()))) wrong_value("a value");
    }

    [[gnu::cold]] std::uint64_t whole_number() {
        if (token_ != Token::value_unsigned) wrong_value("a whole number of at most 64 bits");
        return lexer_.get_number_unsigned();
    }

    [[gnu::cold]] void once(bool& has) {
        if (std::exchange(has, true)) wrong(concat("the field ", in_quotes(key_), " twice"), "each field once");
    }

    [[noreturn]] void wrong(std::string_view found, std::string_view expected) const {
        fail(file_, concat("header, ", in_quotes(name_)), found, expected);
    }

    /// The value that begins here is not the expected one.
    [[noreturn]] void wrong_value(std::string_view expected) {
        switch (token_) {
            case Token::begin_object:
                wrong("an object", expected);
            case Token::begin_array:
                wrong("a list", expected);
            case Token::value_string:
                wrong(concat("the text ", in_quotes(lexer_.get_string())), expected);
            case Token::value_unsigned:
                wrong(concat(lexer_.get_number_unsigned()), expected);
            case Token::value_integer:
                wrong(concat(lexer_.get_number_integer()), expected);
            case Token::value_float:
                if (!std::isfinite(lexer_.get_number_float())) no_json(concat("parsing '", lexer_.get_string(), "'"));
                wrong(concat("the number ", in_quotes(lexer_.get_string())), expected);
            case Token::literal_null:
                wrong("null", expected);
            case Token::literal_true:
            case Token::literal_false:
                wrong("a truth value", expected);
            case Token::parse_error:
                wrong_syntax("value", Token::uninitialized);
            default:
                wrong_syntax("value", Token::literal_or_value);
        }
    }

    /// In the words of nlohmann's parser, without the last token, which would repeat as much of the file as it likes.
    [[noreturn]] void wrong_syntax(const char* place, Token expected) {
        if (token_ == Token::parse_error) no_json(concat("parsing ", place, " - ", lexer_.get_error_message()));
        no_json(concat("parsing ", place, " - unexpected ", Lexer::token_type_name(token_), "; expected ",
                       Lexer::token_type_name(expected)));
    }
    [[noreturn]] void no_json(std::string_view words) {
        fail(file_, concat("header at byte ", lexer_.get_position().chars_read_total), in_quotes(words),
             "JSON in UTF-8");
    }

    Lexer lexer_;
    Token token_ = Token::uninitialized;
    const std::string& file_;
    std::vector<TensorInfo>& tensors_;
    FileMetadata& metadata_;
    std::string name_, key_;
};

/// Reads a header. Afterwards the tensors lie in the order of their data, which they tile from byte 0 to `data_bytes`:
/// nothing overlaps, and every byte belongs to a tensor. Their names may repeat. Null for the metadata, and further
/// keys of a tensor, are passed over, as the format's own reader does. Where that reader takes more than the format's
/// description allows, this one does not: docs/design.md has the list. Source: the format's description at
/// github.com/huggingface/safetensors, and its reader, safetensors/src/tensor.rs.
[[gnu::cold]] inline void read_safetensors_header(std::string_view text, std::uint64_t data_bytes,
                                                  const std::string& file, std::vector<TensorInfo>& tensors,
                                                  FileMetadata& metadata) {
    if (text.empty() || text.front() != '{') fail(file, "header", "a text that does not begin with {", "a JSON object");
    if (text.find('\0') != text.npos)  // which the lexer takes for the end
        fail(file, concat("header at byte ", text.find('\0')), "a zero byte", "JSON in UTF-8");
    SafeTensorsReader(text, file, tensors, metadata).read();
    for (const TensorInfo& tensor : tensors) {
        const std::uint64_t bytes = tensor_bytes(file, tensor);
        if (tensor.end < tensor.begin || tensor.end - tensor.begin != bytes)
            fail(file, concat("header, ", in_quotes(tensor.name)),
                 concat("data_offsets [", tensor.begin, ", ", tensor.end, "]"),
                 concat(bytes, " bytes for ", tensor.text().substr(0, 200)));
    }
    std::vector<TensorInfo> sorted;
    sorted.reserve(tensors.size());
    for (const std::size_t place : sorted_places(tensors.size(), [&](std::size_t left, std::size_t right) {
             return std::tie(tensors[left].begin, tensors[left].end, tensors[left].name) <
                    std::tie(tensors[right].begin, tensors[right].end, tensors[right].name);
         }))
        sorted.push_back(std::move(tensors[place]));
    tensors.swap(sorted);
    std::uint64_t at = 0;
    const TensorInfo* before = nullptr;
    for (const TensorInfo& tensor : tensors) {
        if (before && before->name == tensor.name && before->begin == tensor.begin && tensor.begin != at)
            fail(file, concat("header, ", in_quotes(tensor.name)), "two tensors of this name with the same data",
                 "one");
        if (tensor.begin != at)
            fail(file, concat("header, ", in_quotes(tensor.name)), concat("data that begins at byte ", tensor.begin),
                 concat(at, ", where the tensor before it ends"));
        at = tensor.end;
        before = &tensor;
    }
    if (at != data_bytes) fail(file, "data", concat(data_bytes, " bytes"), concat(at, ", as the header says"));
}

}  // namespace genotype::inline v0_1::detail
