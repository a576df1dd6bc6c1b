// The files of a text model as one list of tensors: a folder in Hugging Face's form, or a GGUF file.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/io/gguf.hpp"
#include "genotype/io/name_prefix.hpp"
#include "genotype/io/safetensors.hpp"
#include "genotype/text/files/config_file.hpp"
#include "genotype/text/files/gguf_path.hpp"
#include "genotype/text/files/shard_index.hpp"
#include "genotype/text/files/tensor_names.hpp"

namespace genotype::inline v0_1 {

/// A tensor of a text model, under Hugging Face's name whatever its file calls it. Its bytes lie in the file's mapping,
/// at any address, and live as long as the `TextFiles`.
struct TextTensor {
    std::string name = {};
    StorageType type = StorageType::F32;
    std::vector<std::uint64_t> shape = {};  ///< as stored, the fastest axis last
    std::span<const std::byte> bytes = {};
    /// Stored (out, in) where Hugging Face has (in, out): GPT-2's matrices in a GGUF file.
    bool transposed = false;
    /// Above 0: the rows of so many heads, in each of which the two of a rotary pair are neighbours, where Hugging Face
    /// has all first ones before all second ones. Queries and keys of Llamas in a GGUF file.
    int interleaved_heads = 0;
    std::size_t file = 0, place = 0;  ///< which file it is in, and which of that file's tensors it is

    /// "BF16 [576, 1536]", for messages.
    std::string text() const { return std::string(storage_name(type)) + " " + detail::in_brackets(shape); }
};

struct TextFilesOptions {
    std::string prefix = "";  ///< before every name of a folder's tensors, "module."; what has it not is left out
    bool strict = true;       ///< a tensor beside the model's is an `Error`; otherwise it is left out, and reported
};

/// A folder with config.json and model.safetensors, or with the shards that model.safetensors.index.json names; or a
/// GGUF file, or a folder with one, or the first part of a split one. Everything is opened, mapped and checked here,
/// and no value of a tensor is read. Values that are no parameters (`attn.bias`, `attn.masked_bias`,
/// `rotary_emb.inv_freq`) are left out. transformers equivalent: `AutoModelForCausalLM.from_pretrained`, offline, up to
/// where it makes a model.
///
///     const TextFiles files("smollm2");
///     const TextTensor* queries = files.find("model.layers.0.self_attn.q_proj.weight");
///     const TextFiles tuned("tuned", {.prefix = "module.", .strict = false});
class TextFiles {
  public:
    explicit TextFiles(const std::filesystem::path& path, TextFilesOptions options = {})
        : TextFiles(path, TextFamilies{}, std::move(options)) {}
    /// The same with other families than those of `TextFamilies`: `TextFiles(path, TextFamilyList<MyConfig>{})`.
    template <FamilyConfig First, FamilyConfig... Rest>
    TextFiles(const std::filesystem::path& path, TextFamilyList<First, Rest...> families, TextFilesOptions options = {})
        : name_(path.string()), options_(std::move(options)) {
        if (const auto gguf = detail::find_gguf(path)) {
            gguf_.emplace(*gguf);
            config_ = detail::read_config_gguf(*gguf_, families);
            add_gguf();
        } else {
            config_ = read_text_config(path, families);
            add_folder(path);
        }
        arrange();
    }

    /// The path as it was given, for messages.
    const std::string& name() const { return name_; }
    /// What the files say of the model's sizes.
    const TextConfig& config() const { return config_; }
    /// The GGUF file, where it is one, or null.
    const Gguf* gguf() const { return gguf_ ? &*gguf_ : nullptr; }
    /// All tensors.
    std::span<const TextTensor> tensors() const { return tensors_; }
    /// The tensor of this name, or null.
    const TextTensor* find(std::string_view wanted) const { return detail::find_by_name(tensors_, by_name_, wanted); }
    const TextFilesOptions& options() const { return options_; }

    /// A tensor that is not read, because of its type or because its name says nothing here: no fault before somebody
    /// asks for it.
    struct Other {
        std::string name = {}, found = {}, expected = {};
        std::string expected_of_surplus = "nothing";  ///< where none are requested, and such tensors are not left out
    };
    std::span<const Other> others() const { return others_; }
    const Other* find_other(std::string_view wanted) const {
        return detail::find_by_name(others_, others_by_name_, wanted);
    }
    /// The prefixes behind which the files have all of these names.
    std::vector<std::string> find_prefixes(const std::vector<std::string_view>& wanted) const {
        std::vector<std::string_view> there;
        for (const SafeTensors& shard : shards_)
            for (const TensorInfo& tensor : shard.tensors()) there.push_back(tensor.name);
        return detail::find_prefixes(wanted, std::move(there));
    }

