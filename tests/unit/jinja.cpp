// Templates in Jinja: what tests/interop/chat_templates.py holds against transformers, in small; and what they may not
// do.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "genotype/text/jinja/template.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

const nlohmann::ordered_json values = nlohmann::ordered_json::parse(R"({
    "n": 7, "s": "Hello wörld", "l": [3, 1, 2], "d": {"b": 2, "a": [null, true], "items": "x\"y"}, "none_there": null,
    "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": " U\n"}]})");

std::string render(const std::string& source, const JinjaLimits& limits = {}) {
    return JinjaTemplate(source, "file").render(values, 0, limits);
}
std::string error(const std::string& source, const JinjaLimits& limits = {}) {
    return error_of([&] { render(source, limits); });
}

}  // namespace

TEST_CASE("expressions as Python has them") {
    // Each expression and its text, as Jinja 3.1.6 prints it.
    for (const auto& [source, text] : std::vector<std::pair<std::string, std::string>>{
             {"n / 2", "3.5"},
             {"-n // 2", "-4"},
             {"-n % 3", "2"},
             {"2 ** -1", "0.5"},
             {"-2 ** 2", "4"},
             {"2 ** 3 ** 2", "64"},
             {"1e16", "1e+16"},
             {"0.1 + 0.2", "0.30000000000000004"},
             {"1 ~ 2 ~ 'a'", "12a"},
             {"s[6:8]", "wö"},
             {"s[::-1]", "dlröw olleH"},
             {"l[-2:]", "[1, 2]"},
             {"s | length", "11"},
             {"d.items is callable", "True"},
             {"d['items']", "x\"y"},
             {"d | tojson", R"({"b": 2, "a": [null, true], "items": "x\"y"})"},
             {"[1, 'a', none, (1.0,)] ", "[1, 'a', None, (1.0,)]"},
             {"d.zz", ""},
             {"zz is defined", "False"},
             {"none_there | default('q')", "None"},
             {"none_there | default('q', true)", "q"},
             {"l | sort | map('string') | join('-')", "1-2-3"},
             {"messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | first | trim", "U"},
             {"messages[1:] | length == 1 and 'role' in messages[0]", "True"},
             {"'a,b,c'.split(',')[-1]", "c"},
             {"' a  b '.split()", "['a', 'b']"},
             {"'abc'.replace('', '-')", "-a-b-c-"},
             {"'x' if n > 5 else 'y'", "x"},
             {"1 < 2 < 3 and not n is none", "True"},
             {"2.5 | round", "2.0"},
             {"'<' ~ {'a': {'b': 1}}['a'].b ~ '>'", "<1>"},
             {R"('\x41\u00e9' "\t")", "A\xc3\xa9\t"}})
        CHECK(render("{{ " + source + " }}") == text);
}

TEST_CASE("statements, and the space around them") {
    CHECK(render("a\n  {% if true %}\nb\n  {% endif %}\nc\n") == "a\nb\nc");
    CHECK(render("a {%- if true -%} b {%- endif -%} c {{- n -}} d") == "abc7d");
    CHECK(render("{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }}{{ ',' if not loop.last }}{% "
                 "endfor %}") == "1/2:3,2/2:2");
    CHECK(render("{% for k, v in d.items() %}{% if k == 'a' %}{% continue %}{% endif %}{{ k }}{% endfor %}") ==
          "bitems");
    // What a loop sets is its own, but for a namespace's.
    CHECK(render(
              "{% set x = 1 %}{% set ns = namespace(x=1) %}{% for y in l %}{% set x = x + y %}{% set ns.x = ns.x + y %}"
              "{{ x }} {% endfor %}{{ x }} {{ ns.x }}") == "4 2 3 1 7");
    CHECK(render("{% macro f(a, b=2) %}{% if a > 0 %}{{ a }}{{ f(a - 1) }}{% else %}{{ b }}{% endif %}{% endmacro %}{{ "
                 "f(3) }}") == "3212");
    CHECK(render("{% set x | upper %}a{{ n }}{% endset %}{{ x }}{% filter replace('a', 'b') %}a{% endfilter %}") ==
          "A7b");
    CHECK(render("{% raw %}{{ n }}{% endraw %}{# {{ n }} #}{% generation %}{{ n }}{% endgeneration %}") == "{{ n }}7");
    CHECK(render("{% set it = l | select('odd') %}{% for x in it %}{{ x }}{% endfor %}{% for x in it %}{{ x }}{% "
                 "endfor %}") == "31");
}

TEST_CASE("what a template says or asks that cannot be is an error with its line") {
    for (const auto& [source, words] : std::vector<std::pair<std::string, std::string>>{
             {"\n{{ zz.a }}", "file: chat template, line 2: found 'zz' is undefined, expected a value"},
             {"{{ n + 'a' }}", "found a int + a str"},
             {"{{ raise_exception('no system') }}", "found what the template refuses, \"no system\""},
             {"{{ l.append(1) }}", "found the method append, expected one that changes nothing"},
             {"{% set d.x = 1 %}", "found an attribute of d, which is a dict, expected a namespace"},
             {"{% for x in l %}{% set loop.index = 1 %}{% endfor %}",
              "found an attribute of loop, which is a namespace"},
             {"{% include 'x' %}", "found \"include\", expected for, if, set,"},
             {"{{ n | nothing }}", "found \"nothing\" behind \"|\""},
             {"{% if n %}", "found the template's end, expected {% endif %}"},
             {"\n\n{{ 'a", "line 3: found a text without an end"},
             {"{{ [1, 2 }}", "found \"}\", expected what closes what is open"},
             {"{{ s | upper }}", "found capital or small letters of a text beyond ASCII"},
             {"{{ 9223372036854775807 + 1 }}", "found a number so large"},
             {"{{ n // 0 }}", "found a division by 0"},
             {"{{ '\xff' }}", "chat template: found other bytes, expected UTF-8"}}) {
        INFO(source, ": ", error(source));
        CHECK(contains(error(source), words));
    }
}

TEST_CASE("a template's work, text and depth have limits") {
    const std::string forever = "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}";
    CHECK(contains(error(forever), "found a template that goes on and on"));
    CHECK(contains(error("{{ 'abc' * 100000000 }}"), "found a template that makes more and more text"));
    CHECK(contains(
        error("{% set ns = namespace(x='ab') %}{% for a in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}"),
        "found a template that makes more and more text"));
    CHECK(
        contains(error("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}"), "found parts within parts without end"));
    CHECK(contains(error("{% set ns = namespace(x=[]) %}{% for a in range(1000) %}{% set ns.x = [ns.x] %}{% endfor %}"),
                   "found values within values without end"));
    CHECK(contains(error("{% set ns = namespace() %}{% set ns.x = ns %}"), "found a namespace within a value"));
    CHECK(contains(error("{{ " + std::string(9000, '(') + "1" + std::string(9000, ')') + " }}"),
                   "found parts within parts without end"));
    std::string row = "{{ 1";
    for (int n = 0; n < 100000; ++n) row += "+1";
    CHECK(contains(error(row + " }}"), "found operators in a row without end"));
    CHECK(contains(error("{{ n }}", {.steps = 1}), "found a template that goes on and on"));
    CHECK(render("{% for a in range(1000) %}x{% endfor %}").size() == 1000);
}
