// What every reader says of a file that is something else altogether: a pointer, a page, an archive.
#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "genotype/files/file_kind.hpp"
#include "genotype/images/cifar10.hpp"
#include "genotype/images/idx.hpp"
#include "genotype/images/png_reader.hpp"
#include "genotype/io/npy.hpp"
#include "genotype/io/npz.hpp"
#include "genotype/text/corpus.hpp"
#include "genotype/text/files/config_file.hpp"
#include "genotype/text/files/shard_index.hpp"
#include "genotype/text/generation/generation_defaults.hpp"
#include "genotype/text/tokenizer/tokenizer_file.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

const std::string lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab\nsize 269060552\n";
const std::string page = "<!DOCTYPE html>\n<html class=\"\">\n<head></head></html>";
const std::string torch = "PK\3\4" + std::string(26, '\0') + "archive/data.pkl" + std::string(99, 'x');
const std::string pickle = "\x80\2\x8a\nl\xfc\x9c\x46\xf9" + std::string(99, 'x');
const std::string gzip = "\x1f\x8b\x08" + std::string(20, '\0');

/// How a reader reads a path.
struct Reader {
    const char* name;
    std::string expected;
    std::function<void(const std::filesystem::path&)> read;
};

/// Readers of binary files.
const std::vector<Reader> binary{
    {"idx", "an IDX file", [](const auto& path) { read_idx(path); }},
    {"cifar10", "a file of CIFAR's binary version",
     [](const auto& path) {
         std::filesystem::create_directory(path.parent_path() / "c");
         std::filesystem::copy_file(path, path.parent_path() / "c" / "test_batch.bin");
         read_cifar10(path.parent_path() / "c", Split::test);
     }},
    {"png", "a PNG image", [](const auto& path) { detail::decode_png(detail::read_whole_file(path), path.string()); }},
    {"npy", "a .npy file", [](const auto& path) { load_npy(path); }},
    {"npz", "a zip archive", [](const auto& path) { Npz{path}; }},
    {"gguf", "a GGUF file", [](const auto& path) { Gguf{path}; }},
    {"safetensors", "a safetensors file", [](const auto& path) { SafeTensors{path}; }},
    {"model", "a folder in Hugging Face's form", [](const auto& path) { read_text_config(path); }},
};

/// Readers of JSON and other texts, each of a file in a folder.
const std::vector<Reader> texts{
    {"tokenizer.json", "JSON", [](const auto& path) { load_tokenizer(path.parent_path()); }},
    {"tokenizer.json", "JSON", [](const auto& path) { load_tokenizer(path); }},
    {"config.json", "JSON", [](const auto& path) { read_text_config(path.parent_path()); }},
    {"generation_config.json", "JSON", [](const auto& path) { read_generation_defaults(path.parent_path()); }},
    {"model.safetensors.index.json", "JSON", [](const auto& path) { detail::find_shards(path.parent_path()); }},
    {"vocab.json", "JSON",
     [](const auto& path) {
         std::ofstream(path.parent_path() / "merges.txt") << "a b\n";
         load_tokenizer(path.parent_path());
     }},
    {"merges.txt", "merges.txt",
     [](const auto& path) {
         std::ofstream(path.parent_path() / "vocab.json") << "{\"a\":0}";
         load_tokenizer(path.parent_path());
     }},
};

void check(const Reader& reader, const std::string& content, const std::string& found, const std::string& advice = "") {
    const TemporaryFolder folder;
    const std::string error = error_of([&] { reader.read(folder.file(reader.name, content)); });
    CAPTURE(reader.name);
    CHECK_MESSAGE(contains(error, ": found " + found), error);
    CHECK_MESSAGE(contains(error, ", expected " + reader.expected), error);
    CHECK_MESSAGE(contains(error, advice), error);
    CHECK(error.size() < 600);
}

}  // namespace