    /// Bytes of a tensor from `begin` on, read into `room` without the mapping: a file that is cut meanwhile is an
    /// `Error`, where the mapping would end the program.
    std::span<const std::byte> fetch(const TextTensor& tensor, std::uint64_t begin, std::size_t size,
                                     std::vector<std::byte>& room) const {
        if (gguf_) return gguf_->fetch(gguf_->tensors()[tensor.place], begin, size, room);
        const SafeTensors& file = shards_[tensor.file];
        return file.fetch(file.tensors()[tensor.place].begin + begin, size, room);
    }

  private:
    void arrange() {
        by_name_ = detail::order_by_name(tensors_);
        others_by_name_ = detail::order_by_name(others_);
        for (std::size_t at = 1; at < by_name_.size(); ++at)
            if (tensors_[by_name_[at]].name == tensors_[by_name_[at - 1]].name)
                faults_.push_back({tensors_[by_name_[at]].name, "two tensors of this name", "one"});
        if (!faults_.empty()) detail::fail_with(name_, faults_);
    }
    void add_gguf() {
        const auto& buffers = config_.family().gguf_buffers;
        for (std::size_t place = 0; place < gguf_->tensors().size(); ++place) {
            const GgufTensor& there = gguf_->tensors()[place];
            // The list is filled up with empty names, which stand for no token.
            if (!there.name.empty() && std::find(buffers.begin(), buffers.end(), there.name) != buffers.end()) continue;
            auto known = detail::read_gguf_name(there.name, config_);
            if (!known) {
                const std::string wanted = "a tensor of a " + family();
                others_.push_back({there.name, there.text(), wanted, wanted});
                continue;
            }
            tensors_.push_back({.name = std::move(known->hugging_face),
                                .type = there.type,
                                .shape = there.shape,
                                .bytes = gguf_->bytes(there),
                                .transposed = known->transposed,
                                .interleaved_heads = known->interleaved_heads,
                                .place = place});
        }
        for (const GgufOther& other : gguf_->others()) {
            const auto known = detail::read_gguf_name(other.name, config_);
            others_.push_back({known ? known->hugging_face : other.name, other.text(), detail::gguf_types_read(),
                               known ? "nothing" : "a tensor of a " + family()});
        }
    }

    void add_folder(const std::filesystem::path& folder) {
        const detail::ShardIndex index = detail::find_shards(folder);
        for (const std::string& file : index.files) shards_.emplace_back(folder / file);
        for (std::size_t file = 0; file < shards_.size(); ++file) {
            if (!index.names.empty()) detail::check_shard(shards_[file], index, file, faults_);
            for (std::size_t place = 0; place < shards_[file].tensors().size(); ++place) add(file, place);
        }
    }
    void add(std::size_t file, std::size_t place) {
        const TensorInfo& there = shards_[file].tensors()[place];
        if (!there.name.starts_with(options_.prefix)) return;
        const std::string name = there.name.substr(options_.prefix.size());
        if (detail::is_buffer(name, config_.family())) return;
        if (there.dtype != StorageType::F32 && there.dtype != StorageType::F16 && there.dtype != StorageType::BF16) {
            others_.push_back({detail::whole_name(name, config_), there.text(), "F32, F16 or BF16"});
            return;
        }
        tensors_.push_back({.name = detail::whole_name(name, config_),
                            .type = there.dtype,
                            .shape = there.shape,
                            .bytes = shards_[file].bytes(there),
                            .file = file,
                            .place = place});
    }
    std::string family() const { return std::string(config_.family().title); }

    std::string name_;
    TextFilesOptions options_;
    TextConfig config_;
    std::optional<Gguf> gguf_;
    std::vector<SafeTensors> shards_;
    std::vector<TextTensor> tensors_;
    std::vector<std::size_t> by_name_;
    std::vector<Other> others_;
    std::vector<std::size_t> others_by_name_;
    std::vector<LoadFault> faults_;
};

}  // namespace genotype::inline v0_1
