// A table of numbers that grows line by line, such as training.csv.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// Writes a header line, then one line a `row`, each at once on disk for whoever watches. An existing file is replaced.
/// Numbers are the shortest text that reads back as the same double.
class CsvFile {
  public:
    CsvFile(const std::filesystem::path& path, const std::vector<std::string>& columns)
        : name_(path.string()), columns_(columns.size()), file_(std::fopen(name_.c_str(), "wb")) {
        if (!file_) fail(name_, "file", "one that cannot be opened", "a writable file");
        if (columns.empty()) fail(name_, "columns", "0", "at least 1");
        for (const std::string& column : columns) {
            if (column.find_first_of(",\"\r\n") != std::string::npos)
                fail(name_, "column", column, "a name without commas, quotes and line ends");
            line_ += (line_.empty() ? "" : ",") + column;
        }
        write_line();
    }

    void row(std::initializer_list<double> values) { row(std::span(values.begin(), values.size())); }
    void row(std::span<const double> values) {
        if (values.size() != columns_)
            fail(name_, "row", detail::concat(values.size(), " values"), detail::concat(columns_, " values"));
        line_.clear();
        for (const double value : values) {
            std::array<char, 32> text;
            if (!line_.empty()) line_ += ',';
            line_.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
        }
        write_line();
    }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    void write_line() {
        line_ += '\n';
        const std::size_t written = std::fwrite(line_.data(), 1, line_.size(), file_.get());
        if (written != line_.size() || std::fflush(file_.get()) != 0)
            fail(name_, "line", "a write error (is the disk full?)", "a complete write");
    }

    std::string name_;
    std::size_t columns_;
    std::unique_ptr<std::FILE, Close> file_;
    std::string line_;
};

}  // namespace genotype::inline v0_1
