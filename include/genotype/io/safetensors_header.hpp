// The header of a safetensors file: JSON that nobody need trust.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "genotype/io/dtype.hpp"
#include "genotype/io/words.hpp"
#include "genotype/shape/error.hpp"

namespace genotype {

/// What a file says of one of its tensors. `begin` and `end` are bytes, counted from the header's end.
struct TensorInfo {
    std::string name = {};
    Dtype dtype = Dtype::F32;
    std::vector<std::uint64_t> shape = {};
    std::uint64_t begin = 0, end = 0;

    /// "F32 [64, 3, 4, 4]", for messages.
    std::string text() const { return std::string(dtype_name(dtype)) + " " + detail::in_brackets(shape); }
};

/// The texts beside the tensors.
using Metadata = std::map<std::string, std::string, std::less<>>;

namespace detail {

/// Hears what nlohmann's parser reads and keeps what a header may say. Anything else is an `Error` at once, so that
/// nothing is built for a file that is not one.
class SafeTensorsHandler {
  public:
    SafeTensorsHandler(const std::string& file, std::vector<TensorInfo>& tensors, Metadata& metadata)
        : file_(file), tensors_(tensors), metadata_(metadata) {}

    bool start_object(std::size_t) {
        if (place_ == Place::start) return go(Place::names);
        if (place_ == Place::names && name_ == "__metadata__") {
            if (has_metadata_) wrong("two of them", "one");
            has_metadata_ = true;
            return go(Place::metadata);
        }
        if (place_ != Place::names) wrong("an object", wanted());
        tensors_.push_back({.name = name_});
        has_dtype_ = has_shape_ = has_offsets_ = false;
        return go(Place::tensor);
    }
    bool end_object() {
        if (place_ == Place::tensor && !(has_dtype_ && has_shape_ && has_offsets_))
            wrong("too few fields", "dtype, shape and data_offsets");
        return go(place_ == Place::names ? Place::end : Place::names);
    }
    bool key(std::string& word) {
        if (place_ == Place::names) name_ = word;
        key_ = word;
        return true;
    }
    bool string(std::string& word) {
        if (place_ == Place::metadata) {
            if (!metadata_.emplace(key_, word).second) wrong("the key " + in_quotes(key_) + " twice", "each key once");
            return true;
        }
        if (place_ != Place::tensor || key_ != "dtype") wrong("the text " + in_quotes(word), wanted());
        const auto type = dtype_of_name(word);
        if (!type) wrong("the dtype " + in_quotes(word), "a dtype of safetensors");
        once(has_dtype_);
        tensors_.back().dtype = *type;
        return true;
    }
    bool start_array(std::size_t) {
        if (place_ == Place::tensor && key_ == "shape") {
            once(has_shape_);
            return go(Place::shape);
        }
        if (place_ != Place::tensor || key_ != "data_offsets") wrong("a list", wanted());
        once(has_offsets_);
        offsets_ = 0;
        return go(Place::offsets);
    }
    bool end_array() {
        if (place_ == Place::offsets && offsets_ != 2) wrong(std::to_string(offsets_) + " data_offsets", "2");
        return go(Place::tensor);
    }
    bool number_unsigned(std::uint64_t number) {
        if (place_ == Place::shape) {
            constexpr std::size_t most_axes = 64;  // as PyTorch
            auto& shape = tensors_.back().shape;
            if (shape.size() == most_axes) wrong("more than 64 axes", "64 at most");
            shape.push_back(number);
            return true;
        }
        if (place_ != Place::offsets) wrong(std::to_string(number), wanted());
        (offsets_ == 0 ? tensors_.back().begin : tensors_.back().end) = number;
        ++offsets_;
        return true;
    }
    bool number_integer(std::int64_t number) { wrong(std::to_string(number), wanted()); }
    bool number_float(double, const std::string& text) { wrong("the number " + in_quotes(text), wanted()); }
    bool null() { wrong("null", wanted()); }
    bool boolean(bool) { wrong("a truth value", wanted()); }
    bool binary(nlohmann::json::binary_t&) { wrong("binary data", wanted()); }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) {
        const std::string_view words = error.what();
        const auto reason = words.rfind("; last read");  // which would repeat as much of the file as it likes
        const auto start = std::min(words.find("parsing"), words.size());
        fail(file_, "header at byte " + std::to_string(position), in_quotes(words.substr(start, reason - start)),
             "JSON in UTF-8");
    }

