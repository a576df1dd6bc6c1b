// The reader of GGUF files: what is right is found as it stands. What is wrong: gguf_faults.cpp.
#include "genotype/io/gguf.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/gguf_file.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A file of every type of value.
GgufFile with_all_values() {
    const std::string texts = gguf_text("") + gguf_text("\xc3\xbc") + gguf_text(std::string("a\0b", 3));
    return {.entries = {
                gguf_entry("u8", 0, gguf_number<std::uint8_t>(200)),
                gguf_entry("i8", 1, gguf_number<std::int8_t>(-100)),
                gguf_entry("u16", 2, gguf_number<std::uint16_t>(60'000)),
                gguf_entry("i16", 3, gguf_number<std::int16_t>(-30'000)),
                gguf_entry("u32", 4, gguf_number<std::uint32_t>(4'000'000'000)),
                gguf_entry("i32", 5, gguf_number<std::int32_t>(-2'000'000'000)),
                gguf_entry("f32", 6, gguf_number(1.25f)),
                gguf_entry("yes", 7, "\1"),
                gguf_entry("no", 7, std::string(1, '\0')),
                gguf_entry("text", 8, gguf_text("\xe2\x82\xac 5")),
                gguf_entry("u64", 10, gguf_number(std::uint64_t{1} << 63)),
                gguf_entry("i64", 11, gguf_number(std::numeric_limits<std::int64_t>::min())),
                gguf_entry("f64", 12, gguf_number(-0.1)),
                gguf_entry("texts", 9, gguf_array(8, 3, texts)),
                gguf_entry("u8s", 9, gguf_array(0, 3, "\1\2\3")),
                gguf_entry("f32s", 9, gguf_array(6, 2, gguf_number(0.5f) + gguf_number(-2.0f))),
                gguf_entry("i32s", 9, gguf_array(5, 2, gguf_number<std::int32_t>(-1) + gguf_number<std::int32_t>(7))),
                gguf_entry("truths", 9, gguf_array(7, 3, std::string("\1\0\1", 3))),
                gguf_entry("none", 9, gguf_array(12, 0, "")),
                gguf_entry("arrays", 9, gguf_array(9, 2, gguf_array(8, 1, gguf_text("in")) + gguf_array(2, 1, "\1\1"))),
                gguf_entry("", 0, "\5"),
            }};
}

}  // namespace

TEST_CASE("values of every type, of versions 2 and 3") {
    for (const std::uint32_t version : {2u, 3u}) {
        TemporaryFolder folder;
        GgufFile parts = with_all_values();
        parts.version = version;
        const Gguf file(folder.file("values.gguf", parts.text()));
        CHECK(file.version() == version);
        CHECK(file.alignment() == 32);
        CHECK(file.tensors().empty());
        REQUIRE(file.metadata().size() == 21);
        CHECK(file.metadata()[0].name == "u8");  // the file's order
        CHECK(file.metadata()[20].name == "");
        CHECK(file.get<std::uint8_t>("u8") == 200);
        CHECK(file.get<std::int8_t>("i8") == -100);
        CHECK(file.get<std::uint16_t>("u16") == 60'000);
        CHECK(file.get<std::int16_t>("i16") == -30'000);
        CHECK(file.get_u32("u32") == 4'000'000'000);
        CHECK(file.get<std::int32_t>("i32") == -2'000'000'000);
        CHECK(file.get_f32("f32") == 1.25f);
        CHECK(file.get_bool("yes"));
        CHECK_FALSE(file.get_bool("no"));
        CHECK(file.get_string("text") == "\xe2\x82\xac 5");
        CHECK(file.get<std::uint64_t>("u64") == std::uint64_t{1} << 63);
        CHECK(file.get<std::int64_t>("i64") == std::numeric_limits<std::int64_t>::min());
        CHECK(file.get<double>("f64") == -0.1);
        CHECK(file.get<std::vector<std::string_view>>("texts") ==
              std::vector<std::string_view>{"", "\xc3\xbc", std::string_view("a\0b", 3)});
        CHECK(file.get<std::vector<std::uint8_t>>("u8s") == std::vector<std::uint8_t>{1, 2, 3});
        CHECK(file.get<std::vector<float>>("f32s") == std::vector<float>{0.5f, -2.0f});
        CHECK(file.get<std::vector<std::int32_t>>("i32s") == std::vector<std::int32_t>{-1, 7});
        CHECK(file.get<std::vector<bool>>("truths") == std::vector<bool>{true, false, true});
        CHECK(file.get<std::vector<double>>("none").empty());
        CHECK(file.get<std::uint8_t>("") == 5);
        CHECK(file.find_value("absent") == nullptr);
    }
}

TEST_CASE("arrays in arrays, and elements one by one") {
    const std::string text = with_all_values().text();
    const Gguf file(std::as_bytes(std::span(text)), "bytes");
    const GgufValue& arrays = *file.find_value("arrays");
    CHECK(arrays.text() == "ARRAY of 2 ARRAY");
    const std::vector<GgufValue> inner = arrays.elements();
    REQUIRE(inner.size() == 2);
    CHECK(inner[0].as<std::vector<std::string_view>>() == std::vector<std::string_view>{"in"});
    CHECK(inner[1].as<std::vector<std::uint16_t>>() == std::vector<std::uint16_t>{257});
    const std::vector<GgufValue> texts = file.find_value("texts")->elements();
    REQUIRE(texts.size() == 3);
    CHECK(texts[1].as<std::string_view>() == "\xc3\xbc");
    const GgufValue& number = *file.find_value("u32");
    REQUIRE(number.elements().size() == 1);
    CHECK(number.elements()[0].as<std::uint32_t>() == 4'000'000'000);
}

TEST_CASE("issue 17.16: a whole number of any type that holds its value, and a float of any number") {
    const std::string text =
        GgufFile{.entries = {gguf_entry("u8", 0, gguf_number<std::uint8_t>(200)),
                             gguf_entry("i8", 1, gguf_number<std::int8_t>(-100)),
                             gguf_entry("i64", 11, gguf_number<std::int64_t>(4'000'000'000)),
                             gguf_entry("u64", 10, gguf_number(~std::uint64_t{0})),
                             gguf_entry("one", 5, gguf_number<std::int32_t>(1)),
                             gguf_entry("f64", 12, gguf_number(0.1)), gguf_entry("huge", 12, gguf_number(1e300)),
                             gguf_entry("list", 9, gguf_array(3, 2, bytes_of<std::int16_t>({7, 300}))),
                             gguf_entry("minus", 9, gguf_array(11, 2, bytes_of<std::int64_t>({7, -1}))),
                             gguf_entry("texts", 9, gguf_array(8, 0, ""))}}
            .text();
    const Gguf file(std::as_bytes(std::span(text)), "a.gguf");
    CHECK(file.get_u32("u8") == 200);
    CHECK(file.get<std::int64_t>("u8") == 200);
    CHECK(file.get<std::int64_t>("i8") == -100);
    CHECK(file.get_u32("i64") == 4'000'000'000);
    CHECK(file.get<std::uint64_t>("u64") == ~std::uint64_t{0});
    CHECK(file.get_f32("u8") == 200.0f);
    CHECK(file.get_f32("f64") == 0.1f);
    CHECK(file.get<double>("f64") == 0.1);
    CHECK(file.get_bool("one"));
    CHECK(file.get<std::vector<std::uint64_t>>("list") == std::vector<std::uint64_t>{7, 300});
    CHECK(file.get<std::vector<std::int8_t>>("minus") == std::vector<std::int8_t>{7, -1});
    CHECK(error_of([&] { file.get<std::int8_t>("u8"); }) == "a.gguf: \"u8\": found UINT8 200, expected INT8");
    CHECK(error_of([&] { file.get_u32("i8"); }) == "a.gguf: \"i8\": found INT8 -100, expected UINT32");
    CHECK(error_of([&] { file.get<std::int64_t>("u64"); }) ==
          "a.gguf: \"u64\": found UINT64 18446744073709551615, expected INT64");
    CHECK(error_of([&] { file.get_f32("huge"); }) == "a.gguf: \"huge\": found FLOAT64, expected FLOAT32");
    CHECK(error_of([&] { file.get_u32("f64"); }) == "a.gguf: \"f64\": found FLOAT64, expected UINT32");
    CHECK(contains(error_of([&] { file.get<std::vector<std::uint8_t>>("list"); }), "found ARRAY of 2 INT16"));
    CHECK(contains(error_of([&] { file.get<std::vector<std::uint8_t>>("minus"); }), "found ARRAY of 2 INT64"));
    CHECK(contains(error_of([&] { file.get<std::vector<std::uint8_t>>("texts"); }), "found ARRAY of 0 STRING"));
    CHECK(file.find_value("u8")->as<std::uint16_t>() == std::nullopt);
}

TEST_CASE("a value that is asked for as another type is an error, not converted") {
    const std::string text = with_all_values().text();
    const Gguf file(std::as_bytes(std::span(text)), "a.gguf");
    CHECK(error_of([&] { file.get_u32("absent"); }) == "a.gguf: \"absent\": found no such key, expected UINT32");
    CHECK(error_of([&] { file.get_u32("i32"); }) == "a.gguf: \"i32\": found INT32 -2000000000, expected UINT32");
    CHECK(error_of([&] { file.get_f32("text"); }) == "a.gguf: \"text\": found STRING, expected FLOAT32");
    CHECK(error_of([&] { file.get_bool("u8"); }) == "a.gguf: \"u8\": found UINT8 200, expected BOOL");
    CHECK(error_of([&] { file.get_string("texts"); }) == "a.gguf: \"texts\": found ARRAY of 3 STRING, expected STRING");
    CHECK(error_of([&] { file.get<std::vector<float>>("texts"); }) ==
          "a.gguf: \"texts\": found ARRAY of 3 STRING, expected ARRAY of FLOAT32");
    CHECK(error_of([&] { file.get<std::vector<float>>("f32"); }) ==
          "a.gguf: \"f32\": found FLOAT32, expected ARRAY of FLOAT32");
    CHECK(error_of([&] { file.get<std::vector<std::uint16_t>>("arrays"); }) ==
          "a.gguf: \"arrays\": found ARRAY of 2 ARRAY, expected ARRAY of UINT16");
}

TEST_CASE("tensors of every type, at the file's alignment") {
    const std::string halves = bytes_of<std::uint16_t>({0x3c00, 0x0001, 0xfbff});
    const std::string bfloats = bytes_of<std::uint16_t>({0x3f80, 0xc049});
    std::string q8 = bytes_of<std::uint16_t>({0x3800}), q4_0 = q8, q4_1 = bytes_of<std::uint16_t>({0x3800, 0xc000});
    for (int i = 0; i < 32; ++i) q8 += static_cast<char>(i * 8 - 128);
    for (int i = 0; i < 16; ++i) {
        q4_0 += static_cast<char>(i | (15 - i) << 4);
        q4_1 += static_cast<char>(i | (15 - i) << 4);
    }
    for (const std::uint32_t alignment : {8u, 32u, 64u, 4096u}) {
        CAPTURE(alignment);
        std::string data;
        std::vector<std::string> tensors;
        const auto add = [&](const char* name, const std::vector<std::uint64_t>& sizes, std::uint32_t type,
                             const std::string& values) {
            data.resize((data.size() + alignment - 1) / alignment * alignment, '?');
            tensors.push_back(gguf_tensor(name, sizes, type, data.size()));
            data += values;
        };
        add("f32", {3, 2}, 0, bytes_of<float>({1, 2, 3, 4, 5, 6}));
        add("f16", {3}, 1, halves);
        add("q4_0", {32, 1, 1, 2}, 2, q4_0 + q4_0);
        add("q4_1", {32}, 3, q4_1);
        add("q8_0", {32, 2}, 8, q8 + q8);
        add("empty", {32, 0}, 8, "");
        add("bf16", {1, 2}, 30, bfloats);
        add("scalar", {}, 0, bytes_of<float>({-7}));
        std::swap(tensors[0], tensors[4]);
        std::vector<std::string> entries{gguf_entry("k", 0, "\1")};
        if (alignment != 32) entries.push_back(gguf_entry("general.alignment", 4, gguf_number(alignment)));
        const GgufFile parts{.entries = entries, .tensors = tensors, .data = data, .alignment = alignment};
        TemporaryFolder folder;
        Gguf opened(folder.file("tensors.gguf", parts.text()));
        const Gguf file(std::move(opened));
        CHECK(file.alignment() == alignment);
        REQUIRE(file.tensors().size() == 8);
        CHECK(file.tensors()[0].name == "f32");  // the data's order
        CHECK(file.tensors()[4].name == "q8_0");
        CHECK(file.at("f32").text() == "F32 [2, 3]");
        CHECK(file.at("f16").text() == "F16 [3]");
        CHECK(file.at("q4_0").text() == "Q4_0 [2, 1, 1, 32]");
        CHECK(file.at("q4_1").text() == "Q4_1 [32]");
        CHECK(file.at("q8_0").text() == "Q8_0 [2, 32]");
        CHECK(file.at("bf16").text() == "BF16 [2, 1]");
        CHECK(file.at("scalar").text() == "F32 []");
        CHECK(file.find("absent") == nullptr);
        CHECK(contains(error_of([&] { file.at("absent"); }), "\"absent\": found no tensor of this name"));
        CHECK(text_of(file.bytes(file.at("q4_0"))) == q4_0 + q4_0);
        CHECK(file.bytes(file.at("empty")).empty());

        const auto values = [&](const char* name) {
            std::vector<float> room(file.at(name).count(), -1234.5f);
            file.dequantize(file.at(name), room);
            return room;
        };
        CHECK(values("f32") == std::vector<float>{1, 2, 3, 4, 5, 6});
        CHECK(values("f16") == std::vector<float>{1, std::ldexp(1.0f, -24), -65504});
        CHECK(values("bf16") == std::vector<float>{1, -3.140625f});
        CHECK(values("scalar") == std::vector<float>{-7});
        CHECK(values("empty").empty());
        for (const auto& [name, rows] : {std::pair{"q8_0", 2}, {"q4_0", 2}, {"q4_1", 1}}) {
            const std::vector<float> all = values(name);
            REQUIRE(all.size() == static_cast<std::size_t>(32 * rows));
            for (int i = 0; i < 32 * rows; ++i) {
                const int in_block = i % 32, four = in_block < 16 ? in_block : 31 - in_block;
                const int quant = name[1] == '8' ? in_block * 8 - 128 : name[3] == '0' ? four - 8 : four - 4;
                CHECK(all[static_cast<std::size_t>(i)] == 0.5f * static_cast<float>(quant));
            }
        }

        CHECK(file.blocks<float>(file.at("f32"))[5] == 6);
        CHECK(file.blocks<Float16>(file.at("f16"))[2].bits == 0xfbff);
        CHECK(file.blocks<BFloat16>(file.at("bf16"))[1].bits == 0xc049);
        CHECK(file.blocks<BlockQ4_0>(file.at("q4_0")).size() == 2);
        CHECK(file.blocks<BlockQ4_1>(file.at("q4_1"))[0].least.bits == 0xc000);
        const auto mapped = file.blocks<BlockQ8_0>(file.at("q8_0"));
        REQUIRE(mapped.size() == 2);
        CHECK(mapped[1].quants[31] == 120);
        CHECK(static_cast<const void*>(mapped.data()) == file.bytes(file.at("q8_0")).data());  // not copied
        CHECK(contains(error_of([&] { file.blocks<BlockQ4_0>(file.at("q4_1")); }),
                       "\"q4_1\": found Q4_1 [32], expected a tensor of Q4_0"));
        std::vector<float> room(31);
        CHECK(contains(error_of([&] { file.dequantize(file.at("q4_1"), room); }),
                       "\"q4_1\": found room for 31 values, expected 32 for Q4_1 [32]"));
    }
}

TEST_CASE("issue 17.16: a tensor of a type that is not read is an error for who asks for it") {
    const std::string text = GgufFile{.tensors = {gguf_tensor("other", {256, 2}, 16, 0), gguf_tensor("a", {2}, 0, 448),
                                                  gguf_tensor("new", {3}, 77, 0)},
                                      .data = std::string(448, 'd') + bytes_of<float>({1, 2})}
                                 .text();
    const Gguf file(std::as_bytes(std::span(text)), "a.gguf");
    REQUIRE(file.tensors().size() == 1);
    CHECK(file.blocks<float>(file.at("a"))[1] == 2);
    REQUIRE(file.others().size() == 2);
    CHECK(file.others()[0].text() == "IQ2_XXS [2, 256]");
    for (const bool at : {true, false})
        CHECK(error_of([&] { at ? static_cast<void>(file.at("other")) : static_cast<void>(file.find("other")); }) ==
              "a.gguf: \"other\": found IQ2_XXS [2, 256], expected F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, "
              "Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS or MXFP4");
    CHECK(contains(error_of([&] { file.at("new"); }), "\"new\": found the type 77 [3], expected F32"));
    for (const std::uint32_t type : {0u, 16u}) {
        const std::string twice =
            GgufFile{.tensors = {gguf_tensor("a", {256}, 16, 0), gguf_tensor("a", {0}, type, 0)}}.text();
        CHECK(contains(error_of([&] { Gguf(std::as_bytes(std::span(twice)), "t"); }), "\"a\": found two tensors"));
    }
}

TEST_CASE("a tensor that is read in pieces is whole") {
    constexpr std::size_t blocks = 5'000;  // of 34 bytes: some pieces, and a part of one
    std::string data;
    for (std::size_t block = 0; block < blocks; ++block)
        data += gguf_number(static_cast<std::uint16_t>(0x3c00 + block % 1024)) + std::string(32, '\2');
    const std::string text = GgufFile{.tensors = {gguf_tensor("a", {32 * blocks}, 8, 0)}, .data = data}.text();
    TemporaryFolder folder;
    for (const bool mapped : {true, false}) {
        const Gguf file =
            mapped ? Gguf(folder.file("large.gguf", text)) : Gguf(std::as_bytes(std::span(text)), "bytes");
        std::vector<float> values(32 * blocks);
        file.dequantize(file.at("a"), values);
        bool same = true;
        for (std::size_t i = 0; i < values.size(); ++i)
            same = same && values[i] == 2 * (1 + static_cast<float>(i / 32 % 1024) / 1024);
        CHECK(same);
    }
}

TEST_CASE("an alignment of 1 is read, but not shown as floats") {
    GgufFile parts{.entries = {gguf_entry("general.alignment", 4, gguf_number<std::uint32_t>(1))},
                   .tensors = {gguf_tensor("odd", {1}, 0, 1), gguf_tensor("byte", {0}, 0, 0)},
                   .alignment = 1};
    // So that the float lies at an odd address of the mapping, wherever the header ends.
    parts.data = (parts.text().size() % 2 == 0 ? "" : "?") + std::string("?") + bytes_of<float>({2.5f});
    if (parts.data.size() == 6) parts.tensors[0] = gguf_tensor("odd", {1}, 0, 2);
    TemporaryFolder folder;
    const Gguf file(folder.file("odd.gguf", parts.text()));
    float value = 0;
    file.dequantize(file.at("odd"), std::span(&value, 1));
    CHECK(value == 2.5f);
    CHECK(contains(error_of([&] { file.blocks<float>(file.at("odd")); }),
                   "\"odd\": found an alignment of 1 bytes, expected 4 or more"));
}

TEST_CASE("bytes between tensors and behind them are nobody's, and padding may be absent where there is no data") {
    const auto tensor = [](const char* name, std::uint64_t offset) { return gguf_tensor(name, {1}, 0, offset); };
    GgufFile parts{.tensors = {tensor("a", 64), tensor("b", 0)}, .data = std::string(68, 'd') + "behind"};
    const std::string gap = parts.text();
    const Gguf file(std::as_bytes(std::span(gap)), "gap");
    CHECK(file.tensors()[0].name == "b");
    CHECK(file.at("a").begin == 64);
    parts = {.tensors = {gguf_tensor("none", {0}, 0, 0)}, .alignment = 1};
    const std::string bare = parts.text();
    REQUIRE(bare.size() % 32 != 0);
    const Gguf none(std::as_bytes(std::span(bare)), "bare");
    CHECK(none.bytes(none.at("none")).empty());
    CHECK(none.bytes(none.at("none")).data() == nullptr);  // not what is behind the file's end
    CHECK(none.blocks<float>(none.at("none")).empty());
}
