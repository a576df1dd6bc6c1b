// What a checkpoint calls its parts.
#pragma once

#include <string>
#include <string_view>

#include "genotype/io/tensor_info.hpp"
#include "genotype/training/history.hpp"
#include "genotype/training/option_texts.hpp"

namespace genotype::inline v0_1::detail {

inline constexpr int checkpoint_format = 1;
inline constexpr std::string_view checkpoint_key = "genotype.checkpoint";
inline constexpr std::string_view option_prefix = "genotype.option.";
inline constexpr std::string_view loader_epoch_key = "genotype.loader.epoch";
inline constexpr std::string_view loader_batch_key = "genotype.loader.batch";
inline constexpr std::string_view history_tensor = "genotype.history";
inline constexpr std::string_view history_columns_key = "genotype.history.columns";
inline constexpr std::string_view score_key = "genotype.score";
inline constexpr std::string_view steps_key = "genotype.steps";
inline constexpr std::string_view run_key = "genotype.run";
inline constexpr std::string_view run_after_key = "genotype.run.after";
inline constexpr std::size_t run_digits = 16;

/// "genotype.steps.generator", or "genotype.steps" where there is one network alone.
[[gnu::cold]] inline std::string key_of_steps(const std::string& network) {
    return concat(steps_key, network.empty() ? "" : ".", network);
}
[[gnu::cold]] inline std::string key_of_random(const std::string& name, const char* field) {
    return concat("genotype.random.", name, ".", field);
}
[[gnu::cold]] inline std::string key_of_option(const std::string& name) {
    return concat(option_prefix, name);
}
/// How many updates an average has had: "genotype.average.updates.generator".
[[gnu::cold]] inline std::string key_of_updates(const std::string& network) {
    return concat("genotype.average.updates", network.empty() ? "" : ".", network);
}
/// Options as the metadata has them.
[[gnu::cold]] inline void add_options(FileMetadata& metadata, const OptionTexts& texts) {
    for (const auto& [name, text] : texts) add_text(metadata, key_of_option(name), text);
}
[[gnu::cold]] inline std::string joined_columns(const History& history) {
    std::string names;
    for (const std::string& column : history.columns()) names += concat(names.empty() ? "" : ",", column);
    return names;
}

}  // namespace genotype::inline v0_1::detail
