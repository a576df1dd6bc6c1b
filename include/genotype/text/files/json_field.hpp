// JSON that need not be trusted: each key once, and values of the kind that is asked for.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "genotype/files/file_kind.hpp"
#include "genotype/io/words.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/text/tokenizer/merges.hpp"

namespace genotype::inline v0_1::detail {

/// An object that says of an error and hardly anything else is what a server answered for a file that it has not.
[[gnu::cold]] inline void expect_no_answer(const nlohmann::json& json, const std::string& file) {
    if (!json.is_object() || json.size() > 3) return;
    for (const char* key : {"error", "message"})
        if (const auto words = json.find(key); words != json.end() && words->is_string())
            fail(file, "file", concat("a server's answer, ", in_quotes(words->get_ref<const std::string&>())),
                 concat("the file itself: ", again_advice));
}

/// Parses a whole file's text. A key that is there twice in one object is an `Error`.
[[gnu::cold]] inline nlohmann::json parse_json(std::string_view text, const std::string& file) {
    using Json = nlohmann::json;
    std::vector<std::unordered_set<std::string>> keys;  // of the objects that are open
    const auto hear = [&](int, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start) keys.emplace_back();
        if (event == Json::parse_event_t::object_end) keys.pop_back();
        if (event == Json::parse_event_t::key && !keys.back().insert(value.get_ref<const std::string&>()).second)
            fail(file, "JSON", concat("the key ", in_quotes(value.get_ref<const std::string&>()), " twice"),
                 "each key once");
        return true;
    };
    try {
        Json json = Json::parse(text.begin(), text.end(), hear);
        expect_no_answer(json, file);
        return json;
    } catch (const Json::exception& error) {
        const bool has_brackets = !text.empty() && (text.front() == '{' || text.front() == '[');
        expect_no_other_kind(file, "JSON", text.substr(0, 512), "JSON", !has_brackets);
        const std::string_view words = error.what();
        fail(file, "JSON", in_quotes(words.substr(0, words.rfind("; last read"))), "JSON in UTF-8");
    }
}

/// The same of a file that is one object.
[[gnu::cold]] inline nlohmann::json parse_json_object(std::string_view text, const std::string& file) {
    nlohmann::json json = parse_json(text, file);
    if (!json.is_object()) fail(file, "JSON", "something else", "an object");
    return json;
}

/// A value with its name in the file, "model.vocab", which messages begin with. What is not there is null.
struct JsonField {
    const nlohmann::json& value;
    const std::string& file;
    std::string name;

    [[noreturn]] void wrong(const std::string& expected) const { fail(file, name, found(), expected); }

    bool is_null() const { return value.is_null(); }

    JsonField operator[](const char* key) const {
        static const nlohmann::json nothing;
        if (!value.is_object()) wrong("an object");
        const auto there = value.find(key);
        return {there == value.end() ? nothing : *there, file, (name.empty() ? "" : name + ".") + key};
    }
    [[gnu::cold]] std::vector<JsonField> list() const {
        if (!value.is_array()) wrong("a list");
        std::vector<JsonField> fields;
        for (const nlohmann::json& item : value)
            fields.push_back({item, file, name + "[" + std::to_string(fields.size()) + "]"});
        return fields;
    }
    [[gnu::cold]] const std::string& text() const {
        if (!value.is_string()) wrong("a text");
        return value.get_ref<const std::string&>();
    }
    [[gnu::cold]] bool flag(bool if_absent) const {
        if (is_null()) return if_absent;
        if (!value.is_boolean()) wrong("true or false");
        return value.get<bool>();
    }
    /// A whole number within these limits.
    [[gnu::cold]] int whole(int least, int most) const {
        const bool fits = value.is_number_integer() && (value.is_number_unsigned() || value.get<std::int64_t>() >= 0) &&
                          value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most) &&
                          value.get<std::int64_t>() >= least;
        if (!fits) wrong("a whole number from " + std::to_string(least) + " to " + std::to_string(most));
        return value.get<int>();
    }
    /// A number that float32 can hold.
    [[gnu::cold]] float number() const {
        if (!value.is_number() || !std::isfinite(value.get<float>())) wrong("a number");
        return value.get<float>();
    }
    [[gnu::cold]] TokenId id() const {
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= std::numeric_limits<TokenId>::max())
            wrong("a token's id");
        return value.get<TokenId>();
    }

    /// Other keys are refused: they may change the ids.
    [[gnu::cold]] void only(std::initializer_list<std::string_view> keys) const {
        if (!value.is_object()) wrong("an object");
        for (const auto& [key, what] : value.items()) {
            bool known = false;
            for (const std::string_view allowed : keys) known = known || key == allowed;
            if (known) continue;
            fail(file, name.empty() ? "JSON" : name, concat("the field ", in_quotes(key)),
                 "fields that are known here");
        }
    }
    /// Refuses all but null, false, "", 0 and what has nothing in it.
    [[gnu::cold]] void expect_nothing() const {
        const bool nothing =
            is_null() || value == false || value == "" || value == 0 || (value.is_structured() && value.empty());
        if (!nothing) wrong("nothing: this is not supported, and would change the ids");
    }

  private:
    [[gnu::cold]] std::string found() const {
        if (is_null()) return "nothing";
        if (value.is_array()) return "a list";
        if (value.is_object()) {
            const auto type = value.find("type");
            return type != value.end() && type->is_string() ? "the type " + in_quotes(type->get<std::string>())
                                                            : "an object";
        }
        return value.is_string() ? in_quotes(value.get_ref<const std::string&>()) : value.dump();
    }
};

}  // namespace genotype::inline v0_1::detail
