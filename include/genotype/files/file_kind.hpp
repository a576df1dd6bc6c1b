// What a file is by its first bytes, where it is not what its reader wants.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::detail {

/// What a file is, and what to do about it; both empty where nothing is known.
struct FileKind {
    std::string_view is = {}, advice = {};
};

/// A kind by the bytes that its files have at a place.
struct FileMark {
    std::size_t at;
    std::string_view bytes;
    FileKind kind;
};

inline constexpr std::string_view pointer_advice = "\"git lfs pull\" in its folder fetches the file that it stands for",
                                  page_advice =
                                      "download the file itself, not the page that shows it (of a model hub "
                                      "the address with /resolve/, not /blob/)",
                                  unpack_advice = "unpack it first", again_advice = "download it again",
                                  torch_advice =
                                      "PyTorch makes a safetensors file of it: "
                                      "safetensors.torch.save_file(torch.load(path, weights_only=True), "
                                      "\"model.safetensors\")",
                                  no_advice = "this is the path of another file";

inline constexpr std::array file_marks{
    FileMark{0, "version https://git-lfs.github.com/spec/", {"a Git LFS pointer", pointer_advice}},
    FileMark{0, "version https://hawser.github.com/spec/", {"a Git LFS pointer", pointer_advice}},
    FileMark{0, "/annex/objects/", {"a git-annex pointer", "\"git annex get\" fetches the file that it stands for"}},
    FileMark{0, "PK\3\4", {"a zip archive", unpack_advice}},
    FileMark{0, "PK\5\6", {"a zip archive without files", again_advice}},
    FileMark{0, "PK\7\10", {"a zip archive", unpack_advice}},
    FileMark{0, "\x1f\x8b", {"a gzip file", "unpack it first: gunzip"}},
    FileMark{0, "BZh", {"a bzip2 file", "unpack it first: bunzip2"}},
    FileMark{0,
             std::string_view("\xfd"
                              "7zXZ\0",
                              6),
             {"an xz file", "unpack it first: unxz"}},
    FileMark{0, "\x28\xb5\x2f\xfd", {"a zstd file", "unpack it first: unzstd"}},
    FileMark{0, "7z\xbc\xaf\x27\x1c", {"a 7z archive", unpack_advice}},
    FileMark{0, "Rar!", {"a rar archive", unpack_advice}},
    FileMark{257, "ustar", {"a tar archive", "unpack it first: tar -xf"}},
    FileMark{0, "%PDF-", {"a PDF document", no_advice}},
    FileMark{0, "\x89PNG", {"a PNG image", no_advice}},
    FileMark{0, "\xff\xd8\xff", {"a JPEG image", no_advice}},
    FileMark{0, "GIF8", {"a GIF image", no_advice}},
    FileMark{8, "WEBP", {"a WebP image", no_advice}},
    FileMark{0, "\x89HDF", {"an HDF5 file", "of Keras and MATLAB; their libraries read it"}},
    FileMark{0, "\x93NUMPY", {"a .npy file", no_advice}},
    FileMark{0, "PAR1", {"a Parquet file", "of data sets on a model hub; pandas and pyarrow read it"}},
    FileMark{0, "ARROW1", {"an Arrow file", "of data sets on a model hub; pyarrow reads it"}},
    FileMark{0, "GGUF", {"a GGUF file", no_advice}},
    FileMark{0, "tjgg", {"a ggml file from before GGUF", "llama.cpp's scripts convert it"}},
    FileMark{0, "lmgg", {"a ggml file from before GGUF", "llama.cpp's scripts convert it"}},
    FileMark{0, "fmgg", {"a ggml file from before GGUF", "llama.cpp's scripts convert it"}},
    FileMark{4, "TFL3", {"a TensorFlow Lite file", no_advice}},
    FileMark{0, "SQLite format 3", {"an SQLite database", no_advice}},
    FileMark{0, "\xff\xfe", {"a text in UTF-16", "save it in UTF-8"}},
    FileMark{0, "\xfe\xff", {"a text in UTF-16", "save it in UTF-8"}},
};

/// Whether a page of the web begins so, in whatever letters, behind spaces.
[[gnu::cold]] inline bool begins_as_page(std::string_view begin) {
    if (begin.starts_with("\xef\xbb\xbf")) begin.remove_prefix(3);
    begin.remove_prefix(std::min(begin.size(), begin.find_first_not_of(" \t\r\n")));
    for (const std::string_view tag : {"<!doctype html", "<html", "<head", "<body", "<!--"})
        if (begin.size() >= tag.size() && std::equal(tag.begin(), tag.end(), begin.begin(), [](char small, char other) {
                return small == (other >= 'A' && other <= 'Z' ? other - 'A' + 'a' : other);
            }))
            return true;
    return false;
}

