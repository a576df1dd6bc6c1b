// What genotype throws when something from outside is wrong.
#pragma once

#include <stdexcept>
#include <string_view>

#include "genotype/shape/concat_text.hpp"

namespace genotype::inline v0_1 {

/// Bad input at run time. The text names the file (or argument), the field, what was found and what was expected.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Throws `Error` with "where: field: found ..., expected ...". Each is a text, or a whole number.
[[noreturn, gnu::cold, gnu::noinline]] inline void fail(const detail::TextPiece& where, const detail::TextPiece& field,
                                                        const detail::TextPiece& found,
                                                        const detail::TextPiece& expected) {
    throw Error(
        detail::concat(where.text(), ": ", field.text(), ": found ", found.text(), ", expected ", expected.text()));
}

}  // namespace genotype::inline v0_1
