// Names that a file has behind a prefix: "module.0.weight" where the model has "0.weight".
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/files/sorted_places.hpp"
#include "genotype/io/words.hpp"
#include "genotype/shape/concat_text.hpp"

namespace genotype::inline v0_1::detail {

/// The prefixes behind which a file has all of a model's names, the first few; "" where it has them as they are.
[[gnu::cold]] inline std::vector<std::string> find_prefixes(const std::vector<std::string_view>& wanted,
                                                            const std::vector<std::string_view>& names) {
    constexpr std::size_t most = 3;
    std::vector<std::string> prefixes;
    if (wanted.empty()) return prefixes;
    std::vector<std::string_view> there = names;
    const auto order =
        sorted_places(names.size(), [&](std::size_t left, std::size_t right) { return names[left] < names[right]; });
    for (std::size_t place = 0; place < order.size(); ++place) there[place] = names[order[place]];
    const auto has_all = [&](std::string_view prefix) {
        return std::all_of(wanted.begin(), wanted.end(), [&](std::string_view name) {
            return std::binary_search(there.begin(), there.end(), std::string_view(concat(prefix, name)));
        });
    };
    for (const std::string_view name : there) {
        if (!name.ends_with(wanted[0])) continue;
        const std::string_view prefix = name.substr(0, name.size() - wanted[0].size());
        const bool ends_a_word =
            prefix.empty() || prefix.ends_with('.') || prefix.ends_with('/') || prefix.ends_with(':');
        const bool is_new = prefixes.empty() || prefixes.back() != prefix;
        if (ends_a_word && is_new && has_all(prefix)) prefixes.push_back(std::string(prefix));
        if (prefixes.size() == most) break;
    }
    return prefixes;
}

/// What is said of a file that has all names of a model behind another prefix than the one that it was given. `option`
/// is what takes such a prefix, "LoadOptions::prefix = "; empty where nothing does.
[[gnu::cold]] inline std::string prefix_hint(const std::vector<std::string>& found, std::string_view given,
                                             std::string_view option) {
    std::string places, options;
    for (const std::string& prefix : found) {
        const bool is_plain = prefix.empty();
        places += concat(places.empty() ? "" : " and ", is_plain ? "without " : "behind ",
                         in_quotes(is_plain ? given : std::string_view(prefix)));
        options += concat(options.empty() ? "" : " or ", option, in_quotes(prefix));
    }
    return concat("all of the model's names are there ", places,
                  option.empty() ? std::string(": rename them") : concat(": ", options, " reads them"));
}

}  // namespace genotype::inline v0_1::detail
