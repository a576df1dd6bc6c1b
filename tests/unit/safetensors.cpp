// The reader of safetensors files: what is right is found, what is wrong or hostile is one clear error.
#include "genotype/io/safetensors.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/safetensors_file.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

std::string error_of_file(const std::string& content) {
    TemporaryFolder folder;
    return error_of([&] { SafeTensors(folder.file("bad.safetensors", content)); });
}

const std::string eight(8, '\1');

}  // namespace

TEST_CASE("tensors, data and metadata of another writer's file") {
    TemporaryFolder folder;
    const std::string header =
        " {\"b\":{\"data_offsets\":[8,12],\"shape\":[],\"dtype\":\"F32\"},\"__metadata__\":{\"k\":"
        "\"\\u00fc\\n\",\"format\":\"pt\"},\"none\":{\"dtype\":\"U8\",\"shape\":[0,7],"
        "\"data_offsets\":[8,8]},\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}\n  ";
    const std::string data = bytes_of<std::int64_t>({-5}) + bytes_of<float>({2.5f});
    const SafeTensors file(folder.file("good.safetensors", safetensors_file(header.substr(1), data)));
    REQUIRE(file.tensors().size() == 3);
    CHECK(file.tensors()[0].name == "a");
    CHECK(file.tensors()[0].text() == "I64 [1]");
    CHECK(file.tensors()[1].text() == "U8 [0, 7]");
    CHECK(file.tensors()[2].text() == "F32 []");
    CHECK(file.metadata() == FileMetadata{{"k", "\xc3\xbc\n"}, {"format", "pt"}});
    CHECK(file.names_twice().empty());
    CHECK(file.bytes(file.at("none")).empty());
    const auto bytes = file.bytes(file.at("b"));
    float number = 0;
    REQUIRE(bytes.size() == sizeof number);
    std::memcpy(&number, bytes.data(), sizeof number);
    CHECK(number == 2.5f);
    CHECK(file.find("c") == nullptr);
    CHECK(file.find("") == nullptr);
    CHECK(contains(error_of([&] { file.at("c"); }), "good.safetensors: \"c\": found no tensor of this name"));
    CHECK(error_of_file(safetensors_file("{}")) == "no error");
    CHECK(error_of_file(safetensors_file("{\"__metadata__\":{}}     ")) == "no error");
}

TEST_CASE("a name that is there twice is an error for who asks for it") {
    TemporaryFolder folder;
    std::string header = "{";
    for (std::uint64_t index = 0; index < 6; ++index)
        header += (index > 0 ? "," : "") + tensor_entry(std::string(1, "abcbab"[index]), "U8", "1", index, index + 1);
    const SafeTensors file(folder.file("twice.safetensors", safetensors_file(header + "}", "123456")));
    CHECK(std::vector<std::string>(file.names_twice().begin(), file.names_twice().end()) ==
          std::vector<std::string>{"a", "b"});
    CHECK(file.at("c").begin == 2);
    CHECK(contains(error_of([&] { file.find("b"); }), "\"b\": found two tensors of this name, expected one"));
}

