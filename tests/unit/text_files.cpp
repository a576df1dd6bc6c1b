// The files of a text model as one list of tensors: one file, shards, GGUF, and everything that does not fit.
#include "genotype/text/text_files.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/models/gpt2.hpp"
#include "genotype/models/llama.hpp"
#include "genotype/text/load_text.hpp"
#include "support/temporary_folder.hpp"
#include "support/text_model_files.hpp"

using namespace genotype;

namespace {

constexpr LlamaConfig small{.vocabulary = 10,
                            .width = 32,
                            .layers = 1,
                            .heads = 4,
                            .key_value_heads = 2,
                            .hidden = 64,
                            .context = 16,
                            .tied = true};
using Net = Llama<small>;

TestTensors small_tensors() {
    return TestModel(small).tensors;
}

/// A folder with these tensors in model.safetensors.
struct ModelFolder : TemporaryFolder {
    explicit ModelFolder(const TestTensors& tensors) {
        file("config.json", config_json(small));
        file("model.safetensors", safetensors_of(tensors));
    }
};

/// Loads the tensors of a folder into a model.
std::string load_error(const TestTensors& tensors) {
    const ModelFolder folder(tensors);
    Model<Net> model(Seed{1});
    return error_of([&] { load_text(model, TextFiles(folder.path()), small); });
}

/// A folder with two shards, the first tensor in the first.
class Shards {
  public:
    TemporaryFolder folder{};
    TestTensors first{}, second = small_tensors();

    Shards() {
        first.insert(*second.begin());
        second.erase(second.begin());
        folder.file("config.json", config_json(small));
        write();
        index(map());
    }
    void write() const {
        folder.file("a-1.safetensors", safetensors_of(first));
        folder.file("a-2.safetensors", safetensors_of(second));
    }
    std::string map() const {
        std::string text;
        for (const auto* shard : {&first, &second})
            for (const auto& [name, tensor] : *shard)
                text +=
                    (text.empty() ? "\"" : ",\"") + name + "\":\"a-" + (shard == &first ? "1" : "2") + ".safetensors\"";
        return text;
    }
    void index(const std::string& map) const {
        folder.file("model.safetensors.index.json", "{\"metadata\":{\"total_size\":1},\"weight_map\":{" + map + "}}");
    }
    std::string error() const {
        return error_of([&] { TextFiles files(folder.path()); });
    }
};

}  // namespace

TEST_CASE("tensors of a folder and of a GGUF file have the same names") {
    const ModelFolder folder(small_tensors());
    const auto gguf = folder.file("m.gguf", gguf_of(small, small_tensors(), "Q8_0").text());
    const TextFiles one(folder.path()), other(gguf);
    CHECK(one.gguf() == nullptr);
    CHECK(other.gguf() != nullptr);
    REQUIRE(one.tensors().size() == small_tensors().size());
    CHECK(other.tensors().size() == one.tensors().size());
    for (const TextTensor& tensor : one.tensors()) {
        CAPTURE(tensor.name);
        const TextTensor* const there = other.find(tensor.name);
        REQUIRE(there);
        CHECK(there->shape == tensor.shape);
        CHECK(tensor.bytes.size() == bytes_of(small_tensors().at(tensor.name).values).size());
        const bool queries = contains(tensor.name, "q_proj"), keys = contains(tensor.name, "k_proj");
        CHECK(there->interleaved_heads == (queries ? 4 : keys ? 2 : 0));
        CHECK(tensor.interleaved_heads == 0);
        std::vector<std::byte> room;
        const auto fetched = other.fetch(*there, 4, there->bytes.size() - 4, room);
        CHECK(std::equal(fetched.begin(), fetched.end(), there->bytes.begin() + 4, there->bytes.end()));
    }
    CHECK(one.find("model.layers.1.input_layernorm.weight") == nullptr);
}

TEST_CASE("a folder without weights: what was looked for") {
    const TemporaryFolder folder;
    folder.file("config.json", config_json(small));
    const auto error = [&] { return error_of([&] { TextFiles files(folder.path()); }); };
    CHECK(contains(error(),
                   "weights: found neither, expected model.safetensors or model.safetensors.index.json (or the "
                   "path of a GGUF file)"));
    folder.file("pytorch_model.bin", "PK");
    CHECK(contains(error(), "found pytorch_model.bin, which is not read"));
}

TEST_CASE("shards by their index") {
    const Shards shards;
    const TextFiles files(shards.folder.path());
    CHECK(files.tensors().size() == small_tensors().size());
    Model<Net> model(Seed{1});
    CHECK_NOTHROW(load_text(model, files, small));
    CHECK(model.parameters.data()[3] == small_tensors().at("model.embed_tokens.weight").values[3]);
}

TEST_CASE("what shards and their index disagree in") {
    {
        Shards shards;
        const std::string name = shards.second.begin()->first;
        shards.second.erase(name);
        shards.second["surplus"] = test_tensor("s", 2, 1, false);
        shards.write();
        const std::string error = shards.error();
        CHECK(contains(error, "2 faults:"));
        CHECK(contains(error,
                       "\"" + name + "\": found nothing in a-2.safetensors, expected it there, as the index says"));
        CHECK(contains(error, "\"surplus\": found F32 [2] in a-2.safetensors, expected a name that the index has"));
    }
    {
        Shards shards;
        shards.first.insert(*shards.second.begin());  // in both
        shards.write();
        CHECK(contains(shards.error(), "in a-1.safetensors, expected it in a-2.safetensors, as the index says"));
        CHECK(contains(shards.error(), "found two tensors of this name, expected one"));
    }
    const Shards shards;
    for (const char* name : {"../a-1.safetensors", "", "..", "/etc/passwd"}) {
        shards.index("\"x\":\"" + std::string(name) + "\"");
        CHECK(contains(shards.error(),
                       "weight_map \"x\": found \"" + std::string(name) + "\", expected the name of a file"));
    }
    shards.index("\"x\":1");
    CHECK(contains(shards.error(), "weight_map \"x\": found 1, expected a text"));
    shards.index("");
    CHECK(contains(shards.error(), "weight_map: found an object, expected an object from tensors to files"));
    shards.index("\"x\":\"a-3.safetensors\"");
    CHECK(contains(shards.error(), "a-3.safetensors: file: found No such file"));
    shards.folder.file("model.safetensors.index.json", "[]");
    CHECK(contains(shards.error(), "JSON: found something else, expected an object"));
}

