// Values as JSON, and JSON as values.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/jinja/python.hpp"

namespace genotype::inline v0_1::jinja {

/// What `json.dumps(value, ensure_ascii=False, ...)` of Python writes, which is transformers' filter `tojson`.
class JsonText {
  public:
    struct Style {
        std::string item = ", ", key = ": ", indent = {};
        bool has_lines = false, sorts_keys = false;
    };
    JsonText(Style style, Budget& budget) : style_(std::move(style)), budget_(budget) {}

    std::string write(const Value& value) {
        append(value, 0);
        budget_.bytes(text_.size());
        return std::move(text_);
    }

  private:
    void new_line(int depth) {
        if (!style_.has_lines) return;
        text_ += '\n';
        for (int n = 0; n < depth; ++n) text_ += style_.indent;
    }
    template <class Items, class Append>
    void items(char begin, char end, const Items& all, int depth, const Append& append_one) {
        text_ += begin;
        bool is_first = true;
        for (const auto& item : all) {
            if (!is_first) text_ += style_.item;
            is_first = false;
            new_line(depth + 1);
            append_one(item);
        }
        if (!is_first) new_line(depth);
        text_ += end;
    }
    void quoted(std::string_view text) {
        budget_.bytes(text.size());
        text_ += '"';
        for (const char letter : text) {
            constexpr std::string_view letters = "\"\\\n\r\t\b\f", names = "\"\\nrtbf";
            if (const std::size_t which = letters.find(letter); which != letters.npos) {
                text_ += '\\';
                text_ += names[which];
            } else if (static_cast<unsigned char>(letter) < 0x20) {
                char code[8];
                std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(letter));
                text_ += code;
            } else {
                text_ += letter;
            }
        }
        text_ += '"';
    }
    /// As `json` makes keys of what is none.
    std::string key(const Value& value) {
        if (const std::string* const text = value.text()) return *text;
        if (!value.is_number() && !value.is<None>()) budget_.wrong("a key of kind " + kind_name(value), "a text");
        JsonText other(style_, budget_);
        return other.write(value);
    }
    void append(const Value& value, int depth) {
        budget_.work();
        if (value.is<None>()) {
            text_ += "null";
        } else if (const bool* const flag = value.get<bool>()) {
            text_ += *flag ? "true" : "false";
        } else if (value.is_whole()) {
            text_ += std::to_string(value.whole());
        } else if (value.is_number()) {
            const double number = value.number();
            text_ += std::isnan(number)   ? "NaN"
                     : std::isinf(number) ? number > 0 ? "Infinity" : "-Infinity"
                                          : float_text(number);
        } else if (const std::string* const text = value.text()) {
            quoted(*text);
        } else if (const Sequence* const list = value.sequence(); list && list->kind <= SequenceKind::tuple) {
            items('[', ']', list->items, depth, [&](const Value& item) { append(item, depth + 1); });
        } else if (const Mapping* const dict = value.mapping()) {
            std::vector<std::pair<std::string, const Value*>> entries;
            for (const auto& [name, of] : dict->entries) entries.emplace_back(key(name), &of);
            if (style_.sorts_keys)
                std::sort(entries.begin(), entries.end(),
                          [](const auto& a, const auto& b) { return a.first < b.first; });
            items('{', '}', entries, depth, [&](const auto& entry) {
                quoted(entry.first);
                text_ += style_.key;
                append(*entry.second, depth + 1);
            });
        } else if (const Undefined* const none = value.get<Undefined>()) {
            wrong_undefined(*none, budget_);
        } else {
            budget_.wrong("a " + kind_name(value), "what JSON has");
        }
    }

    Style style_;
    Budget& budget_;
    std::string text_;
};

/// Of numbers above 2^63 - 1 Python has all digits; here they are an `Error`.
inline Value value_of_json(const nlohmann::ordered_json& json, Budget& budget) {
    const auto depth = budget.deeper();
    using Json = nlohmann::ordered_json;
    switch (json.type()) {
        case Json::value_t::boolean:
            return {json.get<bool>()};
        case Json::value_t::string:
            return text_value(json.get<std::string>());
        case Json::value_t::number_float:
            return {json.get<double>()};
        case Json::value_t::number_integer:
            return {json.get<std::int64_t>()};
        case Json::value_t::number_unsigned:
            if (json.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                budget.wrong(json.dump(), "a number of 64 bits");
            return {json.get<std::int64_t>()};
        case Json::value_t::array: {
            std::vector<Value> items;
            for (const Json& item : json) items.push_back(value_of_json(item, budget));
            return budget.list(std::move(items));
        }
        case Json::value_t::object: {
            std::vector<std::pair<Value, Value>> entries;
            for (const auto& [key, value] : json.items())
                entries.emplace_back(text_value(key), value_of_json(value, budget));
            return budget.dict(std::move(entries));
        }
        default:
            return {};
    }
}

}  // namespace genotype::inline v0_1::jinja
