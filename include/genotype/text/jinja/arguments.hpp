// What a filter, test, method or function is called with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/jinja/budget.hpp"
#include "genotype/text/jinja/python.hpp"
#include "genotype/text/jinja/value.hpp"

namespace genotype::inline v0_1::jinja {

struct Arguments {
    std::vector<Value> values = {};
    std::vector<std::pair<std::string, Value>> named = {};
};

/// Arguments by the names of parameters, of which the first `least` must be there.
class Bound {
  public:
    Bound(std::string what, Arguments arguments, std::initializer_list<std::string_view> names, std::size_t least,
          Budget& budget)
        : what_(std::move(what)), budget_(budget), values_(names.size()), is_given_(names.size()) {
        if (arguments.values.size() > names.size())
            budget.wrong(detail::concat(arguments.values.size(), " arguments of ", what_),
                         detail::concat(names.size(), " at most"));
        for (std::size_t at = 0; at < arguments.values.size(); ++at) give(at, std::move(arguments.values[at]));
        for (auto& [name, value] : arguments.named) {
            std::size_t at = 0;
            while (at < names.size() && names.begin()[at] != name) ++at;
            if (at == names.size() || is_given_[at]) budget.wrong("the argument " + name + " of " + what_, "others");
            give(at, std::move(value));
        }
        for (std::size_t at = 0; at < least; ++at)
            if (!is_given_[at]) budget.wrong(what_ + " without " + std::string(names.begin()[at]), "all its arguments");
    }

    bool has(std::size_t at) const { return is_given_[at]; }
    const Value& operator[](std::size_t at) const { return values_[at]; }
    const std::string& text(std::size_t at) const {
        const std::string* const held = values_[at].text();
        if (!held) wrong(at, "a text");
        return *held;
    }
    std::string text(std::size_t at, std::string_view if_absent) const {
        return has(at) && !values_[at].is<None>() ? text(at) : std::string(if_absent);
    }
    std::int64_t whole(std::size_t at, std::int64_t if_absent) const {
        if (!has(at)) return if_absent;
        if (!values_[at].is_whole()) wrong(at, "a whole number");
        return values_[at].whole();
    }
    bool flag(std::size_t at, bool if_absent = false) const { return has(at) ? is_true(values_[at]) : if_absent; }

    [[noreturn, gnu::cold]] void wrong(std::size_t at, std::string_view expected) const {
        if (const Undefined* const none = values_[at].get<Undefined>()) wrong_undefined(*none, budget_);
        budget_.wrong("a " + kind_name(values_[at]) + " as an argument of " + what_, expected);
    }

  private:
    void give(std::size_t at, Value value) {
        values_[at] = std::move(value);
        is_given_[at] = true;
    }

    std::string what_;
    Budget& budget_;
    std::vector<Value> values_;
    std::vector<bool> is_given_;
};

}  // namespace genotype::inline v0_1::jinja
