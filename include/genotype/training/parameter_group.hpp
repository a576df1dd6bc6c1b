// Parameters that a training treats in a way of their own.
#pragma once

#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/layers/parameter.hpp"
#include "genotype/shape/concat_text.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// Parameters with options of their own, or that do not learn. Each belongs to the first group that names it; those
/// that none names have the trainer's options. What a group does not say is as the trainer's optimiser has it.
///
///     .groups = {{.part = "encoder", .frozen = true},
///                {.kind = ParameterGroup::vectors, .weight_decay = 0},  // biases, and what norms multiply by
///                {.part = "decoder.0", .learning_rate = 1e-4f}}
///
/// Of frozen parameters not a bit changes: their gradients become zero before the norm is clipped. Batch statistics of
/// a frozen part continue, as in PyTorch.
/// PyTorch: a dict of torch.optim's param_groups; frozen: requires_grad_(False).
struct ParameterGroup {
    enum Kind {
        all,
        matrices,  // of two or more dimensions
        vectors,   // of one: biases, and what norms multiply by
    };

    std::string part = {};  // the begin of their names in files, up to a dot or the end: "generator.0"; "": any
    Kind kind = all;
    bool frozen = false;
    std::optional<float> learning_rate = {};  // before the schedule's factor
    std::optional<float> weight_decay = {};

    /// Whether it names a parameter.
    bool names(std::string_view name, const Parameter& tensor) const {
        const bool is_part =
            part.empty() ||
            (name.starts_with(part) && (name.size() == part.size() || part.back() == '.' || name[part.size()] == '.'));
        const bool is_matrix = tensor.dims.rank >= 2;
        return is_part && (kind == all || is_matrix == (kind == matrices));
    }
};

namespace detail {

/// A vector would do, but GCC 12 ends in an internal error where one is a member with a default in options that are a
/// default argument. A template, because a debug mode's vector is none of a constant.
template <class Group>
class GroupList {
  public:
    constexpr GroupList() noexcept {}
    constexpr GroupList(std::initializer_list<Group> list) : groups_(list) {}
    constexpr GroupList(std::vector<Group> list) : groups_(std::move(list)) {}

    constexpr bool empty() const { return groups_.empty(); }
    constexpr std::size_t size() const { return groups_.size(); }
    constexpr const Group& operator[](std::size_t at) const { return groups_[at]; }
    constexpr auto begin() const { return groups_.begin(); }
    constexpr auto end() const { return groups_.end(); }

  private:
    std::vector<Group> groups_;
};

}  // namespace detail

/// The groups of a training's options, in their order.
using ParameterGroups = detail::GroupList<ParameterGroup>;

namespace detail {

/// A group in a checkpoint's options and in messages: "encoder matrices: frozen, weight_decay 0".
[[gnu::cold]] inline std::string text_of(const ParameterGroup& group) {
    constexpr const char* kinds[]{"parameters", "matrices", "vectors"};
    std::string text = concat(group.part, group.part.empty() ? "" : " ", kinds[group.kind], ":");
    const auto add = [&](const char* name, const std::optional<float>& value) {
        if (!value) return;
        char digits[32];
        text += concat(text.back() == ':' ? " " : ", ", name, " ",
                       std::string_view(digits, std::to_chars(digits, digits + sizeof digits, *value).ptr));
    };
    if (group.frozen) text += " frozen";
    add("learning_rate", group.learning_rate);
    add("weight_decay", group.weight_decay);
    return text;
}

/// All groups, in their order: "" where there are none.
[[gnu::cold]] inline std::string text_of(const ParameterGroups& groups) {
    std::string text;
    for (const ParameterGroup& group : groups) text += concat(text.empty() ? "" : "; ", text_of(group));
    return text;
}

/// The number of the first group that names a parameter, or how many there are where none does.
[[gnu::cold]] inline std::size_t group_of(const ParameterGroups& groups, std::string_view name,
                                          const Parameter& tensor) {
    std::size_t at = 0;
    while (at < groups.size() && !groups[at].names(name, tensor)) ++at;
    return at;
}

/// Throws `Error` where a group has no parameters, by how many each was found to have, or has options that are none.
[[gnu::cold]] inline void check_groups(const ParameterGroups& groups, const std::vector<long>& found) {
    for (std::size_t at = 0; at < groups.size(); ++at) {
        const std::string where = concat("group ", at, " (", text_of(groups[at]), ")");
        if (found[at] == 0)
            fail("Trainer", where, "no parameter of this name and kind that is in none of the groups before",
                 "the begin of a parameter's name in files, such as \"0\" or \"generator.0.weight\"");
        for (const auto& value : {groups[at].learning_rate, groups[at].weight_decay})
            if (value && !(*value >= 0 && *value < std::numeric_limits<float>::infinity()))
                fail("Trainer", where, std::to_string(*value), "a rate and a decay of 0 or more");
        if (groups[at].frozen && (groups[at].learning_rate || groups[at].weight_decay))
            fail("Trainer", where, "a rate or a decay", "none of them where the parameters are frozen");
    }
}

}  // namespace detail
}  // namespace genotype::inline v0_1
