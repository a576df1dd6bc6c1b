// What stands before the tensors' data in a GGUF file, which need not be trusted.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "genotype/files/file_kind.hpp"
#include "genotype/io/by_name.hpp"
#include "genotype/io/gguf_value.hpp"

namespace genotype::inline v0_1 {

/// One entry of the metadata.
struct GgufEntry {
    std::string name = {};  // the key
    GgufValue value = {};
};

/// What a file says of one of its tensors. `shape` is in PyTorch's order, the fastest axis last (the file has it
/// first). `begin` and `end` are bytes, counted from where the data starts.
struct GgufTensor {
    std::string name = {};
    StorageType type = StorageType::F32;
    std::vector<std::uint64_t> shape = {};
    std::uint64_t begin = 0, end = 0;
    std::size_t part = 0;  // of a split file

    /// How many values it has.
    std::uint64_t count() const { return (end - begin) / block_bytes(type) * block_values(type); }
    /// "Q4_1 [576, 1536]", for messages.
    std::string text() const { return std::string(storage_name(type)) + " " + detail::in_brackets(shape); }
};

/// A tensor of a type whose values are not read: it is no fault before somebody asks for it.
struct GgufOther {
    std::string name = {}, type = {};
    std::vector<std::uint64_t> shape = {};

    /// "IQ2_XXS [576, 1536]", for messages.
    std::string text() const { return type + " " + detail::in_brackets(shape); }
};

namespace detail {

/// All of a GGUF file but the data.
struct GgufHeader {
    std::uint32_t version = 0;
    std::uint32_t alignment = 32;
    std::uint64_t data_begin = 0;
    std::vector<GgufEntry> metadata;
    std::vector<GgufTensor> tensors;
    std::vector<GgufOther> others;
    std::vector<std::size_t> metadata_by_name, tensors_by_name, others_by_name;
};

template <class List>
void expect_once(const std::string& file, const List& list, const std::vector<std::size_t>& order, const char* found,
                 const char* expected) {
    for (std::size_t at = 1; at < order.size(); ++at)
        if (list[order[at]].name == list[order[at - 1]].name)
            fail(file, in_quotes(list[order[at]].name), found, expected);
}

/// Orders the tensors by name. `Error` where two have one name.
inline void order_tensors(const std::string& file, GgufHeader& header) {
    const char *const found = "two tensors of this name", *const expected = "one";
    header.tensors_by_name = order_by_name(header.tensors);
    header.others_by_name = order_by_name(header.others);
    expect_once(file, header.tensors, header.tensors_by_name, found, expected);
    expect_once(file, header.others, header.others_by_name, found, expected);
    for (const GgufOther& other : header.others)
        if (find_by_name(header.tensors, header.tensors_by_name, other.name))
            fail(file, in_quotes(other.name), found, expected);
}

/// Reads a file's header. Afterwards no key and no tensor is there twice, and each tensor has its bytes within the
/// data, at a multiple of the alignment, and to itself. Tensors are in the order of their data. Source: docs/gguf.md of
/// github.com/ggml-org/ggml, and its reader, src/gguf.cpp.
class GgufHeaderReader {
  public:
    GgufHeaderReader(std::span<const std::byte> bytes, const std::string& file)
        : bytes_(bytes), size_(bytes.size()), file_(file), cursor_(bytes, file) {}

    GgufHeader read() {
        cursor_.at_place("file");
        if (!GgufCursor::text_of(bytes_).starts_with("GGUF"))
            expect_no_other_kind(file_, "file", bytes_.first(std::min<std::size_t>(size_, 512)), "a GGUF file");
        if (size_ < 24) cursor_.wrong(concat(size_, " bytes"), "at least 24");
        const auto magic = GgufCursor::text_of(cursor_.take(4));
        if (magic != "GGUF") cursor_.wrong(concat("the first letters ", in_quotes(magic)), "\"GGUF\"");
        read_version();
        constexpr std::uint64_t least_tensor = 24, least_entry = 13;  // bytes, with empty names
        cursor_.at_place("number of tensors");
        const std::uint64_t tensors = cursor_.count(least_tensor);
        cursor_.at_place("number of keys");
        const std::uint64_t entries = cursor_.count(least_entry);
        for (std::uint64_t index = 0; index < entries; ++index) read_entry(index);
        header_.metadata_by_name = order_by_name(header_.metadata);
        expect_once(file_, header_.metadata, header_.metadata_by_name, "the key twice", "each key once");
        read_alignment();
        for (std::uint64_t index = 0; index < tensors; ++index) read_tensor(index);
        place_tensors();
        order_tensors(file_, header_);
        return std::move(header_);
    }

