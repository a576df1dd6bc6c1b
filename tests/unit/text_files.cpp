// The files of a text model as one list of tensors: one file, shards, GGUF, and everything that does not fit.
#include "genotype/text/files/text_files.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/models/gpt2.hpp"
#include "genotype/models/llama.hpp"
#include "genotype/text/files/load_text.hpp"
#include "genotype/text/files/stored_weights.hpp"
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
    Model<Net> model(Seed{1});
    const auto error_at = [&](const std::filesystem::path& path, bool strict = true) {
        return error_of([&] { load_text(model, TextFiles(path, {.strict = strict}), small); });
    };
    for (const bool strict : {true, false})
        CHECK(contains(error_at(folder.path(), strict),
                       ": 1 fault, and nothing is loaded: \"model.embed_tokens.weight\": found I32 [10, 32], expected "
                       "F32, F16 or BF16"));

    GgufFile gguf = gguf_of(small, small_tensors(), "F32");
    for (const char* name : {"blk.0.attn_rot.weight", "blk.x.attn_q.weight", "blk.0.attn_q.scale", "blk", "blk.0"})
        add_tensor(gguf, name, test_tensor("o", 2, 1, false), "F32");
    gguf.tensors.push_back(gguf_tensor("blk.0.ffn_exps.weight", {256}, 16, 0));
    gguf.tensors.push_back(gguf_tensor("blk.0.attn_q.bias", {256}, 42, 0));
    const auto path = folder.file("m.gguf", gguf.text());
    const std::string error = error_at(path);
    CHECK(contains(error, "7 faults, and nothing is loaded:"));
    CHECK(contains(error, "\"blk.0.attn_rot.weight\": found F32 [2], expected a tensor of a Llama"));
    CHECK(contains(error, "\"blk.0.ffn_exps.weight\": found IQ2_XXS [256], expected a tensor of a Llama"));
    CHECK(contains(error, "\"model.layers.0.self_attn.q_proj.bias\": found the type 42 [256], expected nothing"));
    CHECK(error_at(path, false) == "no error");
}

TEST_CASE("issue 17.16: a tensor of a type that is not read is refused where the model has it") {
    GgufFile gguf = gguf_of(small, small_tensors(), "F32");
    for (const char* name : {"output.weight", "blk.0.ffn_up.weight"}) {
        GgufFile other = gguf;
        std::erase_if(other.tensors, [&](const std::string& old) { return old.starts_with(gguf_text(name)); });
        other.tensors.push_back(gguf_tensor(name, {256}, 16, 0));
        const TemporaryFolder folder;
        const auto path = folder.file("m.gguf", other.text());
        Model<Net> model(Seed{1});
        const std::string error = error_of([&] { load_text(model, TextFiles(path), small); });
        CHECK_MESSAGE(contains(error, "found IQ2_XXS [256], expected F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0"), error);
    }
}

