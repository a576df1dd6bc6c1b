// What genotype throws when something from outside is wrong.
#pragma once

#include <stdexcept>
#include <string>

namespace genotype {

/// Bad input at run time. The text names the file (or argument), the field, what was found and what was expected.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Throws `Error` with "where: field: found ..., expected ...".
[[noreturn]] inline void fail(const std::string& where, const std::string& field, const std::string& found,
                              const std::string& expected) {
    throw Error(where + ": " + field + ": found " + found + ", expected " + expected);
}

}  // namespace genotype
