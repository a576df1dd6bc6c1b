// A user's program that needs the libraries behind genotype::io.
#include <genotype/genotype.hpp>
#include <nlohmann/json.hpp>
#include <png.h>
#include <zlib.h>

int main() {
    const bool there = png_access_version_number() > 0 && zlibVersion() != nullptr && nlohmann::json(1).is_number();
    return there ? 0 : 1;
}
