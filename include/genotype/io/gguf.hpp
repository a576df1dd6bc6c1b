// A GGUF file: metadata and tensors by name, in place and not copied.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/files/mapped_file.hpp"
#include "genotype/io/gguf_header.hpp"
#include "genotype/io/gguf_split.hpp"

namespace genotype::inline v0_1 {

/// A file of version 2 or 3 with its header read and checked: metadata (typed values by key), then the tensors' names,
/// types and shapes, then their data, which nothing reads before somebody touches it. A damaged or hostile header, and
/// a key or a tensor that is there twice, is an `Error`; a tensor of a type other than `StorageType`'s is one for who
/// asks for it. Metadata and data stay in the file's mapping. gguf-py equivalent: `GGUFReader`.
///
/// Of a file that was split ("model-00001-of-00003.gguf") the path of the first part opens all; they lie in one folder,
/// and one that is missing is an `Error`. llama.cpp does the same.
///
///     const Gguf file("model.gguf");
///     const std::uint32_t blocks = file.get_u32("llama.block_count");
///     const auto tokens = file.get<std::vector<std::string_view>>("tokenizer.ggml.tokens");
///     const std::span<const BlockQ4_1> weights = file.blocks<BlockQ4_1>(file.at("blk.0.ffn_up.weight"));
class Gguf {
  public:
    /// The file, mapped.
    explicit Gguf(const std::filesystem::path& path) : name_(path.string()) {
        parts_.push_back(Part(MappedFile(path)));
        header_ = read_part(0);
        const detail::GgufSplit split = detail::gguf_split(header_, name_);
        if (split.count <= 1) return;
        const std::vector<std::filesystem::path> others = detail::other_gguf_parts(path, split);
        for (std::size_t part = 1; part <= others.size(); ++part) {
            parts_.push_back(Part(MappedFile(others[part - 1])));
            detail::join_gguf_part(header_, read_part(part), part, split, parts_[part].name);
        }
        detail::expect_all_tensors(header_, split, name_);
        detail::order_tensors(name_, header_);
    }
    /// A file's bytes, which whoever calls keeps; `name` stands for the path. A part of a split file is an `Error`.
    Gguf(std::span<const std::byte> bytes, std::string name) : name_(std::move(name)) {
        parts_.push_back(Part(bytes, name_));
        header_ = read_part(0);
        if (const detail::GgufSplit split = detail::gguf_split(header_, name_); split.count > 1)
            fail(name_, "file", split.text(), "a whole file, or the path of the first part");
    }

    /// The path as it was given, for messages.
    const std::string& name() const { return name_; }
    /// 2 or 3.
    std::uint32_t version() const { return header_.version; }
    /// Where tensors begin in the file is a multiple of so many bytes.
    std::uint32_t alignment() const { return header_.alignment; }
    /// All keys and their values in the file's order.
    std::span<const GgufEntry> metadata() const { return header_.metadata; }
    /// All tensors in the order of their data.
    std::span<const GgufTensor> tensors() const { return header_.tensors; }

    /// The value of this key, or null.
    const GgufValue* find_value(std::string_view key) const {
        const GgufEntry* const entry = detail::find_by_name(header_.metadata, header_.metadata_by_name, key);
        return entry ? &entry->value : nullptr;
    }
    /// The value of this key. `Error` where there is none or it has another type: of whole numbers any type of them
    /// will do whose value `T` holds, of a `float` also a FLOAT64 or a whole number, as the nearest float, and of a
    /// `bool` also a whole number that is 0 or 1, for programs that write such files differ in it.
    template <class T>
    T get(std::string_view key) const {
        const GgufValue* const value = find_value(key);
        if (!value) fail(name_, detail::in_quotes(key), "no such key", type_text<T>());
        std::optional<T> found = get_of<T>(*value);
        if (!found) fail(name_, detail::in_quotes(key), value->text(), type_text<T>());
        return *std::move(found);
    }
    /// `get` of the types that a model's description is made of.
    std::uint32_t get_u32(std::string_view key) const { return get<std::uint32_t>(key); }
    float get_f32(std::string_view key) const { return get<float>(key); }
    bool get_bool(std::string_view key) const { return get<bool>(key); }
    std::string_view get_string(std::string_view key) const { return get<std::string_view>(key); }

    /// Tensors of types that are not read.
    std::span<const GgufOther> others() const { return header_.others; }

    /// The tensor of this name, or null. `Error` where it is of a type that is not read.
    const GgufTensor* find(std::string_view wanted) const {
        if (const GgufOther* const other = detail::find_by_name(header_.others, header_.others_by_name, wanted))
            fail(name_, detail::in_quotes(wanted), other->text(), detail::gguf_types_read());
        return detail::find_by_name(header_.tensors, header_.tensors_by_name, wanted);
    }
    /// The tensor of this name. `Error` where there is none.
    const GgufTensor& at(std::string_view wanted) const {
        const GgufTensor* const tensor = find(wanted);
        if (!tensor) fail(name_, detail::in_quotes(wanted), "no tensor of this name", "one");
        return *tensor;
    }