TEST_CASE("hostile headers") {
    struct Case {
        std::string header, data, words;
    };
    const auto entry = tensor_entry;
    const auto one = [&](const std::string& fields) { return "{\"a\":{" + fields + "}}"; };
    const std::string huge = std::to_string(std::uint64_t{1} << 40), most = "18446744073709551615";
    const std::vector<Case> cases{
        // No JSON, or not a header's.
        {"", "", "header: found a text that does not begin with {"},
        {" {}", "", "does not begin with {"},
        {"\xef\xbb\xbf{}", "", "does not begin with {"},
        {"[]", "", "does not begin with {"},
        {"{", "", "header at byte "},
        {"{}{}", "", "header at byte 3"},
        {"{}x", "", "expected JSON in UTF-8"},
        {"{\"a\xff\":1}", "", "ill-formed UTF-8"},
        {"{\"a\xc0\xaf\":1}", "", "ill-formed UTF-8"},
        {"{\"\\ud800\":1}", "", "expected JSON in UTF-8"},
        {std::string("{\"a\0\":1}", 8), "", "expected JSON in UTF-8"},
        {"{\"a\":" + std::string(100'000, '['), "", "header, \"a\": found a list"},
        {"{\"a\":" + std::string(100'000, '{'), "", "header at byte "},
        {one("\"dtype\":" + std::string(100'000, '[')), "", "found a list, expected a text for dtype"},
        {one("\"shape\":[[1]]"), "", "found a list"},
        {one("\"shape\":[{}]"), "", "found an object"},
        {one("\"x\":{}"), "", "found too few fields, expected dtype, shape and data_offsets"},
        {one("\"x\":[1,{\"y\":}]"), "", "header at byte "},
        {one("\"x\":[1}"), "", "header at byte "},
        {one("\"x\":1e999"), "", "header at byte "},
        {one("\"x\":" + std::string(126, '[') + std::string(126, ']')), "", "deeper than 127, expected 127 at most"},
        {one("\"x\":" + std::string(100'000, '[')), "", "deeper than 127"},
        {std::string("{}\0", 3), "", "header at byte 2: found a zero byte, expected JSON in UTF-8"},
        {"{\"a\":1}", "", "found 1, expected an object"},
        {"{\"a\":null}", "", "found null, expected an object"},
        {"{\"a\":\"b\"}", "", "found the text \"b\""},
        {"{\"__metadata__\":[]}", "", "header, \"__metadata__\": found a list, expected an object, or null"},
        {"{\"__metadata__\":null,\"__metadata__\":{}}", "", "found two of them"},
        {"{\"__metadata__\":{\"k\":null}}", "", "found null, expected a text for the key \"k\""},
        {"{\"__metadata__\":{\"k\":1}}", "", "found 1, expected a text for the key \"k\""},
        {"{\"__metadata__\":{\"k\":{}}}", "", "found an object, expected a text for the key \"k\""},
        {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"}}", "", "found the key \"k\" twice"},
        {"{\"__metadata__\":{},\"__metadata__\":{}}", "", "found two of them"},
        // Fields.
        {one(""), "", "found too few fields, expected dtype, shape and data_offsets"},
        {one("\"dtype\":\"U8\",\"shape\":[]"), "", "too few fields"},
        {one("\"dtype\":\"U8\",\"data_offsets\":[0,8]"), eight, "too few fields"},
        {one("\"shape\":[8],\"data_offsets\":[0,8]"), eight, "too few fields"},
        {one("\"dtype\":\"U8\",\"dtype\":\"U8\""), "", "found the field \"dtype\" twice"},
        {one("\"shape\":[],\"shape\":[]"), "", "found the field \"shape\" twice"},
        {one("\"data_offsets\":[0,1],\"data_offsets\":[0,1]"), "", "found the field \"data_offsets\" twice"},
        {one("\"dtype\":\"float\""), "", "found the dtype \"float\""},
        {one("\"dtype\":8"), "", "found 8, expected a text for dtype"},
        {one("\"shape\":8"), "", "found 8, expected a list for shape"},
        {one("\"shape\":[true]"), "", "found a truth value, expected a whole number"},
        {one("\"shape\":[-1]"), "", "found -1, expected a whole number"},
        {one("\"shape\":[1.0]"), "", "found the number \"1.0\""},
        {one("\"shape\":[1e2]"), "", "found the number \"1e2\""},
        {one("\"shape\":[18446744073709551616]"), "", "found the number \"18446744073709551616\""},
        {one("\"shape\":[" + std::string(128, '1') + "]"), "", "found the number"},
        {one("\"data_offsets\":[0]"), "", "found 1 data_offsets, expected 2"},
        {one("\"data_offsets\":[0,1,2]"), "", "found 3 data_offsets, expected 2"},
        {one("\"data_offsets\":[]"), "", "found 0 data_offsets"},
        // Sizes and places.
        {"{" + entry("a", "F32", huge + "," + huge, 0, 8) + "}", eight, "\"a\": found a shape of more than 2^64 bits"},
        {"{" + entry("a", "F64", "2305843009213693952", 0, 0) + "}", "", "a shape of more than 2^64 bits"},
        {"{" + entry("a", "U8", huge + "," + huge + ",0", 0, 0) + "}", "", "a shape of more than 2^64 bits"},
        {"{" + entry("a", "U8", "9", 0, 8) + "}", eight, "data_offsets [0, 8], expected 9 bytes for U8 [9]"},
        {"{" + entry("a", "F32", "2", 8, 0) + "}", eight, "data_offsets [8, 0]"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[" + most + ",0]}}", eight, "data_offsets [" + most},
        {"{" + entry("a", "U8", "8", 1, 9) + "}", eight, "data that begins at byte 1, expected 0"},
        {"{" + entry("a", "U8", "9", 0, 9) + "}", eight, "data: found 8 bytes, expected 9"},
        {"{" + entry("a", "U8", "7", 0, 7) + "}", eight, "data: found 8 bytes, expected 7"},
        {"{}", eight, "data: found 8 bytes, expected 0"},
        {"{" + entry("a", "U8", "5", 0, 5) + "," + entry("b", "U8", "4", 4, 8) + "}", eight,
         "\"b\": found data that begins at byte 4, expected 5"},
        {"{" + entry("a", "U8", "3", 0, 3) + "," + entry("b", "U8", "4", 4, 8) + "}", eight,
         "\"b\": found data that begins at byte 4, expected 3"},
        {"{" + entry("a", "U8", "8", 0, 8) + "," + entry("b", "U8", "8", 0, 8) + "}", eight,
         "\"b\": found data that begins at byte 0, expected 8"},
        {"{" + entry("a", "U8", "8", 0, 8) + "," + entry("b", "U8", "0", 3, 3) + "}", eight, "begins at byte 3"},
        {"{" + entry("a", "U8", "8", 0, 8) + "," + entry("a", "U8", "8", 0, 8) + "}", eight,
         "\"a\": found two tensors of this name with the same data, expected one"},
    };
    for (const Case& bad : cases) {
        CAPTURE(bad.header.substr(0, 200));
        const std::string error = error_of_file(safetensors_file(bad.header, bad.data));
        CHECK_MESSAGE(contains(error, bad.words), error);
        CHECK(contains(error, "bad.safetensors: "));
        CHECK(contains(error, ", expected "));
        CHECK(error.size() < 1000);
    }
    std::string axes = "1";
    for (int axis = 1; axis < 64; ++axis) axes += ",1";
    CHECK(error_of_file(safetensors_file("{" + entry("a", "U8", axes, 0, 1) + "}", "1")) == "no error");
    CHECK(contains(error_of_file(safetensors_file("{" + entry("a", "U8", axes + ",1", 0, 1) + "}", "1")),
                   "found more than 64 axes"));
}

TEST_CASE("a header's length that is not the file's") {
    CHECK(contains(error_of_file("1234567"), "file: found 7 bytes, expected at least 8"));
    std::string file = safetensors_file("{}");
    file[0] = 3;
    CHECK(contains(error_of_file(file), "header's length: found 3 bytes, expected at most the file's 2 bytes"));
    file[7] = '\x80';
    CHECK(contains(error_of_file(file), "header's length: found 9223372036854775811 bytes, expected at most 1000000"));
    file.replace(0, 8, 8, '\xff');
    CHECK(contains(error_of_file(file), "header's length: found 18446744073709551615 bytes"));
}

TEST_CASE("a file cut anywhere, and one with any byte wrong") {
    const std::string good =
        safetensors_file("{\"__metadata__\":{\"k\":\"v\"}," + tensor_entry("a", "F32", "1,2", 0, 8) + "," +
                             tensor_entry("b", "F16", "", 8, 10) + "}",
                         "0123456789");
    CHECK(error_of_file(good) == "no error");
    for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        CHECK(contains(error_of_file(good.substr(0, size)), "bad.safetensors: "));
    }
    for (std::size_t byte = 0; byte < good.size() - 10; ++byte)
        for (const int change : {0x01, 0x15, 0x80}) {  // no crash, whichever byte is wrong
            std::string damaged = good;
            damaged[byte] = static_cast<char>(damaged[byte] ^ change);
            CHECK(error_of_file(damaged) != "");
        }
}

TEST_CASE("bytes in memory are read as a file's are, where they lie") {
    const std::string content = safetensors_file(
        "{" + tensor_entry("a", "U8", "2", 0, 2) + "," + tensor_entry("b", "U8", "3", 2, 5) + "}", "12345");
    const auto bytes = std::as_bytes(std::span(content));
    const SafeTensors memory(bytes, "m");
    std::vector<std::byte> room;
    CHECK(memory.fetch(1, 3, room).data() == bytes.data() + bytes.size() - 4);
    CHECK(room.empty());
    TemporaryFolder folder;
    const SafeTensors file(folder.file("f", content));
    CHECK(file.fetch(0, 5, room)[4] == std::byte{'5'});
    const auto part = file.fetch(1, 3, room);
    CHECK(std::equal(part.begin(), part.end(), bytes.end() - 4));
    CHECK(part.size() == 3);
    CHECK(error_of([&] { SafeTensors(bytes.first(7), "m"); }) == "m: file: found 7 bytes, expected at least 8 bytes");
}

TEST_CASE("issue 17.15: dtypes that are not computed with, null for the metadata, and further keys") {
    struct Known {
        const char* name;
        std::uint64_t values, bytes;
    };
    for (const auto& [name, values, bytes] : {Known{"F4", 2, 1},
                                              {"F4", 0, 0},
                                              {"F6_E2M3", 4, 3},
                                              {"F6_E3M2", 8, 6},
                                              {"F8_E8M0", 3, 3},
                                              {"F8_E4M3FNUZ", 3, 3},
                                              {"F8_E5M2FNUZ", 3, 3},
                                              {"F8_E4M3", 3, 3},
                                              {"F8_E5M2", 3, 3},
                                              {"C64", 2, 16}}) {
        CAPTURE(name);
        const TemporaryFolder folder;
        const SafeTensors file(
            folder.file("a", safetensors_file("{" + tensor_entry("a", name, std::to_string(values), 0, bytes) + "}",
                                              std::string(bytes, 'd'))));
        CHECK(file.at("a").text() == std::string(name) + " [" + std::to_string(values) + "]");
        CHECK(file.bytes(file.at("a")).size() == bytes);
    }
    CHECK(contains(error_of_file(safetensors_file("{" + tensor_entry("a", "F4", "3", 0, 1) + "}", "1")),
                   "header, \"a\": found 12 bits for F4 [3], expected whole bytes"));
    CHECK(contains(error_of_file(safetensors_file("{" + tensor_entry("a", "F4", "3", 0, 2) + "}", "12")),
                   "found 12 bits for F4 [3], expected whole bytes"));
    CHECK(contains(error_of_file(safetensors_file("{" + tensor_entry("a", "F6_E2M3", "4", 0, 4) + "}", "1234")),
                   "data_offsets [0, 4], expected 3 bytes for F6_E2M3 [4]"));
    CHECK(contains(error_of_file(safetensors_file("{" + tensor_entry("a", "F8", "1", 0, 1) + "}", "1")),
                   "found the dtype \"F8\", expected a dtype of safetensors"));

    const std::string more =
        R"("x":1,"y":{"shape":[1,[],{"z":[{}]}],"w":null},"dtype":"U8","v":[true,-1.5e3,"\u0041"],)"
        R"("shape":[1],"data_offsets":[0,1],"u":)" +
        std::string(125, '[') + std::string(125, ']');
    for (const std::string metadata : {"", R"("__metadata__":null,)", R"("__metadata__":{},)"}) {
        const TemporaryFolder folder;
        const SafeTensors file(folder.file("a", safetensors_file("{" + metadata + "\"a\":{" + more + "}}", "1")));
        CHECK(file.metadata().empty());
        CHECK(file.at("a").text() == "U8 [1]");
    }
    // The sizes of no values: no overflow behind the 0.
    CHECK(error_of_file(safetensors_file("{" + tensor_entry("a", "F64", "2305843009213693952,0", 0, 0) + "}")) ==
          "no error");
}

TEST_CASE("issue 17.22: what is no safetensors file is told by its first bytes") {
    struct Other {
        std::string content, words;
    };
    const std::string rest(300, '\1');
    for (const Other& other :
         {Other{"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 269060552\n",
                "file: found a Git LFS pointer, expected a safetensors file: \"git lfs pull\" in its folder fetches"},
          {"<!DOCTYPE html>\n<html>", "file: found a web page (HTML), expected a safetensors file: download the file"},
          {"\n  <HTML lang=en>", "found a web page (HTML)"},
          {"<?xml version=\"1.0\"?><Error>", "found an XML document"},
          {"PK\3\4" + std::string(26, '\0') + "archive/data.pkl" + rest,
           "found PyTorch's pickle in a zip archive (.pt, .bin), expected a safetensors file: PyTorch makes"},
          {"PK\3\4" + std::string(26, '\0') + "a.npy" + rest, "found numpy's arrays in a zip archive (.npz)"},
          {"PK\3\4" + rest, "found a zip archive, expected a safetensors file: unpack it first"},
          {"\x80\2\x8a\nl\xfc\x9c" + rest, "found a pickle (.pt or .bin of older PyTorch, .pkl)"},
          {"\x80\4\x95" + rest, "found a pickle"},
          {"\x1f\x8b\x08" + rest, "found a gzip file"},
          {rest.substr(0, 257) + "ustar  ", "found a tar archive"},
          {"%PDF-1.7" + rest, "found a PDF document"},
          {"GGUF\3" + rest, "found a GGUF file"},
          {"\x89HDF\r\n\x1a\n" + rest, "found an HDF5 file"},
          {"\xff\xfe{" + rest, "found a text in UTF-16"},
          {"Entry not found",
           "header: found a text that begins with \"Entry not found\", expected a safetensors file: a"},
          {"{\"error\":\"Repository not found\"}",
           "a text that begins with \"{\"error\":\"Repository not found\"}\""}}) {
        CAPTURE(other.words);
        const std::string error = error_of_file(other.content);
        CHECK_MESSAGE(contains(error, other.words), error);
    }
    // A header of 640 bytes begins as a pickle does.
    const std::string header = "{" + tensor_entry("a", "U8", "1", 0, 1) + "}";
    CHECK(error_of_file(safetensors_file(header + std::string(640 - header.size(), ' '), "1")) == "no error");
    CHECK(
        contains(error_of_file(safetensors_file(header + std::string(640 - header.size(), ' '), "")), "data: found 0"));
}

TEST_CASE("paths that are no files") {
    TemporaryFolder folder;
    CHECK(contains(error_of([&] { MappedFile(folder / "absent"); }), "absent: file: found No such file"));
    CHECK(contains(error_of([&] { MappedFile(folder.path()); }), "file: found a folder, expected a plain file"));
    CHECK(
        contains(error_of([&] { MappedFile(folder.file("empty", "")); }), "file: found 0 bytes, expected at least 1"));
    CHECK(contains(error_of([] { MappedFile("/dev/null"); }), "/dev/null: file: found no plain file"));
    MappedFile first(folder.file("one", "1")), second(folder.file("two", "22"));
    first = std::move(second);
    const MappedFile moved(std::move(first));
    REQUIRE(moved.bytes().size() == 2);
    CHECK(moved.bytes()[1] == std::byte{'2'});
}
