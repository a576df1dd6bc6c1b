// What a file of a text model says it is, and how that is held against a type.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/io/load_report.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/text/families.hpp"

namespace genotype::inline v0_1 {

/// The family of a text model and its sizes, whatever the family. A config (`LlamaConfig`) turns into one of its own
/// accord.
class TextConfig {
  public:
    /// An option of the family's config.
    struct Option {
        std::string name, text;  ///< "rope_theta", "100000"
        std::string literal;     ///< the value in C++: "100000"
        bool follows = false;    ///< from the options that a type is always written with: it need not be said
    };

    /// Of no model.
    TextConfig() = default;

    template <FamilyConfig Config>
    TextConfig(const Config& config)
        : facts_(TextFamily<Config>::facts),
          vocabulary_(config.vocabulary),
          width_(config.width),
          layers_(config.layers),
          tied_(config.tied) {
        config.for_each_option([&](const char* name, const auto& value) {
            options_.push_back({name, detail::config_text(value), detail::config_literal(value)});
        });
        std::size_t place = 0;
        TextFamily<Config>::base(config).for_each_option([&](const char* name, const auto& value) {
            const auto& said = facts_.said;
            Option& option = options_[place++];
            option.follows =
                option.text == detail::config_text(value) && std::find(said.begin(), said.end(), name) == said.end();
        });
        for (const FamilyParameter& parameter : TextFamily<Config>::parameters(config))
            parameters_.push_back(parameter);
    }

    const FamilyFacts& family() const { return facts_; }
    int vocabulary() const { return vocabulary_; }
    int width() const { return width_; }
    int layers() const { return layers_; }
    bool tied() const { return tied_; }

    /// The options of the config, in its order.
    const std::vector<Option>& options() const { return options_; }
    /// The parameters of such a model, and what files call them.
    const std::vector<FamilyParameter>& parameters() const { return parameters_; }
    /// Hugging Face's name of the weight of "embedding" or "head"; "" where such a model has none.
    std::string weight_name(std::string_view parameter) const {
        for (const FamilyParameter& one : parameters_)
            if (one.name == parameter) return std::string(one.tensors[0].name) + ".weight";
        return "";
    }

    /// Whether both are of one family, with the same options.
    bool operator==(const TextConfig& other) const {
        return facts_.name == other.facts_.name &&
               std::equal(
                   options_.begin(), options_.end(), other.options_.begin(), other.options_.end(),
                   [](const Option& one, const Option& two) { return one.name == two.name && one.text == two.text; });
    }

  private:
    FamilyFacts facts_;
    int vocabulary_ = 0, width_ = 0, layers_ = 0;
    bool tied_ = false;
    std::vector<Option> options_;
    std::vector<FamilyParameter> parameters_;
};

namespace detail {

/// "vocabulary" and "49152" for each field of the family's config.
[[gnu::cold]] inline std::vector<std::pair<std::string, std::string>> config_texts(const TextConfig& config) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const TextConfig::Option& option : config.options()) texts.emplace_back(option.name, option.text);
    return texts;
}

/// Throws one `Error` of everything that does not fit, with what became of it.
[[noreturn]] inline void fail_with(const std::string& file, const std::vector<LoadFault>& faults,
                                   const std::string& consequence = "") {
    const bool one = faults.size() == 1;
    throw Error(file + ": " + std::to_string(faults.size()) + (one ? " fault" : " faults") + consequence +
                (one ? ": " : ":\n") + LoadReport{.faults = faults}.text());
}

}  // namespace detail

/// Throws one `Error` that lists every field in which a file (`found`) is not what a type is (`expected`).
///
///     check_config(read_text_config("smollm2"), smollm2_135m, "smollm2");
inline void check_config(const TextConfig& found, const TextConfig& expected, const std::string& file) {
    std::vector<LoadFault> faults;
    if (found.family().name != expected.family().name) {
        faults.push_back({"family", std::string(found.family().name), std::string(expected.family().name)});
    } else {
        const auto &there = found.options(), &wanted = expected.options();
        for (std::size_t field = 0; field < wanted.size(); ++field)
            if (there[field].text != wanted[field].text)
                faults.push_back({wanted[field].name, there[field].text, wanted[field].text});
    }
    if (!faults.empty()) detail::fail_with(file, faults);
}

}  // namespace genotype::inline v0_1