  private:
    enum class Place { start, names, metadata, tensor, shape, offsets, end };

    bool go(Place place) {
        place_ = place;
        return true;
    }
    void once(bool& has) {
        if (has) wrong("the field " + in_quotes(key_) + " twice", "each field once");
        has = true;
    }
    std::string wanted() const {
        switch (place_) {
            case Place::metadata:
                return "a text for the key " + in_quotes(key_);
            case Place::tensor:
                return key_ == "dtype"          ? "a text for dtype"
                       : key_ == "shape"        ? "a list for shape"
                       : key_ == "data_offsets" ? "a list for data_offsets"
                                                : "dtype, shape and data_offsets, not " + in_quotes(key_);
            case Place::shape:
            case Place::offsets:
                return "a whole number of at most 64 bits";
            default:
                return "an object";
        }
    }
    [[noreturn]] void wrong(const std::string& found, const std::string& expected) const {
        fail(file_, place_ == Place::start ? "header" : "header, " + in_quotes(name_), found, expected);
    }

    const std::string& file_;
    std::vector<TensorInfo>& tensors_;
    Metadata& metadata_;
    Place place_ = Place::start;
    std::string name_, key_;
    bool has_metadata_ = false, has_dtype_ = false, has_shape_ = false, has_offsets_ = false;
    int offsets_ = 0;
};

/// The bytes that a tensor of this dtype and shape has. `Error` where 64 bits do not hold their number.
inline std::uint64_t tensor_bytes(const std::string& file, const TensorInfo& tensor) {
    std::uint64_t bytes = dtype_bytes(tensor.dtype);
    for (const std::uint64_t size : tensor.shape)
        if (__builtin_mul_overflow(bytes, size, &bytes))
            fail(file, "header, " + in_quotes(tensor.name), "a shape of more than 2^64 bytes", "a shape that fits");
    return bytes;
}

/// Reads a header. Afterwards the tensors lie in the order of their data, which they tile from byte 0 to `data_bytes`:
/// nothing overlaps, and no byte belongs to nobody. Their names may repeat.
/// Source: the format's description at github.com/huggingface/safetensors.
inline void read_safetensors_header(std::string_view text, std::uint64_t data_bytes, const std::string& file,
                                    std::vector<TensorInfo>& tensors, Metadata& metadata) {
    if (text.empty() || text.front() != '{') fail(file, "header", "a text that does not begin with {", "a JSON object");
    SafeTensorsHandler handler(file, tensors, metadata);
    // The parser itself: json::sax_parse would also compile the readers of all binary forms, which takes a second.
    auto input = nlohmann::detail::input_adapter(text.data(), text.data() + text.size());
    nlohmann::detail::parser<nlohmann::json, decltype(input)>(std::move(input)).sax_parse(&handler);
    for (const TensorInfo& tensor : tensors) {
        const std::uint64_t bytes = tensor_bytes(file, tensor);
        if (tensor.end < tensor.begin || tensor.end - tensor.begin != bytes)
            fail(file, "header, " + in_quotes(tensor.name),
                 "data_offsets [" + std::to_string(tensor.begin) + ", " + std::to_string(tensor.end) + "]",
                 std::to_string(bytes) + " bytes for " + tensor.text().substr(0, 200));
    }
    std::sort(tensors.begin(), tensors.end(), [](const TensorInfo& left, const TensorInfo& right) {
        return std::tie(left.begin, left.end, left.name) < std::tie(right.begin, right.end, right.name);
    });
    std::uint64_t at = 0;
    for (const TensorInfo& tensor : tensors) {
        if (tensor.begin != at)
            fail(file, "header, " + in_quotes(tensor.name), "data that begins at byte " + std::to_string(tensor.begin),
                 std::to_string(at) + ", where the tensor before it ends");
        at = tensor.end;
    }
    if (at != data_bytes)
        fail(file, "data", std::to_string(data_bytes) + " bytes", std::to_string(at) + ", as the header says");
}

}  // namespace detail
}  // namespace genotype