TEST_CASE("types and names that are not read") {
    TestTensors tensors = small_tensors();
    std::string file = safetensors_of(tensors);
    const auto at = file.find("\"F32\"");
    const ModelFolder folder(tensors);
    folder.file("model.safetensors", file.replace(at, 5, "\"I32\""));
    CHECK(contains(error_of([&] { TextFiles files(folder.path()); }), "found I32 [10, 32], expected F32, F16 or BF16"));

    GgufFile gguf = gguf_of(small, small_tensors(), "F32");
    for (const char* name : {"blk.0.attn_rot.weight", "blk.x.attn_q.weight", "blk.0.attn_q.scale", "blk", "blk.0"})
        add_tensor(gguf, name, test_tensor("o", 2, 1, false), "F32");
    const auto path = folder.file("m.gguf", gguf.text());
    const std::string error = error_of([&] { TextFiles files(path); });
    CHECK(contains(error, "5 faults:"));
    CHECK(contains(error, "\"blk.0.attn_rot.weight\": found F32 [2], expected a tensor of a Llama"));
}

TEST_CASE("whatever does not fit the model is one error, and nothing is loaded") {
    CHECK(load_error(small_tensors()) == "no error");
    TestTensors tensors = small_tensors();
    tensors.erase("model.layers.0.self_attn.k_proj.weight");
    tensors["model.layers.0.mlp.up_proj.weight"] = test_tensor("u", 32, 64, true);
    tensors["model.norm.weight"] = test_tensor("n", 31, 1, false);
    tensors["model.layers.1.mlp.up_proj.weight"] = test_tensor("s", 64, 32, true);
    tensors["lm_head.weight"] = test_tensor("h", 10, 32, true);
    const ModelFolder folder(tensors);
    Model<Net> model(Seed{1});
    const std::vector<float> before(model.parameters.data(), model.parameters.data() + model.parameters.size());
    const std::string error = error_of([&] { load_text(model, TextFiles(folder.path()), small); });
    CHECK(contains(error, ": 5 faults, and nothing is loaded:"));
    CHECK(contains(error, "\"model.layers.0.self_attn.k_proj.weight\": found nothing, expected [16, 32]"));
    CHECK(contains(error, "\"model.layers.0.mlp.up_proj.weight\": found F32 [32, 64], expected [64, 32]"));
    CHECK(contains(error, "\"model.norm.weight\": found F32 [31], expected [32]"));
    CHECK(contains(error, "\"model.layers.1.mlp.up_proj.weight\": found F32 [64, 32], expected nothing"));
    CHECK(contains(
        error, "\"lm_head.weight\": found F32 [10, 32], expected nothing, or the embedding's values: they are tied"));
    CHECK(before == std::vector<float>(model.parameters.data(), model.parameters.data() + model.parameters.size()));

    TestTensors again = small_tensors();
    again["lm_head.weight"] = again.at("model.embed_tokens.weight");
    CHECK(load_error(again) == "no error");
}

TEST_CASE("a model of other layers than the file's") {
    const ModelFolder folder(small_tensors());
    const TextFiles files(folder.path());
    constexpr LlamaConfig untied{
        .vocabulary = 10, .width = 32, .layers = 1, .heads = 4, .key_value_heads = 2, .hidden = 64};
    Model<Llama<untied>> other(Seed{1});
    CHECK(contains(error_of([&] { load_text(other, files, untied); }), "\"tied\": found true, expected false"));
    CHECK(contains(
        error_of([&] { load_text(other, files, small); }),
        "\"head.weight\": found a parameter of the model, expected one that a model of the file's config has"));
    constexpr LlamaConfig wide{.vocabulary = 10, .width = 32, .layers = 1, .heads = 4, .hidden = 64, .tied = true};
    Model<Llama<wide>> third(Seed{1});
    CHECK(
        contains(error_of([&] { load_text(third, files, small); }), "found 64 rows by the file's config, expected 96"));
}

TEST_CASE("files that are cut") {
    const ModelFolder folder(small_tensors());
    const std::string file = content_of(folder / "model.safetensors");
    const std::string gguf = gguf_of(small, small_tensors(), "F32").text();
    for (std::size_t size = 1; size < file.size(); size += file.size() / 37) {
        folder.file("model.safetensors", file.substr(0, size));
        CHECK(error_of([&] { TextFiles files(folder.path()); }) != "no error");
    }
    for (std::size_t size = 1; size < gguf.size(); size += gguf.size() / 37) {
        const auto path = folder.file("m.gguf", gguf.substr(0, size));
        CHECK(error_of([&] { TextFiles files(path); }) != "no error");
    }
}

TEST_CASE("a file that is cut between opening and loading is an error") {
    const ModelFolder folder(small_tensors());
    const TextFiles files(folder.path());
    std::filesystem::resize_file(folder / "model.safetensors", 5000);
    Model<Net> model(Seed{1});
    CHECK(contains(error_of([&] { load_text(model, files, small); }), "any more"));
}
