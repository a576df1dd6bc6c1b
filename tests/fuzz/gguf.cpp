// A GGUF file in memory: what the reader returns is within the file, adds up, and is the same when it is asked for by
// name; every value and every tensor is read.
#include "genotype/io/gguf.hpp"

#include <cstring>
#include <functional>
#include <vector>

#include "support/fuzz.hpp"

using namespace genotype;

namespace {

void expect_inside(std::span<const std::byte> part, std::span<const std::byte> whole, const char* what) {
    const std::less_equal<const std::byte*> before;
    fuzz::expect(part.empty() || (before(whole.data(), part.data()) &&
                                  before(part.data() + part.size(), whole.data() + whole.size())),
                 what);
}

/// As a whole number it is the one that it is as its own type, or none.
template <class T, class From>
void expect_whole(const GgufValue& value, From number) {
    const auto whole = value.whole<T>();
    fuzz::expect(whole.has_value() == std::in_range<T>(number), "a whole number where it fits");
    fuzz::expect(!whole || std::cmp_equal(*whole, number), "the same number");
}

/// The value has the type that it says, and no other.
template <class T>
int read_as(const GgufValue& value) {
    const auto one = value.as<T>();
    const auto list = value.as<std::vector<T>>();
    fuzz::expect(one.has_value() == (value.type == detail::gguf_type_of<T>()), "a value of the type that it has");
    fuzz::expect(list.has_value() == (value.type == GgufType::ARRAY && value.element == detail::gguf_type_of<T>()),
                 "an array of the type that it has");
    fuzz::expect(!list || list->size() == value.count, "as many elements as the array has");
    if constexpr (detail::GgufWhole<T>) {
        if (one) expect_whole<std::int8_t>(value, *one), expect_whole<std::uint64_t>(value, *one);
        fuzz::expect(!list || value.whole<std::vector<T>>() == list, "the same list");
    }
    return one.has_value() + list.has_value();
}

template <class... T>
int read_as_all(const GgufValue& value) {
    return (read_as<T>(value) + ...);
}

void expect_value(const GgufValue& value, std::span<const std::byte> bytes, int depth) {
    expect_inside(value.bytes, bytes, "values in the file");
    fuzz::expect(depth <= 4, "no arrays deeper than is allowed");
    const int ways = read_as_all<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t,
                                 float, bool, std::string_view, std::uint64_t, std::int64_t, double>(value);
    const bool of_arrays = value.type == GgufType::ARRAY && value.element == GgufType::ARRAY;
    fuzz::expect(ways == !of_arrays, "one way to read what is no array of arrays");
    const std::vector<GgufValue> elements = value.elements();
    fuzz::expect(elements.size() == value.count, "as many elements as the value says");
    if (of_arrays)
        for (const GgufValue& element : elements) expect_value(element, bytes, depth + 1);
}

void expect_tensor(const Gguf& file, const GgufTensor& tensor, std::span<const std::byte> bytes) {
    const std::span<const std::byte> data = file.bytes(tensor);
    expect_inside(data, bytes, "data in the file");
    const auto place = static_cast<std::size_t>(data.data() - bytes.data());
    fuzz::expect(data.empty() || place % file.alignment() == 0, "data at a multiple of the alignment");
    std::uint64_t count = 1;
    for (const std::uint64_t size : tensor.shape) count *= size;
    fuzz::expect(tensor.count() == count, "as many values as the shape says");
    fuzz::expect(data.size() / block_bytes(tensor.type) * block_values(tensor.type) == count, "whole blocks");
    constexpr float untouched = 12.5f;
    std::vector<float> values(count + 1, untouched);
    file.dequantize(tensor, std::span(values).first(count));
    fuzz::expect(values.back() == untouched, "no more values than there are");
    if (tensor.type != StorageType::F32 || file.alignment() < sizeof(float)) return;
    const auto mapped = file.blocks<float>(tensor);
    fuzz::expect(
        mapped.size() == count && (count == 0 || std::memcmp(mapped.data(), values.data(), mapped.size_bytes()) == 0),
        "floats as they are mapped");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));  // at a multiple of a float's alignment
    fuzz::attempt([&] {
        const Gguf file(bytes, "bytes");
        for (const GgufEntry& entry : file.metadata()) {
            fuzz::expect(file.find_value(entry.name) == &entry.value, "a value is found by its key");
            expect_value(entry.value, bytes, 1);
        }
        for (const GgufOther& other : file.others()) {
            bool is_refused = false;
            try {
                file.find(other.name);
            } catch (const Error&) {
                is_refused = true;
            }
            fuzz::expect(is_refused, "a tensor of a type that is not read is refused by who asks for it");
        }
        std::uint64_t at = 0;
        for (const GgufTensor& tensor : file.tensors()) {
            fuzz::expect(tensor.begin >= at && tensor.end >= tensor.begin, "tensors one behind the other");
            at = tensor.end;
            fuzz::expect(file.find(tensor.name) == &tensor, "a tensor is found by its name");
            expect_tensor(file, tensor, bytes);
        }
    });
    return 0;
}