  private:
    void read_version() {
        cursor_.at_place("version");
        header_.version = cursor_.number<std::uint32_t>();
        if (header_.version == 2 || header_.version == 3) return;
        const std::uint32_t turned = __builtin_bswap32(header_.version);
        if (turned >= 1 && turned <= 3) cursor_.wrong(concat(turned, " in a big-endian file"), "a little-endian file");
        cursor_.wrong(std::to_string(header_.version), "2 or 3");
    }
    void read_entry(std::uint64_t index) {
        cursor_.at_place("key " + std::to_string(index));
        const std::string key(cursor_.text());
        cursor_.at_place(in_quotes(key));
        const GgufType type = cursor_.type();
        header_.metadata.push_back({key, cursor_.value(type)});
    }
    void read_alignment() {
        for (const GgufEntry& entry : header_.metadata) {
            if (entry.name != "general.alignment") continue;
            cursor_.at_place(in_quotes(entry.name));
            const auto value = entry.value.whole<std::uint32_t>();
            if (!value) cursor_.wrong(entry.value.text(), "a whole number of 32 bits");
            if (!std::has_single_bit(*value)) cursor_.wrong(std::to_string(*value), "a power of two");
            header_.alignment = *value;
        }
    }
    void read_tensor(std::uint64_t index) {
        cursor_.at_place("tensor " + std::to_string(index));
        GgufTensor tensor{.name = std::string(cursor_.text())};
        cursor_.at_place(in_quotes(tensor.name));
        constexpr std::uint32_t most_axes = 4;  // as ggml
        const auto axes = cursor_.number<std::uint32_t>();
        if (axes > most_axes) cursor_.wrong(concat(axes, " axes"), "4 at most");
        for (std::uint32_t axis = 0; axis < axes; ++axis) tensor.shape.push_back(cursor_.number<std::uint64_t>());
        std::reverse(tensor.shape.begin(), tensor.shape.end());
        const auto number = cursor_.number<std::uint32_t>();
        const auto type = storage_type_of_ggml(number);
        if (!type) {
            const std::string_view name = number < ggml_type_names.size() ? ggml_type_names[number] : "";
            const std::string words = name.empty() ? concat("the type ", number) : std::string(name);
            header_.others.push_back({std::move(tensor.name), words, std::move(tensor.shape)});
            cursor_.number<std::uint64_t>();  // where its data begin
            return;
        }
        tensor.type = *type;
        tensor.begin = cursor_.number<std::uint64_t>();
        const std::uint64_t bytes = bytes_of(tensor);
        if (tensor.begin % header_.alignment != 0)
            cursor_.wrong(concat("data at byte ", tensor.begin),
                          concat("a multiple of the alignment, ", header_.alignment));
        if (__builtin_add_overflow(tensor.begin, bytes, &tensor.end))
            cursor_.wrong(concat("data at byte ", tensor.begin), "an end that 64 bits hold");
        header_.tensors.push_back(std::move(tensor));
    }
    std::uint64_t bytes_of(const GgufTensor& tensor) const {
        const std::uint64_t row = tensor.shape.empty() ? 1 : tensor.shape.back(), block = block_values(tensor.type);
        if (row % block != 0) cursor_.wrong(tensor.text(), concat("rows of a multiple of ", block, " values"));
        std::uint64_t bytes = row / block;
        bool fits = !__builtin_mul_overflow(bytes, block_bytes(tensor.type), &bytes);
        for (std::size_t axis = 0; axis + 1 < tensor.shape.size(); ++axis)
            fits = fits && !__builtin_mul_overflow(bytes, tensor.shape[axis], &bytes);
        if (!fits) cursor_.wrong("a shape of more than 2^64 bytes", "a shape that fits");
        return bytes;
    }
    void place_tensors() {
        const std::uint64_t aligned = header_.alignment - 1;
        header_.data_begin = (cursor_.position() + aligned) & ~aligned;
        const std::uint64_t data = size_ - std::min(size_, header_.data_begin);
        std::sort(header_.tensors.begin(), header_.tensors.end(), [](const GgufTensor& left, const GgufTensor& right) {
            return std::tie(left.begin, left.end, left.name) < std::tie(right.begin, right.end, right.name);
        });
        std::uint64_t before = 0;  // where the tensor before ends
        for (const GgufTensor& tensor : header_.tensors) {
            if (tensor.begin < before)
                fail(file_, in_quotes(tensor.name), concat("data at byte ", tensor.begin),
                     concat(before, " or more, where the tensor before it ends"));
            if (tensor.end > data)
                fail(file_, in_quotes(tensor.name), concat("data that ends at byte ", tensor.end),
                     concat("at most ", data, ", as the file has"));
            before = tensor.end;
        }
    }
    std::span<const std::byte> bytes_;
    std::uint64_t size_;
    const std::string& file_;
    GgufCursor cursor_;
    GgufHeader header_;
};

}  // namespace detail
}  // namespace genotype::inline v0_1
