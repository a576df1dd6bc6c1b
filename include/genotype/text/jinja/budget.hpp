// How much a template may do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/shape/error.hpp"
#include "genotype/text/jinja/value.hpp"

namespace genotype::inline v0_1 {

/// A template that does more is an `Error`, so that a hostile one neither takes a machine's time nor its memory.
struct JinjaLimits {
    long steps = 2'000'000;          ///< parts of expressions and statements, and values looked at
    std::size_t bytes = 64u << 20u;  ///< of all texts that it makes on the way
    int depth = 200;                 ///< of expressions, statements and macros within one another
};

namespace jinja {

/// Counts what one rendering does, and throws what goes wrong in it, with the line.
class Budget {
  public:
    Budget(const std::string& file, const JinjaLimits& limits) : file_(file), left_(limits) {}

    [[noreturn, gnu::cold]] void wrong(std::string_view found, std::string_view expected) const {
        fail(file_, detail::concat("chat template, line ", line), found, expected);
    }
    /// Looks at so many values.
    void work(std::size_t steps = 1) {
        if (steps > static_cast<std::size_t>(left_.steps))
            wrong("a template that goes on and on", "an end of its work");
        left_.steps -= static_cast<long>(steps);
    }
    /// Reads or makes a text of so many bytes.
    void bytes(std::size_t count) {
        if (count > left_.bytes) wrong("a template that makes more and more text", "less of it");
        left_.bytes -= count;
    }
    /// One more within another, until the result goes.
    [[nodiscard]] auto deeper() {
        if (left_.depth == 0) wrong("parts within parts without end", "a template that is less deep");
        --left_.depth;
        struct Back {
            int& depth;
            explicit Back(int& of) : depth(of) {}
            Back(const Back&) = delete;
            Back& operator=(const Back&) = delete;
            ~Back() { ++depth; }
        };
        return Back(left_.depth);
    }

    Value text(std::string made) {
        bytes(made.size());
        return text_value(std::move(made));
    }
    Value list(std::vector<Value> items, SequenceKind kind = SequenceKind::list) {
        work(items.size());
        int depth = 0;
        for (const Value& item : items) depth = std::max(depth, depth_within(item));
        return {std::make_shared<Sequence>(Sequence{kind, std::move(items), depth + 1})};
    }
    Value dict(std::vector<std::pair<Value, Value>> entries) {
        work(entries.size());
        int depth = 0;
        for (const auto& [key, value] : entries) depth = std::max(depth, depth_within(value));
        return {std::make_shared<Mapping>(Mapping{false, std::move(entries), depth + 1})};
    }
    /// A value that another is to hold: neither so deep that to leave it would be, nor one that could come to hold
    /// itself.
    int depth_within(const Value& value) const {
        constexpr int deepest = 100;
        if (value.names() || value.is<Callable>())
            wrong("a " + kind_name(value) + " within a value", "what has a text");
        if (value.depth() >= deepest) wrong("values within values without end", "less deep ones");
        return value.depth();
    }

    int line = 1;

  private:
    const std::string& file_;
    JinjaLimits left_;
};

}  // namespace jinja
}  // namespace genotype::inline v0_1