    /// The tensor's data as it lies in the file, at a multiple of `alignment()` from the file's begin.
    std::span<const std::byte> bytes(const GgufTensor& tensor) const {
        // A tensor without values may lie behind the file's end.
        if (tensor.begin == tensor.end) return {};
        const Part& part = parts_[tensor.part];
        return part.bytes.subspan(part.data_begin + tensor.begin, tensor.end - tensor.begin);
    }
    /// The tensor's data as what it is made of: `float`, `Float16`, `BFloat16`, or blocks, row by row. `Error` where
    /// the tensor is of another type, or where the file's alignment, which writers leave at 32 bytes, is less than the
    /// processor's for this type.
    template <class Block>
    std::span<const Block> blocks(const GgufTensor& tensor) const {
        constexpr StorageType wanted = detail::storage_type_of<Block>();
        if (tensor.type != wanted)
            fail(name_, detail::in_quotes(tensor.name), tensor.text(),
                 detail::concat("a tensor of ", storage_name(wanted)));
        const std::span<const std::byte> data = bytes(tensor);
        if (reinterpret_cast<std::uintptr_t>(data.data()) % alignof(Block) != 0)
            fail(name_, detail::in_quotes(tensor.name), detail::concat("an alignment of ", alignment(), " bytes"),
                 detail::concat(alignof(Block), " or more"));
        return {reinterpret_cast<const Block*>(data.data()), data.size() / sizeof(Block)};
    }

    /// All values of a tensor as float32, to the bit as gguf-py's `dequantize` and ggml's `to_float` have them. `Error`
    /// where `to` has not room for just `tensor.count()`, and where the file was cut meanwhile.
    void dequantize(const GgufTensor& tensor, std::span<float> to) const {
        if (to.size() != tensor.count())
            fail(name_, detail::in_quotes(tensor.name), detail::concat("room for ", to.size(), " values"),
                 detail::concat(tensor.count(), " for ", tensor.text()));
        const std::span<const std::byte> data = bytes(tensor);
        const std::size_t block = block_bytes(tensor.type), most = 64 * 1024 / block * block;
        std::vector<std::byte> room(std::min(most, data.size()));
        float* out = to.data();
        for (std::size_t at = 0; at < data.size();) {
            const auto some = std::span(room).first(std::min(most, data.size() - at));
            read(tensor, data.subspan(at, some.size()), some);
            const std::size_t values = some.size() / block * block_values(tensor.type);
            detail::dequantize_values(tensor.type, some.data(), static_cast<long>(values), out);
            out += values;
            at += some.size();
        }
    }

    /// Bytes of a tensor's data from `begin` on: read into `room` from a file, which may be cut meanwhile (`Error`),
    /// and where they lie where they are in memory anyway.
    std::span<const std::byte> fetch(const GgufTensor& tensor, std::uint64_t begin, std::size_t size,
                                     std::vector<std::byte>& room) const {
        const std::span<const std::byte> part = bytes(tensor).subspan(begin, size);
        if (!parts_[tensor.part].file) return part;
        if (room.size() < size) room.resize(size);
        read(tensor, part, std::span(room).first(size));
        return std::span(room).first(size);
    }

  private:
    /// A file, or one of those that a file was split into.
    struct Part {
        explicit Part(MappedFile mapped) : file(std::move(mapped)), name(file->name()), bytes(file->bytes()) {}
        Part(std::span<const std::byte> memory, std::string called) : name(std::move(called)), bytes(memory) {}

        std::optional<MappedFile> file{};
        std::string name;
        std::span<const std::byte> bytes;
        std::uint64_t data_begin = 0;
    };

    detail::GgufHeader read_part(std::size_t part) {
        detail::GgufHeader header = detail::GgufHeaderReader(parts_[part].bytes, parts_[part].name).read();
        parts_[part].data_begin = header.data_begin;
        return header;
    }
    /// Copies a part of the file without its mapping, so that a file that is cut is an `Error` and no end of the
    /// program.
    void read(const GgufTensor& tensor, std::span<const std::byte> some, std::span<std::byte> to) const {
        const Part& part = parts_[tensor.part];
        if (part.file)
            part.file->read(static_cast<std::uint64_t>(some.data() - part.bytes.data()), to);
        else
            std::copy(some.begin(), some.end(), to.begin());
    }
    /// What `get` takes for a value of this type.
    template <class T>
    static std::optional<T> get_of(const GgufValue& value) {
        if constexpr (std::same_as<T, bool>) {
            if (const auto number = value.whole<std::uint8_t>(); number && *number <= 1) return *number == 1;
        } else if constexpr (detail::GgufWhole<T>) {
            return value.whole<T>();
        } else if constexpr (std::same_as<T, float>) {
            if (const auto number = value.whole<std::int64_t>()) return static_cast<float>(*number);
            if (const auto number = value.as<double>(); number && std::abs(*number) <= std::numeric_limits<T>::max())
                return static_cast<float>(*number);
        } else if constexpr (!detail::GgufScalar<T>) {
            if constexpr (detail::GgufWhole<typename T::value_type>) return value.whole<T>();
        }
        return value.as<T>();
    }
    template <class T>
    static std::string type_text() {
        if constexpr (detail::GgufScalar<T>)
            return std::string(gguf_type_name(*detail::gguf_type_of<T>()));
        else
            return "ARRAY of " + type_text<typename T::value_type>();
    }

    std::string name_;
    std::vector<Part> parts_;
    detail::GgufHeader header_;
};

}  // namespace genotype::inline v0_1
