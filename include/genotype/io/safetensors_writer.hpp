// Writer of safetensors files, one tensor after the other.
#pragma once

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <utility>

#include "genotype/io/atomic_file.hpp"
#include "genotype/io/safetensors_header.hpp"
#include "genotype/io/utf8.hpp"

namespace genotype {

/// Where one tensor's numbers go, in any number of pieces.
class TensorSink {
  public:
    TensorSink(AtomicFile& file, std::uint64_t bytes) : file_(file), left_(bytes) {}

    void write(const void* data, std::uint64_t bytes) {
        if (bytes > left_) fail("TensorSink", "bytes", "more than the tensor has", std::to_string(left_) + " at most");
        file_.write(data, bytes);
        left_ -= bytes;
    }
    /// Bytes that are still to come.
    std::uint64_t left() const { return left_; }

  private:
    AtomicFile& file_;
    std::uint64_t left_;
};

namespace detail {

/// A text as JSON has it. (nlohmann's writer would take each program a second to compile.)
inline std::string as_json(std::string_view text) {
    std::string json = "\"";
    for (const char letter : text) {
        constexpr std::string_view digits = "0123456789abcdef", marked = "\"\\\b\f\n\r\t", marks = "\"\\bfnrt";
        if (const auto at = marked.find(letter); at != marked.npos)
            json += {'\\', marks[at]};
        else if (const auto code = static_cast<unsigned char>(letter); code < 0x20)
            json += {'\\', 'u', '0', '0', digits[code / 16], digits[code % 16]};
        else
            json += letter;
    }
    return json + '"';
}

/// The header's length and the header, filled with spaces so that the data starts at a multiple of 8 bytes.
inline std::string safetensors_header(const std::string& file, const std::vector<TensorInfo>& tensors,
                                      const std::vector<std::size_t>& order, const Metadata& metadata) {
    const auto text = [&](const std::string& word) {
        if (!is_utf8(word)) fail(file, "header", "other bytes in " + in_quotes(word), "UTF-8");
        return as_json(word);
    };
    std::string header = "{";
    if (!metadata.empty()) {
        std::string all;
        for (const auto& [key, word] : metadata) all += (all.empty() ? "" : ",") + text(key) + ":" + text(word);
        header += "\"__metadata__\":{" + all + "}";
    }
    for (const std::size_t index : order) {
        const TensorInfo& tensor = tensors[index];
        std::string sizes;
        for (const std::uint64_t size : tensor.shape) sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
        header += (header.size() > 1 ? "," : "") + text(tensor.name) + ":{\"dtype\":\"" +
                  std::string(dtype_name(tensor.dtype)) + "\",\"shape\":[" + sizes + "],\"data_offsets\":[" +
                  std::to_string(tensor.begin) + "," + std::to_string(tensor.end) + "]}";
    }
    header += '}';
    header.resize((header.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header;
}

}  // namespace detail

/// Writes a file of `tensors`, whose `begin` and `end` are worked out here: those of the largest numbers first, so that
/// each tensor is aligned to its own. `write(index, sink)` is called for each in the file's order and hands over its
/// numbers, so that no more than a piece of one need be in memory. The file is replaced whole or not at all.
/// A name twice, or another number of bytes than the shape has, is an `Error`.
template <class Write>
void save_safetensors(const std::filesystem::path& path, std::vector<TensorInfo> tensors, const Metadata& metadata,
                      Write&& write) {
    std::vector<std::size_t> order(tensors.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        return std::pair(dtype_bytes(tensors[right].dtype), left) < std::pair(dtype_bytes(tensors[left].dtype), right);
    });
    std::uint64_t end = 0;
    for (const std::size_t index : order) {
        tensors[index].begin = end;
        end += detail::tensor_bytes(path.string(), tensors[index]);
        tensors[index].end = end;
    }
    std::vector<std::string_view> names{"__metadata__"};
    for (const TensorInfo& tensor : tensors) names.push_back(tensor.name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end())
        fail(path.string(), detail::in_quotes(*twice), "two tensors of this name, or one that the format reserves",
             "one");

    const std::string header = detail::safetensors_header(path.string(), tensors, order, metadata);
    AtomicFile file(path);
    file.write(header);
    for (const std::size_t index : order) {
        TensorSink sink(file, tensors[index].end - tensors[index].begin);
        write(index, sink);
        if (sink.left() > 0)
            fail(path.string(), detail::in_quotes(tensors[index].name), std::to_string(sink.left()) + " bytes too few",
                 "as many as the shape has");
    }
    file.commit();
}

}  // namespace genotype
