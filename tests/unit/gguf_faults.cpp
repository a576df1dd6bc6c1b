// The reader of GGUF files: what is damaged or hostile is one clear error.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "genotype/io/gguf.hpp"
#include "support/gguf_file.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

std::string error_of_bytes(const std::string& content) {
    // On the heap and of the right size, so that a read beyond its end is seen.
    const std::vector<char> bytes(content.begin(), content.end());
    return error_of([&] { Gguf(std::as_bytes(std::span(bytes)), "bad.gguf"); });
}

std::string with_entry(std::uint32_t type, const std::string& value) {
    return GgufFile{.entries = {gguf_entry("k", type, value)}}.text();
}
std::string with_tensors(const std::vector<std::string>& tensors, std::size_t data = 0) {
    return GgufFile{.tensors = tensors, .data = std::string(data, 'd')}.text();
}
std::string with_alignment(std::uint32_t type, const std::string& value) {
    return GgufFile{.entries = {gguf_entry("general.alignment", type, value)}}.text();
}
std::string head(std::uint64_t tensors, std::uint64_t entries, const std::string& rest = "") {
    return "GGUF" + gguf_number<std::uint32_t>(3) + gguf_number(tensors) + gguf_number(entries) + rest;
}

constexpr std::uint64_t most = ~std::uint64_t{0};

}  // namespace

