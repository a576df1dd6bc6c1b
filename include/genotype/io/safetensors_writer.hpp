// Writer of safetensors files, one tensor after the other.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "genotype/files/atomic_file.hpp"
#include "genotype/files/utf8.hpp"
#include "genotype/io/by_name.hpp"
#include "genotype/io/tensor_info.hpp"

namespace genotype::inline v0_1 {

/// Where one tensor's numbers go, in any number of pieces.
class TensorSink {
  public:
    TensorSink(AtomicFile& file, std::uint64_t bytes) : file_(file), left_(bytes) {}

    void write(const void* data, std::uint64_t bytes) {
        if (bytes > left_) fail("TensorSink", "bytes", "more than the tensor has", detail::concat(left_, " at most"));
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
[[gnu::cold, gnu::noinline]] inline std::string as_json(std::string_view text) {
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
    json += '"';
    return json;
}

/// The header's length and the header, filled with spaces so that the data starts at a multiple of 8 bytes.
[[gnu::cold]] inline std::string safetensors_header(const std::string& file, const std::vector<TensorInfo>& tensors,
                                                    const std::vector<std::size_t>& order,
                                                    const FileMetadata& metadata) {
    const auto text = [&](const std::string& word) {
        if (!is_utf8(word)) fail(file, "header", concat("other bytes in ", in_quotes(word)), "UTF-8");
        return as_json(word);
    };
    std::string header = "{";
    if (!metadata.empty()) {
        header += "\"__metadata__\":";
        const char* before = "{";
        for (const auto& [key, word] : metadata) {
            header += concat(before, text(key), ":", text(word));
            before = ",";
        }
        header += '}';
    }
    for (const std::size_t index : order) {
        const TensorInfo& tensor = tensors[index];
        header += concat(header.size() > 1 ? "," : "", text(tensor.name), ":{\"dtype\":\"", storage_name(tensor.dtype),
                         "\",\"shape\":[");
        for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis)
            header += concat(axis > 0 ? "," : "", tensor.shape[axis]);
        header += concat("],\"data_offsets\":[", tensor.begin, ",", tensor.end, "]}");
    }
    header += '}';
    header.resize((header.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = header.size();
    header.insert(0, reinterpret_cast<const char*>(&length), sizeof length);
    return header;
}

/// Gives each tensor its place in the data and returns their order there.
[[gnu::cold]] inline std::vector<std::size_t> lay_out_tensors(const std::string& file,
                                                              std::vector<TensorInfo>& tensors) {
    std::vector<std::size_t> order = sorted_places(tensors.size(), [&](std::size_t left, std::size_t right) {
        return storage_bytes(tensors[left].dtype) > storage_bytes(tensors[right].dtype);
    });
    std::uint64_t end = 0;
    for (const std::size_t index : order) {
        tensors[index].begin = end;
        end += tensor_bytes(file, tensors[index]);
        tensors[index].end = end;
    }
    const std::string* before = nullptr;
    for (const std::size_t index : order_by_name(tensors)) {
        const std::string& name = tensors[index].name;
        if (name == "__metadata__" || (before && *before == name))
            fail(file, in_quotes(name), "two tensors of this name, or one that the format reserves", "one");
        before = &name;
    }
    return order;
}

[[gnu::cold]] inline void expect_whole(const std::string& file, const TensorInfo& tensor, const TensorSink& sink) {
    if (sink.left() > 0)
        fail(file, in_quotes(tensor.name), concat(sink.left(), " bytes too few"), "as many as the shape has");
}

}  // namespace detail

/// Writes a file of `tensors`, whose `begin` and `end` are worked out here: those of the largest numbers first, so that
/// each tensor is aligned to its own. `write(index, sink)` is called for each in the file's order and hands over its
/// numbers, so that no more than a piece of one need be in memory. The file is replaced whole or not at all.
/// A name twice, a type that safetensors has not, or another number of bytes than the shape has, is an `Error`.
template <class Write>
void save_safetensors(const std::filesystem::path& path, std::vector<TensorInfo> tensors, const FileMetadata& metadata,
                      Write&& write) {
    const std::string name = path.string();
    const std::vector<std::size_t> order = detail::lay_out_tensors(name, tensors);
    const std::string header = detail::safetensors_header(name, tensors, order, metadata);
    AtomicFile file(path);
    file.write(header);
    for (const std::size_t index : order) {
        TensorSink sink(file, tensors[index].end - tensors[index].begin);
        write(index, sink);
        detail::expect_whole(name, tensors[index], sink);
    }
    file.commit();
}

}  // namespace genotype::inline v0_1