TEST_CASE("issue 17.16: a split file is opened by its first part, and by its folder") {
    GgufFile first = gguf_of(small, small_tensors(), "F32"), second;
    const auto split = [](GgufFile& file, std::uint16_t index, std::uint16_t count) {
        file.entries.push_back(gguf_entry("split.no", 2, gguf_number(index)));
        file.entries.push_back(gguf_entry("split.count", 5, gguf_number<std::int32_t>(count)));
    };
    const std::size_t all = first.tensors.size();
    first.entries.push_back(gguf_entry("split.tensors.count", 5, gguf_number(static_cast<std::int32_t>(all))));
    // The second half of the tensors, with the data that they have.
    GgufFile half;
    TestTensors left, right;
    for (const auto& [name, tensor] : small_tensors()) (left.size() < all / 2 ? left : right)[name] = tensor;
    first = gguf_of(small, left, "F32");
    first.entries.push_back(gguf_entry("split.tensors.count", 5, gguf_number(static_cast<std::int32_t>(all))));
    second = gguf_of(small, right, "F32");
    second.entries.clear();
    split(first, 0, 2);
    split(second, 1, 2);
    const TemporaryFolder folder;
    const auto one = folder.file("m-00001-of-00002.gguf", first.text());
    const auto opened = [&](const std::filesystem::path& path) { return error_of([&] { TextFiles files(path); }); };
    CHECK(contains(opened(one),
                   "m-00001-of-00002.gguf: file: found part 1 of 2 of a split file without "
                   "m-00002-of-00002.gguf, expected all parts in one folder"));
    const auto two = folder.file("m-00002-of-00002.gguf", second.text());
    CHECK(contains(opened(two), "found part 2 of 2 of a split file, expected the first, " + one.string()));
    Model<Net> whole(Seed{1}), parts(Seed{2});
    const TemporaryFolder other;
    load_text(whole, TextFiles(other.file("w.gguf", gguf_of(small, small_tensors(), "F32").text())), small);
    for (const auto& path : {one, folder.path()}) {
        const TextFiles files(path);
        CHECK(files.tensors().size() == all);
        CHECK(files.gguf()->at("token_embd.weight").part + files.gguf()->at("output_norm.weight").part == 1);
        load_text(parts, files, small);
        CHECK(std::equal(whole.parameters.data(), whole.parameters.data() + whole.parameters.size(),
                         parts.parameters.data()));
    }

    const TemporaryFolder several, pointer;
    for (const char* name : {"a.gguf", "b.gguf"}) several.file(name, second.text());
    CHECK(contains(opened(several.path()), "config.json"));
    pointer.file("a.gguf", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    CHECK(contains(opened(pointer.path()), "a.gguf: file: found a Git LFS pointer, expected a GGUF file"));
    std::filesystem::remove(one);
    CHECK(contains(opened(folder.path()), "found part 2 of 2 of a split file without m-00001-of-00002.gguf"));
    CHECK(contains(opened(folder.file("renamed.gguf", first.text())),
                   "found part 1 of 2 of a split file under this name, expected the name that it was written with, "
                   "which ends in -00001-of-00002.gguf"));
    folder.file("m-00001-of-00002.gguf", first.text());
    GgufFile again = second;
    again.tensors = first.tensors;
    again.data = first.data;
    folder.file("m-00002-of-00002.gguf", again.text());
    CHECK(contains(opened(one), "\"split.tensors.count\": found "));
    again.entries.clear();
    folder.file("m-00002-of-00002.gguf", again.text());
    CHECK(contains(opened(one), "m-00002-of-00002.gguf: file: found a whole file, expected part 2 of 2, as its name"));
    split(again, 0, 2);
    folder.file("m-00002-of-00002.gguf", again.text());
    CHECK(contains(opened(one), "found part 1 of 2 of a split file, expected part 2 of 2, as its name says"));
    const std::string bytes = second.text();
    CHECK(contains(error_of([&] { Gguf(std::as_bytes(std::span(bytes)), "b"); }),
                   "b: file: found part 2 of 2 of a split"));
}

TEST_CASE("issue 17.19: tensors beside the model's are refused by name, unless strict is false") {
    TestTensors tensors = small_tensors();
    for (const char* name : {"v_head.summary.weight", "model.layers.0.self_attn.q_proj.lora_A.weight", "score.weight"})
        tensors[name] = test_tensor(name, 3, 32, true);
    const ModelFolder folder(tensors);
    std::string file = content_of(folder / "model.safetensors");
    // "position_ids" is of whole numbers.
    const auto entry = file.find("\"score.weight\":{\"dtype\":\"F32\"");
    REQUIRE(entry != file.npos);
    file.replace(entry + 25, 3, "I32");
    folder.file("model.safetensors", file);
    Model<Net> model(Seed{1});
    const std::string error = error_of([&] { load_text(model, TextFiles(folder.path()), small); });
    CHECK(contains(error, ": 3 faults, and nothing is loaded:"));
    CHECK(contains(error, "\"v_head.summary.weight\": found F32 [3, 32], expected nothing"));
    CHECK(contains(error, "\"score.weight\": found I32 [3, 32], expected nothing"));
    CHECK(contains(error, "(TextFilesOptions::strict = false leaves it out)"));
    const LoadReport report = load_text(model, TextFiles(folder.path(), {.strict = false}), small);
    REQUIRE(report.faults.size() == 3);
    CHECK(report.faults[2].tensor == "score.weight");
    CHECK(model.parameters.data()[3] == small_tensors().at("model.embed_tokens.weight").values[3]);
    const StoredWeights<Net> stored(TextFiles(folder.path(), {.strict = false}), small);
    CHECK(stored.report().faults.size() == 3);

    // What the model has is missed, and another head than the embedding's is refused, all the same.
    tensors.erase("model.norm.weight");
    tensors["lm_head.weight"] = test_tensor("h", 10, 32, true);
    const ModelFolder wrong(tensors);
    const std::string other = error_of([&] { load_text(model, TextFiles(wrong.path(), {.strict = false}), small); });
    CHECK(contains(other, ": 2 faults, and nothing is loaded:"));
    CHECK(contains(other, "\"model.norm.weight\": found nothing"));
    CHECK(contains(other, "\"lm_head.weight\": found F32 [10, 32], expected nothing, or the embedding's values"));
}

TEST_CASE("issue 17.18: a prefix before all names is said, and taken where it is given") {
    Model<Net> model(Seed{1});
    for (const std::string prefix : {"module.", "_orig_mod.module.", "base/", "student.model."}) {
        TestTensors tensors;
        for (const auto& [name, tensor] : small_tensors()) tensors[prefix + name] = tensor;
        tensors["beside"] = test_tensor("beside", 3, 32, true);
        const ModelFolder folder(tensors);
        const std::string hint = ", and nothing is loaded (all of the model's names are there behind \"" + prefix +
                                 "\": TextFilesOptions::prefix = \"" + prefix + "\" reads them):\n";
        for (const char* given : {"", "x."})
            CHECK(contains(error_of([&] { load_text(model, TextFiles(folder.path(), {.prefix = given}), small); }),
                           hint));
        CHECK(load_text(model, TextFiles(folder.path(), {.prefix = prefix}), small).faults.empty());
    }
    // The body alone, as a model without a head is saved.
    TestTensors body, deep;
    for (const auto& [name, tensor] : small_tensors()) {
        body[name.substr(6)] = tensor;
        deep["module." + name.substr(6)] = tensor;
    }
    CHECK(load_error(body) == "no error");
    CHECK(contains(load_error(deep), "TextFilesOptions::prefix = \"module.\" reads them"));
    const ModelFolder folder(deep);
    CHECK_NOTHROW(load_text(model, TextFiles(folder.path(), {.prefix = "module."}), small));
    const ModelFolder plain(small_tensors());
    CHECK(contains(error_of([&] { load_text(model, TextFiles(plain.path(), {.prefix = "module."}), small); }),
                   "all of the model's names are there without \"module.\": TextFilesOptions::prefix = \"\" reads"));
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
