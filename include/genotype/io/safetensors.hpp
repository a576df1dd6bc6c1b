// A safetensors file: tensors by name, in place and not copied.
#pragma once

#include <cstring>
#include <optional>
#include <utility>

#include "genotype/files/file_kind.hpp"
#include "genotype/files/mapped_file.hpp"
#include "genotype/io/by_name.hpp"
#include "genotype/io/safetensors_header.hpp"

namespace genotype::inline v0_1 {

/// A file with its header read and checked: 8 bytes that give the header's length, the header (JSON), then the
/// tensors' data. Nothing of the data is read before somebody touches it. A damaged or hostile header is an `Error`;
/// a name that is there twice is one for who asks for it. PyTorch equivalent: `safetensors.safe_open`.
///
///     const SafeTensors file("model.safetensors");
///     for (const TensorInfo& tensor : file.tensors()) std::puts(tensor.name.c_str());
///     const std::span<const std::byte> numbers = file.bytes(file.at("0.weight"));
class SafeTensors {
  public:
    /// As the format's own reader has it.
    static constexpr std::uint64_t longest_header = 100'000'000;

    /// The file, mapped.
    explicit SafeTensors(const std::filesystem::path& path) : file_(path), name_(path.string()) {
        read(file_->bytes());
    }
    /// A file's bytes, which whoever calls keeps; `name` stands for the path. PyTorch equivalent:
    /// `safetensors.torch.load(bytes)`.
    SafeTensors(std::span<const std::byte> bytes, std::string name) : name_(std::move(name)) { read(bytes); }

    /// The path as it was given, for messages.
    const std::string& name() const { return name_; }
    /// All tensors in the order of their data.
    std::span<const TensorInfo> tensors() const { return tensors_; }
    const FileMetadata& metadata() const { return metadata_; }
    /// The names that more than one tensor has, in order.
    std::span<const std::string> names_twice() const { return twice_; }

    /// The tensor of this name, or null. `Error` where there are two.
    const TensorInfo* find(std::string_view wanted) const {
        if (is_twice(wanted)) fail(name(), detail::in_quotes(wanted), "two tensors of this name", "one");
        return detail::find_by_name(tensors_, by_name_, wanted);
    }
    bool is_twice(std::string_view wanted) const {
        return detail::places_of_name(tensors_, by_name_, wanted).size() > 1;
    }
    /// The tensor of this name. `Error` where there is none.
    const TensorInfo& at(std::string_view wanted) const {
        const TensorInfo* tensor = find(wanted);
        if (!tensor) fail(name(), detail::in_quotes(wanted), "no tensor of this name", "one");
        return *tensor;
    }

    /// The tensor's numbers as they lie in the file, little-endian, at any address.
    std::span<const std::byte> bytes(const TensorInfo& tensor) const {
        return data_.subspan(tensor.begin, tensor.end - tensor.begin);
    }

    /// Bytes of the data from `begin` on: read into `room` from a file, which may be cut meanwhile (`Error`), and where
    /// they lie where they are in memory anyway.
    std::span<const std::byte> fetch(std::uint64_t begin, std::size_t size, std::vector<std::byte>& room) const {
        if (!file_) return data_.subspan(begin, size);
        if (room.size() < size) room.resize(size);
        const auto header_end = static_cast<std::uint64_t>(data_.data() - file_->bytes().data());
        file_->read(header_end + begin, std::span(room).first(size));
        return std::span(room).first(size);
    }

  private:
    [[gnu::cold]] void read(std::span<const std::byte> bytes) {
        std::uint64_t length = 0;
        if (bytes.size() < sizeof length) fail(name(), "file", size_text(bytes.size()), "at least 8 bytes");
        std::memcpy(&length, bytes.data(), sizeof length);
        const std::uint64_t rest = bytes.size() - sizeof length;
        const bool has_header = length <= longest_header && length <= rest && length > 0;
        if (!has_header || bytes[sizeof length] != std::byte{'{'})
            detail::expect_no_other_kind(name(), "header", bytes.first(std::min<std::size_t>(bytes.size(), 512)),
                                         "a safetensors file");
        if (length > longest_header)
            fail(name(), "header's length", size_text(length), detail::concat("at most ", size_text(longest_header)));
        if (length > rest)
            fail(name(), "header's length", size_text(length), detail::concat("at most the file's ", size_text(rest)));
        data_ = bytes.subspan(sizeof length + length);
        detail::read_safetensors_header({reinterpret_cast<const char*>(bytes.data()) + sizeof length, length},
                                        data_.size(), name(), tensors_, metadata_);
        by_name_ = detail::order_by_name(tensors_);
        for (std::size_t at = 1; at < by_name_.size(); ++at) {
            const std::string& repeated = tensors_[by_name_[at]].name;
            if (repeated == tensors_[by_name_[at - 1]].name && (twice_.empty() || twice_.back() != repeated))
                twice_.push_back(detail::concat(repeated));
        }
    }
    static std::string size_text(std::uint64_t bytes) { return detail::concat(bytes, " bytes"); }

    std::optional<MappedFile> file_;
    std::string name_;
    std::span<const std::byte> data_;
    std::vector<TensorInfo> tensors_;
    FileMetadata metadata_;
    std::vector<std::size_t> by_name_;
    std::vector<std::string> twice_;
};

}  // namespace genotype::inline v0_1