/// The kind of a file that begins so. A few hundred bytes are enough.
[[gnu::cold]] inline FileKind file_kind(std::string_view begin) {
    if (begin.starts_with("\xef\xbb\xbf")) begin.remove_prefix(3);
    const auto byte = [&](std::size_t at) { return at < begin.size() ? static_cast<unsigned char>(begin[at]) : 0u; };
    if (begin.starts_with("PK\3\4")) {
        const std::string_view entry = begin.substr(0, 300);
        if (entry.find("/data.pkl") != entry.npos || entry.find("serialization_id") != entry.npos)
            return {"PyTorch's pickle in a zip archive (.pt, .bin)", torch_advice};
        if (entry.find(".npy") != entry.npos) return {"numpy's arrays in a zip archive (.npz)", no_advice};
    }
    for (const FileMark& mark : file_marks)
        if (begin.size() > mark.at && begin.substr(mark.at).starts_with(mark.bytes)) return mark.kind;
    if (byte(0) == 0x80 && byte(1) >= 2 && byte(1) <= 5 && byte(2) != 0)
        return {"a pickle (.pt or .bin of older PyTorch, .pkl)", torch_advice};
    if (begins_as_page(begin)) return {"a web page (HTML)", page_advice};
    if (begin.starts_with("<?xml") || begin.starts_with("<Error")) return {"an XML document", again_advice};
    if (byte(8) == '{' && byte(4) + byte(5) + byte(6) + byte(7) == 0) return {"a safetensors file", no_advice};
    if (begin.size() >= 4 && byte(0) + byte(1) == 0 && byte(2) >= 8 && byte(2) <= 14 && byte(3) >= 1 && byte(3) <= 4)
        return {"an IDX file", no_advice};
    return {};
}

/// The first words of a file that is a sentence or JSON, as a server's answer in the file's place is: `Entry not
/// found`. Empty where its first bytes are neither.
[[gnu::cold]] inline std::string first_words(std::string_view begin) {
    constexpr std::size_t most = 60;
    begin.remove_prefix(std::min(begin.size(), begin.find_first_not_of(" \t\r\n")));
    std::string words(begin.substr(0, begin.find_first_of("\r\n")).substr(0, most));
    if (words == "{") {  // JSON over several lines
        begin.remove_prefix(std::min(begin.size(), begin.find_first_not_of(" \t\r\n", 1)));
        words += begin.substr(0, begin.find_first_of("\r\n")).substr(0, most);
    }
    const bool is_text = std::all_of(words.begin(), words.end(), [](char letter) {
        return static_cast<unsigned char>(letter) >= 0x20 && static_cast<unsigned char>(letter) < 0x7f;
    });
    const bool has_words = words.size() >= 8 && words.find(' ') != words.npos;
    return is_text && (has_words || words.starts_with("{\"")) ? words : "";
}

/// An `Error` where a file that could not be read as `expected` ("a GGUF file") is something else altogether, with what
/// that is and what to do. To be called only when the reader has found that `field` is not what it wants: other
/// formats' first bytes may be a right file's by chance. `is_binary`: nothing that begins as a text is right.
[[gnu::cold]] inline void expect_no_other_kind(std::string_view file, std::string_view field, std::string_view begin,
                                               std::string_view expected, bool is_binary = true) {
    const FileKind kind = file_kind(begin);
    if (!kind.is.empty() && kind.is != expected) fail(file, "file", kind.is, concat(expected, ": ", kind.advice));
    if (!kind.is.empty() || !is_binary) return;
    constexpr std::size_t least_zeros = 64;
    if (begin.size() >= least_zeros && begin.find_first_not_of('\0') == begin.npos)
        fail(file, field, "zeros where it begins",
             concat(expected, ": a download that was broken off leaves them; ", again_advice));
    if (const std::string words = first_words(begin); !words.empty())
        fail(file, field, concat("a text that begins with \"", words, "\""),
             concat(expected, ": a server may have said this in its place; ", again_advice));
}
[[gnu::cold]] inline void expect_no_other_kind(std::string_view file, std::string_view field,
                                               std::span<const std::byte> begin, std::string_view expected) {
    expect_no_other_kind(file, field, {reinterpret_cast<const char*>(begin.data()), begin.size()}, expected);
}

/// The first bytes of a file, as many as tell its kind; none where it cannot be read.
[[gnu::cold]] inline std::string first_bytes(const std::filesystem::path& path) {
    std::string begin(512, '\0');
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    begin.resize(file ? std::fread(begin.data(), 1, begin.size(), file) : 0);
    if (file) std::fclose(file);
    return begin;
}

/// The same of a file by its path, for readers that unpack gzip on the way.
[[gnu::cold]] inline void expect_no_other_kind_at(const std::string& path, std::string_view field,
                                                  std::string_view expected) {
    const std::string begin = first_bytes(path);
    if (!begin.starts_with("\x1f\x8b")) expect_no_other_kind(path, field, std::string_view(begin), expected);
}

/// The same of a text to learn from, which may be a page of the web or XML.
[[gnu::cold]] inline void expect_text_kind(std::string_view file, std::string_view begin) {
    begin = begin.substr(0, 512);
    const std::size_t first = begin.find_first_not_of(" \t\r\n");
    if (first == begin.npos || begin[first] != '<') expect_no_other_kind(file, "text", begin, "a text", false);
}

}  // namespace genotype::inline v0_1::detail
