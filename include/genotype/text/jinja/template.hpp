// Templates in Jinja, as transformers has them for conversations.
#pragma once

#include <ctime>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "genotype/text/jinja/json_text.hpp"
#include "genotype/text/jinja/rendering.hpp"
#include "genotype/text/jinja/statements.hpp"

namespace genotype::inline v0_1 {

/// A template that is parsed once and can be rendered by several threads at a time. What it asks for and is not here,
/// and what Python would not do, is an `Error` with the file and line. It neither reads files nor changes what it is
/// given, and `JinjaLimits` bound its work.
/// transformers equivalent: `jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)` with
/// `raise_exception`, `strftime_now` and its own `tojson`.
class JinjaTemplate {
  public:
    explicit JinjaTemplate(std::string_view source, std::string file = "template")
        : file_(std::move(file)), root_(std::make_shared<const jinja::Node>(jinja::Parser(source, file_).parse())) {}

    /// What it prints with these values, an object by their names. `now` is what `strftime_now` tells.
    std::string render(const nlohmann::ordered_json& values, std::time_t now = std::time(nullptr),
                       const JinjaLimits& limits = {}) const {
        jinja::Budget budget(file_, limits);
        std::map<std::string, jinja::Value, std::less<>> names;
        for (const auto& [name, value] : values.items()) names.emplace(name, jinja::value_of_json(value, budget));
        return jinja::Rendering(std::move(names), now, budget).render(*root_);
    }

  private:
    std::string file_;
    std::shared_ptr<const jinja::Node> root_;
};

}  // namespace genotype::inline v0_1
