// What a checkpoint calls its parts.
#pragma once

#include <string>
#include <string_view>

#include "genotype/training/history.hpp"

namespace genotype::detail {

inline constexpr int checkpoint_format = 1;
inline constexpr std::string_view checkpoint_key = "genotype.checkpoint";
inline constexpr std::string_view option_prefix = "genotype.option.";
inline constexpr std::string_view loader_epoch_key = "genotype.loader.epoch";
inline constexpr std::string_view loader_batch_key = "genotype.loader.batch";
inline constexpr std::string_view history_tensor = "genotype.history";
inline constexpr std::string_view history_columns_key = "genotype.history.columns";
inline constexpr std::string_view score_key = "genotype.score";

/// "genotype.steps.generator", or "genotype.steps" where there is one network alone.
inline std::string key_of_steps(const std::string& network) {
    return network.empty() ? "genotype.steps" : "genotype.steps." + network;
}
inline std::string key_of_random(const std::string& name, const char* field) {
    return "genotype.random." + name + "." + field;
}
inline std::string key_of_option(const std::string& name) {
    return std::string(option_prefix) + name;
}
inline std::string joined_columns(const History& history) {
    std::string names;
    for (const std::string& column : history.columns()) names += (names.empty() ? "" : ",") + column;
    return names;
}

}  // namespace genotype::detail
