// What a template is parsed to.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "genotype/text/jinja/value.hpp"

namespace genotype::inline v0_1::jinja {

enum class NodeKind {
    // Expressions, with what `children` has; `absent` where there is none.
    absent,
    constant,   // `constant`
    name,       // `text`
    list,       // its items
    tuple,      // its items
    dict,       // key, value, key, value ...
    attribute,  // object; `text`
    item,       // object, index
    slice,      // object, first, last, step
    call,       // what, arguments ...
    keyword,    // the argument `text`: its value
    filter,     // `text`: operand, arguments ...
    test,       // `text`: operand, arguments ...
    negate,     // operand
    plus,       // operand
    invert,     // operand
    binary,     // `text`: left, right
    compare,    // operands, between which `words` stand
    both,       // left, right
    either,     // left, right
    condition,  // whether, then, else
    captured,   // what a block prints, as a text

    // Statements.
    data,           // `text`
    print,          // expression
    block,          // statements
    branches,       // whether, block, whether, block ..., and a block or `absent`
    loop,           // `words` in: sequence, filter, block, block if there was nothing
    set,            // `words`: expression
    set_attribute,  // of the namespace `text`, `words[0]`: expression
    macro,          // `text` of `words`: defaults, or `absent` ..., block
    with,           // `words`: expressions ..., block
    leave,          // the loop: break
    next            // of the loop: continue
};

struct Node {
    NodeKind kind;
    int line = 1;
    std::string text = {};
    std::vector<std::string> words = {};
    std::vector<Node> children = {};
    Value constant = {};
};

}  // namespace genotype::inline v0_1::jinja
