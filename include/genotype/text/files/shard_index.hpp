// Which files of a folder have a model's weights: one, or shards by an index.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/io/by_name.hpp"
#include "genotype/io/load_report.hpp"
#include "genotype/io/safetensors.hpp"
#include "genotype/text/files/json_field.hpp"
#include "genotype/text/files/read_text.hpp"

namespace genotype::inline v0_1::detail {

/// A tensor that an index names, and which of the files has it.
struct IndexedName {
    std::string name;
    std::size_t file;
};

/// Weights in files of one folder. `names`, in order, are those of an index; without one there are none.
struct ShardIndex {
    std::vector<std::string> files = {};
    std::vector<IndexedName> names = {};
};

/// What the text of a model.safetensors.index.json says. A file of another folder is an `Error`.
[[gnu::cold]] inline ShardIndex read_shard_index(std::string_view text, const std::string& file) {
    const nlohmann::json json = parse_json_object(text, file);
    const JsonField top{json, file, ""};
    const JsonField map = top["weight_map"];
    if (!map.value.is_object() || map.value.empty()) map.wrong("an object from tensors to files");
    ShardIndex index;
    for (const auto& [name, where] : map.value.items()) {
        const JsonField field{where, file, map.name + " " + in_quotes(name)};
        const std::string& shard = field.text();
        if (shard.empty() || shard.find('/') != shard.npos || shard.find('\0') != shard.npos || shard == "." ||
            shard == "..")
            field.wrong("the name of a file beside this one");
        index.files.push_back(shard);
    }
    std::sort(index.files.begin(), index.files.end());
    index.files.erase(std::unique(index.files.begin(), index.files.end()), index.files.end());
    for (const auto& [name, where] : map.value.items()) {  // in the order of the names
        const auto at = std::lower_bound(index.files.begin(), index.files.end(), where.get_ref<const std::string&>());
        index.names.push_back({name, static_cast<std::size_t>(at - index.files.begin())});
    }
    return index;
}

/// Holds a shard against its index, both ways.
[[gnu::cold]] inline void check_shard(const SafeTensors& shard, const ShardIndex& index, std::size_t file,
                                      std::vector<LoadFault>& faults) {
    for (const auto& [name, where] : index.names)
        if (where == file && !shard.find(name))
            faults.push_back({name, "nothing in " + index.files[file], "it there, as the index says"});
    for (const TensorInfo& there : shard.tensors()) {
        const auto at =
            std::lower_bound(index.names.begin(), index.names.end(), there.name,
                             [](const IndexedName& left, const std::string& name) { return left.name < name; });
        if (at == index.names.end() || at->name != there.name || at->file != file)
            faults.push_back({there.name, there.text() + " in " + index.files[file],
                              at == index.names.end() || at->name != there.name
                                  ? "a name that the index has"
                                  : "it in " + index.files[at->file] + ", as the index says"});
    }
}

/// Looks for weights as transformers does: model.safetensors first, then the index of shards.
[[gnu::cold]] inline ShardIndex find_shards(const std::filesystem::path& folder) {
    constexpr const char *one = "model.safetensors", *index = "model.safetensors.index.json";
    std::error_code ignored;
    if (has_entry(folder / one)) return {.files = {one}};
    if (std::filesystem::exists(folder / index, ignored))
        return read_shard_index(read_text(folder / index), (folder / index).string());
    std::string found = "neither";
    for (const char* other :
         {"pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "consolidated.00.pth"})
        if (std::filesystem::exists(folder / other, ignored)) found = std::string(other) + ", which is not read";
    const std::string elsewhere = model_elsewhere(folder);
    fail(folder.string(), "weights", found,
         std::string(one) + " or " + index + " (or " + (elsewhere.empty() ? "the path of a GGUF file" : elsewhere) +
             ")");
}

}  // namespace genotype::inline v0_1::detail
