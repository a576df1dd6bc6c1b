// A folder for one test case's files, and what tests need to fill it.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "genotype/shape/error.hpp"

/// Made on construction, removed with all that is in it on destruction.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "genotype-test-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder: " + name);
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

    /// Writes a file and returns its path.
    std::filesystem::path file(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << content;
        return path_ / name;
    }

    int entries() const { return static_cast<int>(std::distance(std::filesystem::directory_iterator(path_), {})); }

  private:
    std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The text of the `genotype::Error` that a call throws; "no error" if it throws none.
template <class Call>
std::string error_of(Call call) {
    try {
        call();
    } catch (const genotype::Error& error) {
        return error.what();
    }
    return "no error";
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// The folder named by GENOTYPE_TEST_DATA joined with `name`, or an empty path where it is not there.
inline std::filesystem::path test_data(const std::string& name) {
    const char* folder = std::getenv("GENOTYPE_TEST_DATA");
    if (folder == nullptr || !std::filesystem::exists(std::filesystem::path(folder) / name)) return {};
    return std::filesystem::path(folder) / name;
}