TEST_CASE("issue 17.22: a pointer, a page or a pickle in a binary file's place") {
    for (const Reader& reader : binary) {
        check(reader, lfs, "a Git LFS pointer", "\"git lfs pull\" in its folder fetches the file");
        check(reader, page, "a web page (HTML)", "download the file itself, not the page");
        check(reader, "  \r\n<html>", "a web page (HTML)");
        check(reader, pickle, "a pickle (.pt or .bin of older PyTorch, .pkl)", "torch.load");
        check(reader, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied", "an XML document");
        check(reader, "%PDF-1.5 ........", "a PDF document");
        check(reader, "\xff\xd8\xff\xe0........", "a JPEG image");
        check(reader, "Rar!\x1a\7........", "a rar archive");
        const std::string name = reader.name;
        if (name == "npz") continue;  // whose reader says itself that it is no archive
        check(reader, torch, "PyTorch's pickle in a zip archive (.pt, .bin)");
        if (name == "cifar10") continue;
        check(reader, "Entry not found", "a text that begins with \"Entry not found\"");
        check(reader, "{\"error\":\"Invalid credentials\"}", "a text that begins with", "download it again");
    }
}

TEST_CASE("issue 17.22: the same in the place of JSON and other texts") {
    for (const Reader& reader : texts) {
        check(reader, lfs, "a Git LFS pointer", "git lfs pull");
        check(reader, page, "a web page (HTML)");
        check(reader, torch, "PyTorch's pickle in a zip archive");
        check(reader, pickle, "a pickle");
        check(reader, gzip, "a gzip file", "gunzip");
        if (reader.expected != "JSON") continue;
        check(reader, "Entry not found", "a text that begins with \"Entry not found\"");
    }
    for (const Reader& reader : texts)
        for (const char* answer :
             {R"({"error":"Repository not found"})", R"({"message":"Not Found","status":"404"})"}) {
            if (reader.expected != "JSON") continue;
            const TemporaryFolder folder;
            const std::string error = error_of([&] { reader.read(folder.file(reader.name, answer)); });
            CHECK_MESSAGE(contains(error, "found a server's answer, \""), error);
            CHECK(contains(error, "expected the file itself: download it again"));
        }
}

TEST_CASE("issue 17.22: a mark before the first byte, an answer over several lines, and zeros") {
    const std::string mark = "\xef\xbb\xbf", zeros(600, '\0');
    for (const Reader& reader : binary) {
        check(reader, mark + lfs, "a Git LFS pointer", "git lfs pull");
        const std::string name = reader.name;
        if (name == "npz" || name == "cifar10") continue;
        check(reader, "{\n  \"error\": \"Not Found\"\n}\n", "a text that begins with \"{\"error\": \"Not Found\"\"");
        check(reader, "\n\nEntry not found\n", "a text that begins with \"Entry not found\"");
        check(reader, zeros, "zeros where it begins", "broken off");
    }
    for (const Reader& reader : texts) {
        check(reader, mark + lfs, "a Git LFS pointer", "git lfs pull");
        if (reader.expected == "JSON") check(reader, zeros, "zeros where it begins", "broken off");
    }
}

TEST_CASE("issue 17.22: what a tokenizer's path is instead") {
    const TemporaryFolder folder;
    const auto error = [&](const char* name, const std::string& content) {
        return error_of([&] { load_tokenizer(folder.file(name, content)); });
    };
    CHECK(contains(error("m.gguf", lfs),
                   "m.gguf: file: found a Git LFS pointer, expected a GGUF file: \"git lfs pull\""));
    CHECK(contains(error("M.GGUF", page), "M.GGUF: file: found a web page (HTML), expected a GGUF file"));
    CHECK(contains(error("config.json", R"({"model_type":"llama"})"),
                   "config.json: JSON: found no field \"model\", expected a tokenizer.json (of another file of a model "
                   "the folder that it is in)"));
    CHECK(contains(error_of([&] { load_tokenizer(folder.path() / "owner" / "model"); }),
                   "owner/model: file: found nothing of this name, expected a folder in Hugging Face's form, a "
                   "tokenizer.json or a GGUF file; nothing is fetched"));
    const TemporaryFolder two;
    two.file("vocab.json", R"({"a":0})");
    two.file("merges.txt", "Entry not found");
    CHECK(contains(error_of([&] { load_tokenizer(two.path()); }),
                   "merges.txt: merge 0: found \"Entry not found\", expected two tokens with one space between them"));
}

TEST_CASE("issue 17.2: a link to what is not there is not passed over") {
    for (const char* name : {"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer.json",
                             "model.safetensors"}) {
        const TemporaryFolder folder;
        folder.file("vocab.json", R"({"a":0,"<|endoftext|>":1})");
        folder.file("merges.txt", "#version: 0.2\n");
        folder.file("model.safetensors.index.json", R"({"weight_map":{"a":"b"}})");
        std::filesystem::create_symlink("../blobs/none", folder.path() / name);
        const std::string error = error_of([&] {
            detail::find_shards(folder.path()).files == std::vector<std::string>{"model.safetensors"}
                ? static_cast<void>(SafeTensors(folder.path() / name))
                : static_cast<void>(load_tokenizer(folder.path()));
        });
        CHECK_MESSAGE(contains(error, std::string(name) + ": file: found No such file or directory"), error);
    }
}

TEST_CASE("issue 17.22: a text to learn from may be a page, and is no pointer") {
    const TemporaryFolder folder;
    CHECK(read_corpus(folder.file("page.html", page).string()) == page);
    CHECK(read_corpus(folder.file("a.txt", "a text").string()) == "a text");
    CHECK(contains(error_of([&] { read_corpus(folder.file("lfs.txt", lfs).string()); }),
                   "lfs.txt: file: found a Git LFS pointer, expected a text: \"git lfs pull\""));
    CHECK(contains(error_of([&] { read_corpus(folder.file("t.bin", torch).string()); }), "found PyTorch's pickle"));
}

TEST_CASE("what begins as other formats do by chance is read") {
    CHECK(detail::file_kind("").is.empty());
    CHECK(detail::file_kind("P").is.empty());
    CHECK(detail::file_kind(std::string(600, '\0')).is.empty());
    CHECK(detail::file_kind(std::string("\x80\2\0\0\0\0\0\0{", 9)).is == "a safetensors file");
    CHECK(detail::file_kind(std::string("\0\0\x08\3\0\0\xea\x60", 8)).is == "an IDX file");
    CHECK(detail::first_words("version 1 of it\nmore") == "version 1 of it");
    CHECK(detail::first_words("GGUFGGUF").empty());
    CHECK(detail::first_words(std::string(200, 'a') + " b").empty());
}
