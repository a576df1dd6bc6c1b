// The writer of safetensors files.
#include "genotype/io/safetensors_writer.hpp"

#include <doctest/doctest.h>

#include "genotype/io/safetensors.hpp"
#include "support/safetensors_file.hpp"
#include "support/small_files.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

TEST_CASE("the file to the byte: large numbers first, the header filled to 8 bytes") {
    TemporaryFolder folder;
    const std::vector<TensorInfo> tensors{{.name = "b\"", .dtype = StorageType::U8, .shape = {3}},
                                          {.name = "a", .dtype = StorageType::F32, .shape = {1, 2}},
                                          {.name = "n", .dtype = StorageType::I64, .shape = {}}};
    const std::vector<std::string> data{"xyz", bytes_of<float>({1, 2}), bytes_of<std::int64_t>({7})};
    save_safetensors(folder / "f", tensors, {{"k", "\n"}}, [&](std::size_t index, TensorSink& sink) {
        for (const char byte : data[index]) sink.write(&byte, 1);
    });
    std::string header = "{\"__metadata__\":{\"k\":\"\\n\"}," + tensor_entry("n", "I64", "", 0, 8) + "," +
                         tensor_entry("a", "F32", "1,2", 8, 16) + "," + tensor_entry("b\\\"", "U8", "3", 16, 19) + "}";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    CHECK(content_of(folder / "f") == safetensors_file(header, data[2] + data[1] + data[0]));
    CHECK(SafeTensors(folder / "f").at("b\"").begin == 16);

    save_safetensors(folder / "f", {}, {}, [](std::size_t, TensorSink&) {});
    CHECK(content_of(folder / "f") == safetensors_file("{}      "));
}

TEST_CASE("what cannot be written is an error, and the file before it stays") {
    TemporaryFolder folder;
    folder.file("f", "old");
    const auto error = [&](const std::vector<TensorInfo>& tensors, const FileMetadata& metadata, std::uint64_t bytes) {
        return error_of([&] {
            save_safetensors(folder / "f", tensors, metadata, [&](std::size_t, TensorSink& sink) {
                const std::string some(bytes, 'x');
                sink.write(some.data(), some.size());
            });
        });
    };
    const TensorInfo tensor{.name = "a", .dtype = StorageType::F32, .shape = {2}};
    CHECK(contains(error({tensor, tensor}, {}, 8), "f: \"a\": found two tensors of this name"));
    CHECK(contains(error({{.name = "__metadata__"}}, {}, 4), "one that the format reserves"));
    CHECK(contains(error({tensor}, {}, 7), "f: \"a\": found 1 bytes too few"));
    CHECK(contains(error({tensor}, {}, 9), "bytes: found more than the tensor has, expected 8 at most"));
    CHECK(contains(error({{.name = "\xff"}}, {}, 4), "f: header: found other bytes in"));
    CHECK(contains(error({tensor}, {{"k", "\xc3"}}, 8), "expected UTF-8"));
    CHECK(contains(error({{.name = "a", .shape = {std::uint64_t{1} << 62, 4}}}, {}, 4), "more than 2^64 bits"));
    CHECK(contains(error({{.name = "a", .dtype = StorageType::Q8_0, .shape = {32}}}, {}, 34),
                   "f: header, \"a\": found Q8_0 [32], expected a dtype of safetensors"));
    {
        SmallFiles limit(1000);
        CHECK(contains(error({{.name = "a", .shape = {1000}}}, {}, 4000), "f: content: found File too large"));
    }
    CHECK(content_of(folder / "f") == "old");
    CHECK(folder.entries() == 1);
}