TEST_CASE("hostile files") {
    struct Case {
        std::string file, words;
    };
    std::string deep;
    for (int depth = 0; depth < 100'000; ++depth) deep += gguf_array(9, 1, "");
    const auto version = [](std::uint32_t number) { return GgufFile{.version = number}.text(); };
    const auto tensor = gguf_tensor;
    const std::vector<Case> cases{
        // The first bytes.
        {"GGUF", "file: found 4 bytes, expected at least 24"},
        {std::string(24, 'x'), "file: found the first letters \"xxxx\", expected \"GGUF\""},
        {"FUGG" + head(0, 0).substr(4), "found the first letters \"FUGG\""},
        {version(0), "version: found 0, expected 2 or 3"},
        {version(1), "version: found 1, expected 2 or 3"},
        {version(4), "version: found 4, expected 2 or 3"},
        {version(0x03000000), "version: found 3 in a big-endian file, expected a little-endian file"},
        {version(0x02000000), "version: found 2 in a big-endian file"},
        // Counts and lengths beyond the file.
        {head(most, 0), "number of tensors: found a count of 18446744073709551615, expected at most 0"},
        {head(1, 0), "number of tensors: found a count of 1, expected at most 0 in the 8 bytes that are left"},
        {head(0, most), "number of keys: found a count of 18446744073709551615, expected at most 0"},
        {head(0, 1), "number of keys: found a count of 1, expected at most 0 in the 0 bytes"},
        {head(0, 1, gguf_number(most) + "12345"), "key 0: found a value of 18446744073709551615 bytes at byte 32"},
        {head(0, 1, gguf_number<std::uint64_t>(6) + "12345"), "at most the 5 bytes that are left"},
        {with_entry(8, gguf_number(most)), "\"k\": found a value of 18446744073709551615 bytes"},
        {with_entry(8, gguf_number<std::uint64_t>(3) + "ab"),
         "found a value of 3 bytes at byte 45, expected at most the 2"},
        {with_entry(4, "abc"), "\"k\": found a value of 4 bytes at byte 37, expected at most the 3 bytes"},
        {with_entry(10, "1234567"), "\"k\": found a value of 8 bytes"},
        {with_entry(9, gguf_array(0, most, "")), "\"k\": found a count of 18446744073709551615, expected at most 0"},
        {with_entry(9, gguf_array(0, 3, "ab")), "found a count of 3, expected at most 2 in the 2 bytes"},
        {with_entry(9, gguf_array(12, std::uint64_t{1} << 61, "12345678")), "expected at most 1 in the 8 bytes"},
        {with_entry(9, gguf_array(8, std::uint64_t{1} << 60, gguf_text(""))), "expected at most 1 in the 8 bytes"},
        {with_entry(9, gguf_array(8, 2, gguf_text("12345678"))), "\"k\": found a value of 8 bytes at byte 65"},
        {with_entry(9, gguf_array(9, 2, gguf_array(0, 0, ""))), "expected at most 1 in the 12 bytes"},
        // Values.
        {with_entry(13, "1234"), "\"k\": found a value of type 13, expected a type of 0 (UINT8) to 12 (FLOAT64)"},
        {with_entry(~0u, "1234"), "\"k\": found a value of type 4294967295"},
        {with_entry(9, gguf_array(13, 1, "1")), "\"k\": found a value of type 13"},
        {with_entry(7, "\2"), "\"k\": found the truth value 2, expected 0 (false) or 1 (true)"},
        {with_entry(9, gguf_array(7, 3, "\1\1\xff")), "\"k\": found the truth value 255"},
        {with_entry(8, gguf_text("a\xff")), "\"k\": found other bytes in \"a\xff\", expected UTF-8"},
        {with_entry(9, gguf_array(8, 2, gguf_text("a") + gguf_text("\xc0\xaf"))), "\"k\": found other bytes in"},
        {with_entry(9, gguf_array(9, 1, gguf_array(8, 1, gguf_text("\xed\xa0\x80")))), "\"k\": found other bytes in"},
        {GgufFile{.entries = {gguf_entry("\x80", 0, "1")}}.text(), "key 0: found other bytes in \"\x80\""},
        {with_entry(9, deep + gguf_array(0, 0, "")), "\"k\": found arrays in arrays deeper than that, expected 4"},
        {GgufFile{.entries = {gguf_entry("a", 0, "1"), gguf_entry("b", 0, "1"), gguf_entry("a", 1, "1")}}.text(),
         "\"a\": found the key twice, expected each key once"},
        // Alignment.
        {with_alignment(10, gguf_number(std::uint64_t{1} << 32)), "\"general.alignment\": found UINT64 4294967296"},
        {with_alignment(5, gguf_number<std::int32_t>(-32)), "\"general.alignment\": found INT32 -32, expected a whole"},
        {with_alignment(9, gguf_array(4, 1, "1234")), "\"general.alignment\": found ARRAY of 1 UINT32"},
        {with_alignment(4, gguf_number<std::uint32_t>(0)), "\"general.alignment\": found 0, expected a power of two"},
        {with_alignment(4, gguf_number<std::uint32_t>(24)), "\"general.alignment\": found 24, expected a power"},
        {GgufFile{.entries = {gguf_entry("general.alignment", 4, gguf_number(std::uint32_t{1} << 31))},
                  .tensors = {tensor("a", {1}, 0, 0)},
                  .data = "1234"}
             .text(),
         "\"a\": found data that ends at byte 4, expected at most 0, as the file has"},
        // Tensors.
        {with_tensors({tensor("\xff", {1}, 0, 0)}, 4), "tensor 0: found other bytes in"},
        {with_tensors({tensor("a", {1, 1, 1, 1, 1}, 0, 0)}, 4), "\"a\": found 5 axes, expected 4 at most"},
        {head(1, 0, gguf_text("a") + gguf_number(~0u) + std::string(99, '1')), "\"a\": found 4294967295 axes"},
        {with_tensors({tensor("a", {33}, 2, 0)}, 36), "found Q4_0 [33], expected rows of a multiple of 32 values"},
        {with_tensors({tensor("a", {16, 2}, 8, 0)}, 34), "found Q8_0 [2, 16], expected rows of a multiple of 32"},
        {with_tensors({tensor("a", {576}, 12, 0)}, 324), "found Q4_K [576], expected rows of a multiple of 256 values"},
        {with_tensors({tensor("a", {128, 2}, 14, 0)}, 210), "found Q6_K [2, 128], expected rows of a multiple of 256"},
        {with_tensors({tensor("a", {}, 3, 0)}, 20), "found Q4_1 [], expected rows of a multiple of 32"},
        {with_tensors({tensor("a", {std::uint64_t{1} << 32, std::uint64_t{1} << 32}, 0, 0)}),
         "\"a\": found a shape of more than 2^64 bytes, expected a shape that fits"},
        {with_tensors({tensor("a", {std::uint64_t{1} << 62}, 0, 0)}), "found a shape of more than 2^64 bytes"},
        {with_tensors({tensor("a", {most / 32 * 32, 32}, 8, 0)}), "found a shape of more than 2^64 bytes"},
        {with_tensors({tensor("a", {1}, 0, 4)}, 8),
         "\"a\": found data at byte 4, expected a multiple of the alignment, 32"},
        {with_tensors({tensor("a", {64}, 0, most - 31)}, 64),
         "found data at byte 18446744073709551584, expected an end"},
        {with_tensors({tensor("a", {8}, 0, most - 63)}, 64),
         "\"a\": found data that ends at byte 18446744073709551584"},
        {with_tensors({tensor("a", {2}, 0, 0)}, 7), "\"a\": found data that ends at byte 8, expected at most 7"},
        {with_tensors({tensor("a", {32}, 3, 32)}, 51), "\"a\": found data that ends at byte 52, expected at most 51"},
        {with_tensors({tensor("a", {0}, 0, 64)}, 32), "\"a\": found data that ends at byte 64, expected at most 32"},
        {with_tensors({tensor("a", {16}, 0, 0), tensor("b", {8}, 0, 32)}, 64),
         "\"b\": found data at byte 32, expected 64 or more, where the tensor before it ends"},
        {with_tensors({tensor("b", {8}, 0, 32), tensor("a", {9}, 0, 0)}, 64),
         "\"b\": found data at byte 32, expected 36"},
        {with_tensors({tensor("a", {8}, 0, 0), tensor("b", {8}, 0, 0)}, 64),
         "\"b\": found data at byte 0, expected 32"},
        {with_tensors({tensor("a", {8}, 0, 0), tensor("a", {8}, 0, 32)}, 64), "\"a\": found two tensors of this name"},
        {head(2, 0, tensor("a", {0}, 0, 0)), "found a count of 2, expected at most 1"},
        // Parts of a split file.
        {GgufFile{.entries = {gguf_entry("split.count", 8, gguf_text("2"))}}.text(), "\"split.count\": found STRING"},
        {GgufFile{.entries = {gguf_entry("split.count", 4, gguf_number<std::uint32_t>(65536))}}.text(),
         "\"split.count\": found UINT32 65536"},
        {GgufFile{.entries = {gguf_entry("split.count", 2, gguf_number<std::uint16_t>(2)),
                              gguf_entry("split.no", 2, gguf_number<std::uint16_t>(2))}}
             .text(),
         "\"split.no\": found 2, expected below 2, the number of parts"},
        {GgufFile{.entries = {gguf_entry("split.count", 2, gguf_number<std::uint16_t>(2))}}.text(),
         "file: found part 1 of 2 of a split file, expected a whole file, or the path of the first part"},
        {head(1, 0, tensor("abc", {0}, 0, 0).substr(0, 34)), "\"abc\": found a value of 8 bytes at byte"},
    };
    for (const Case& bad : cases) {
        CAPTURE(bad.words);
        const std::string error = error_of_bytes(bad.file);
        CHECK_MESSAGE(contains(error, bad.words), error);
        CHECK(error.starts_with("bad.gguf: "));
        CHECK(contains(error, ", expected "));
        CHECK(error.size() < 500);
    }
    const std::string inner = gguf_array(9, 1, gguf_array(9, 1, gguf_array(0, 1, "1")));
    CHECK(error_of_bytes(with_entry(9, gguf_array(9, 1, gguf_array(9, 1, gguf_array(0, 1, "1"))))) == "no error");
    CHECK(error_of_bytes(with_entry(9, gguf_array(9, 1, inner))) == "no error");
    CHECK(contains(error_of_bytes(with_entry(9, gguf_array(9, 1, gguf_array(9, 1, inner)))), "deeper than that"));
}

TEST_CASE("a file cut anywhere, and one with any byte wrong") {
    const std::string good =
        GgufFile{.entries = {gguf_entry("text", 8, gguf_text("word")), gguf_entry("truth", 7, "\1"),
                             gguf_entry("list", 9, gguf_array(8, 2, gguf_text("a") + gguf_text("bc"))),
                             gguf_entry("general.alignment", 4, gguf_number<std::uint32_t>(8))},
                 .tensors = {gguf_tensor("a", {32, 2}, 3, 0), gguf_tensor("b", {3}, 0, 40)},
                 .data = std::string(52, 'd'),
                 .alignment = 8}
            .text();
    CHECK(error_of_bytes(good) == "no error");
    for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        CHECK(contains(error_of_bytes(good.substr(0, size)), "bad.gguf: "));
    }
    for (std::size_t byte = 0; byte < good.size() - 52; ++byte)
        for (const int change : {0x01, 0x15, 0x80}) {  // no crash, whichever byte is wrong
            std::string damaged = good;
            damaged[byte] = static_cast<char>(damaged[byte] ^ change);
            CHECK(error_of_bytes(damaged) != "");
        }
}

TEST_CASE("a path is in the message") {
    TemporaryFolder folder;
    CHECK(contains(error_of([&] { Gguf(folder / "absent.gguf"); }), "absent.gguf: file: found No such file"));
    CHECK(contains(error_of([&] { Gguf(folder.file("short.gguf", "GGUF")); }), "short.gguf: file: found 4 bytes"));
}

TEST_CASE("a file that is cut after it was opened") {
    TemporaryFolder folder;
    constexpr std::uint64_t floats = 100'000;  // some pages
    const GgufFile parts{.tensors = {gguf_tensor("a", {floats}, 0, 0)}, .data = std::string(4 * floats, 'd')};
    const std::filesystem::path path = folder.file("cut.gguf", parts.text());
    const Gguf file(path);
    std::filesystem::resize_file(path, 200'000);
    std::vector<float> values(floats);
    CHECK(contains(error_of([&] { file.dequantize(file.at("a"), values); }),
                   "cut.gguf: file: found no byte 200000 any more, expected "));
}
