// What the reading of images passed over.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/shape/concat_text.hpp"

namespace genotype::inline v0_1 {

/// Things of one kind that were left out.
struct LeftOut {
    std::string kind;  ///< an ending in small letters, ".jpg", or words
    long count = 0;
    std::filesystem::path first;
};

/// What was passed over on the way to images, for whoever brought them. Files that systems make for themselves
/// (hidden ones, `__MACOSX`, `Thumbs.db` and the like) are not reported.
struct ImagesReport {
    std::vector<LeftOut> left_out = {};
    /// Sentences on what was taken in place of something else.
    std::vector<std::string> notes = {};

    /// Counts more of a kind.
    void leave_out(const LeftOut& more) {
        for (LeftOut& known : left_out)
            if (known.kind == more.kind) {
                known.count += more.count;
                return;
            }
        left_out.push_back(more);
    }
    void leave_out(std::string_view kind, const std::filesystem::path& path) {
        leave_out(LeftOut{std::string(kind), 1, path});
    }

    /// "left out: 12 .jpg (first animals/cat/7.jpg), 1 .txt (first ...)", then a line for each note; empty where there
    /// is nothing to tell.
    std::string text() const {
        std::string lines;
        for (const LeftOut& one : left_out)
            lines += detail::concat(lines.empty() ? "left out: " : ", ", one.count, " ", one.kind, " (first ",
                                    one.first.string(), ")");
        for (const std::string& note : notes) lines += (lines.empty() ? "" : "\n") + note;
        return lines;
    }
};

}  // namespace genotype::inline v0_1
