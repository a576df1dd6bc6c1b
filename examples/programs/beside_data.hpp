// Where programs keep what they have made of a data set, to be made once.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace example {

/// Beside the data: data/NAME and `ending`, or that in $GENOTYPE_DATA, or beside a folder of images.
inline std::filesystem::path place_beside_data(const std::string& data_set, const std::string& ending) {
    std::error_code ignored;
    std::filesystem::path data = std::filesystem::path(data_set).lexically_normal();
    if (!data.has_filename()) data = data.parent_path();
    const char* const root = std::getenv("GENOTYPE_DATA");
    const std::filesystem::path folder = std::filesystem::is_directory(data, ignored) ? data.parent_path()
                                         : root && *root                              ? root
                                                                                      : "data";
    return folder / (data.filename().string() + ending);
}

}  // namespace example
