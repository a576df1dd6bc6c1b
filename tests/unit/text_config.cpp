// What config.json and GGUF's metadata say of a text model's sizes, and what is refused.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "genotype/text/files/config_file.hpp"
#include "genotype/text/files/text_files.hpp"
#include "genotype/text/generation/chat.hpp"
#include "genotype/text/generation/generation_defaults.hpp"
#include "support/temporary_folder.hpp"
#include "support/text_model_files.hpp"

using namespace genotype;
using nlohmann::json;

namespace {

// As Hugging Face has them, written by hand from the models' pages.
const char* const llama_3_2 =
    R"({"architectures": ["LlamaForCausalLM"], "attention_bias": false, "bos_token_id": 128000,
    "eos_token_id": 128001, "head_dim": 64, "hidden_act": "silu", "hidden_size": 2048, "initializer_range": 0.02,
    "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": false, "model_type": "llama",
    "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8, "pretraining_tp": 1,
    "rms_norm_eps": 1e-05, "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
    "original_max_position_embeddings": 8192, "rope_type": "llama3"}, "rope_theta": 500000.0,
    "tie_word_embeddings": true, "torch_dtype": "bfloat16", "vocab_size": 128256})";
const char* const tinyllama = R"({"architectures": ["LlamaForCausalLM"], "hidden_act": "silu", "hidden_size": 2048,
    "intermediate_size": 5632, "max_position_embeddings": 2048, "model_type": "llama", "num_attention_heads": 32,
    "num_hidden_layers": 22, "num_key_value_heads": 4, "rms_norm_eps": 1e-05, "rope_scaling": null,
    "tie_word_embeddings": false, "vocab_size": 32000})";
const char* const smollm2 = R"({"hidden_act": "silu", "hidden_size": 576, "intermediate_size": 1536,
    "is_llama_config": true, "max_position_embeddings": 8192, "model_type": "llama", "num_attention_heads": 9,
    "num_hidden_layers": 30, "num_key_value_heads": 3, "pretraining_tp": 1, "rms_norm_eps": 1e-05,
    "rope_interleaved": false, "rope_scaling": null, "rope_theta": 100000, "tie_word_embeddings": true,
    "vocab_size": 49152})";
const char* const gpt2_file = R"({"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"],
    "attn_pdrop": 0.1, "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12,
    "n_layer": 12, "n_positions": 1024, "resid_pdrop": 0.1, "task_specific_params": {"a": 1}, "vocab_size": 50257})";

TextConfig read(const std::string& text) {
    return detail::read_config_json(text, "config.json");
}
/// The error of a file that differs in one field; a null removes it.
std::string error_with(const char* file, const json::json_pointer& field, const json& value) {
    json changed = json::parse(file);
    changed[field] = value;
    return error_of([&] { read(changed.dump()); });
}

constexpr LlamaConfig small{.vocabulary = 10,
                            .width = 32,
                            .layers = 1,
                            .heads = 4,
                            .key_value_heads = 2,
                            .hidden = 32,
                            .context = 16,
                            .tied = true};
constexpr GPT2Config small_gpt2{.vocabulary = 10, .context = 8, .width = 32, .layers = 1, .heads = 4};

TextConfig read(const GgufFile& file) {
    const std::string text = file.text();
    return detail::read_config_gguf(Gguf(std::as_bytes(std::span(text)), "m.gguf"));
}
std::string error_in(const GgufFile& file) {
    return error_of([&] { read(file); });
}
/// The file with one entry more, which takes the place of one of the same key.
GgufFile with(GgufFile file, const std::string& key, const std::string& entry) {
    std::erase_if(file.entries, [&](const std::string& old) { return old.starts_with(gguf_text(key)); });
    if (!entry.empty()) file.entries.push_back(entry);
    return file;
}

}  // namespace

TEST_CASE("the ready-made sizes are those of Hugging Face's files") {
    CHECK(read(llama_3_2) == TextConfig(llama_3_2_1b));
    CHECK(read(tinyllama) == TextConfig(tinyllama_1_1b));
    CHECK(read(smollm2) == TextConfig(smollm2_135m));
    CHECK(read(gpt2_file) == TextConfig(gpt2_small));
}

TEST_CASE("what a file leaves out is as transformers has it") {
    json file = json::parse(tinyllama);
    file.erase("num_key_value_heads");
    file.erase("rms_norm_eps");
    file.erase("tie_word_embeddings");
    LlamaConfig wanted = tinyllama_1_1b;
    wanted.key_value_heads = 32;
    wanted.rms_epsilon = 1e-6f;
    CHECK(read(file.dump()) == TextConfig(wanted));
    json other = json::parse(gpt2_file);
    other["tie_word_embeddings"] = false;
    other["n_inner"] = 100;
    other.erase("n_positions");
    GPT2Config second = gpt2_small;
    second.tied = false;
    second.hidden = 100;
    CHECK(read(other.dump()) == TextConfig(second));
}

TEST_CASE("transformers 5 writes positions in one place") {
    json file = json::parse(llama_3_2);
    file["rope_parameters"] = file["rope_scaling"];
    file["rope_parameters"]["rope_theta"] = file["rope_theta"];
    file.erase("rope_scaling");
    file.erase("rope_theta");
    CHECK(read(file.dump()) == TextConfig(llama_3_2_1b));
    file["rope_scaling"] = json::parse(llama_3_2)["rope_scaling"];
    CHECK(contains(error_of([&] { read(file.dump()); }), "rope_scaling: found an object"));
}

TEST_CASE("positions that are stretched evenly") {
    json file = json::parse(tinyllama);
    for (const char* key : {"rope_type", "type"}) {
        file["rope_scaling"] = {{key, "linear"}, {"factor", 4}};
        LlamaConfig wanted = tinyllama_1_1b;
        wanted.rope_scaling = RopeScaling::linear;
        wanted.rope_factor = 4;
        CHECK(read(file.dump()) == TextConfig(wanted));
    }
    file["rope_scaling"] = {{"rope_type", "default"}};
    CHECK(read(file.dump()) == TextConfig(tinyllama_1_1b));
}

TEST_CASE("issue 17.19: one function has several names") {
    for (const char* name : {"gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate", "gelu_python_tanh"})
        CHECK(error_with(gpt2_file, json::json_pointer("/activation_function"), name) == "no error");
    for (const char* name : {"silu", "swish"})
        CHECK(error_with(smollm2, json::json_pointer("/hidden_act"), name) == "no error");
    for (const char* other : {"gelu", "gelu_10", "gelu_python", "quick_gelu"})
        CHECK(contains(
            error_with(gpt2_file, json::json_pointer("/activation_function"), other),
            "activation_function: found \"" + std::string(other) + "\", expected gelu_new or gelu_pytorch_tanh"));
}

TEST_CASE("issue 17.23: a folder of a cache or of GGUF files says where its model is") {
    TemporaryFolder folder;
    CHECK(contains(error_of([&] { read_text_config(folder.path()); }), "config.json: file"));
    const auto expect = [&](const std::string& words) {
        const std::string wanted =
            folder.path().string() + ": model: found a folder without config.json, expected " + words;
        CHECK(error_of([&] { read_text_config(folder.path()); }) == wanted);
        CHECK(error_of([&] { read_generation_defaults(folder.path()); }) == wanted);
        CHECK(error_of([&] { read_chat_template(folder.path()); }) == wanted);
    };
    folder.file("models--a--b/snapshots/12/config.json", "{}");
    expect("the folder of a model: " + (folder / "models--a--b").string());
    folder.file("snapshots/34/config.json", "{}");
    folder.file("blobs/56", "{}");
    expect("the folder of a model: " + (folder / "models--a--b").string() + ", " + (folder / "snapshots/34").string());
    folder.file("m.Q8_0.gguf", "GGUF");
    folder.file("readme.gguf", "text");
    expect("the path of a GGUF file: " + (folder / "m.Q8_0.gguf").string());
    folder.file("config.json", smollm2);
    CHECK_NOTHROW(read_text_config(folder.path()));
    CHECK(contains(error_of([&] { TextFiles{folder.path()}; }),
                   "weights: found neither, expected model.safetensors or "
                   "model.safetensors.index.json (or the path of a GGUF file: "));
}

TEST_CASE("a Qwen2.5's config.json") {
    // The fields and values of Qwen/Qwen2.5-0.5B.
    const char* const qwen =
        R"({"model_type": "qwen2", "vocab_size": 151936, "hidden_size": 896, "num_hidden_layers": 24,
        "num_attention_heads": 14, "num_key_value_heads": 2, "intermediate_size": 4864,
        "max_position_embeddings": 32768,
        "hidden_act": "silu", "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "tie_word_embeddings": true,
        "sliding_window": 32768, "max_window_layers": 24, "use_sliding_window": false, "use_mrope": false,
        "attention_dropout": 0.0, "initializer_range": 0.02, "bos_token_id": 151643, "eos_token_id": 151643})";
    const TemporaryFolder folder;
    const auto config = [&](const std::string& text) {
        folder.file("config.json", text);
        return read_text_config(folder.path());
    };
    CHECK(config(qwen) == TextConfig(qwen2_5_0_5b));
    // As transformers 5 writes it.
    json newer = json::parse(qwen);
    newer.erase("rope_theta");
    newer["rope_parameters"] = {{"rope_theta", 1e6}, {"rope_type", "default"}};
    newer["layer_types"] = std::vector<std::string>(24, "full_attention");
    newer["sliding_window"] = nullptr;
    CHECK(config(newer.dump()) == TextConfig(qwen2_5_0_5b));
    CHECK(read_generation_defaults(folder.path()).end_tokens == std::vector<TokenId>{151643});
    const auto expect = [&](const char* field, const json& value, const std::string& words) {
        CHECK_MESSAGE(contains(error_with(qwen, json::json_pointer(field), value), words),
                      error_with(qwen, json::json_pointer(field), value));
    };
    expect("/use_sliding_window", true, "use_sliding_window: found true, expected false");
    expect("/layer_types", {"full_attention", "sliding_attention"},
           "layer_types[1]: found \"sliding_attention\", expected full_attention");
    expect("/num_attention_heads", 15,
           "num_attention_heads: found 15, expected heads of an even width, of hidden_size 896");
    expect("/layer_types", {"full_attention"},
           "layer_types: found a list, expected 24 types, one for each of num_hidden_layers");
    json all = json::parse(qwen);
    all["num_key_value_heads"] = nullptr;
    CHECK(config(all.dump()).options()[4].text == "14");
    all.erase("num_key_value_heads");  // 32 in transformers
    CHECK(contains(error_of([&] { config(all.dump()); }), "num_key_value_heads: found nothing, expected a divisor of"));
    expect("/num_key_value_heads", 4, "num_key_value_heads: found 4, expected a divisor of num_attention_heads, 14");
    expect("/head_dim", 128, "head_dim: found 128, expected 64, hidden_size over num_attention_heads");
    expect("/rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}},
           "found \"yarn\", expected default, linear or llama3");

    constexpr Qwen2Config two{.vocabulary = 10, .width = 32, .layers = 1, .heads = 4, .hidden = 32, .context = 16};
    GgufFile gguf = gguf_of(two, TestModel(two).tensors, "F32");
    CHECK(read_text_config(folder.file("m.gguf", gguf.text())) == TextConfig(two));
    gguf.entries.push_back(gguf_string("qwen2.rope.scaling.type", "yarn"));
    CHECK(contains(error_of([&] { read_text_config(folder.file("m.gguf", gguf.text())); }),
                   "\"qwen2.rope.scaling.type\": found \"yarn\", expected none or linear"));
}

TEST_CASE("a Mistral's config.json") {
    // The fields and values of mistralai/Mistral-7B-v0.3.
    const char* const mistral =
        R"({"model_type": "mistral", "vocab_size": 32768, "hidden_size": 4096, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336,
        "max_position_embeddings": 32768, "hidden_act": "silu", "rms_norm_eps": 1e-05, "rope_theta": 1000000.0,
        "sliding_window": null, "tie_word_embeddings": false, "attention_dropout": 0.0, "bos_token_id": 1,
        "eos_token_id": 2})";
    const auto config = [](const json& text) { return read(text.dump()); };
    CHECK(read(mistral) == TextConfig(mistral_7b_v0_3));
    // As transformers 5 writes it, and with what it has where nothing is said.
    json newer = json::parse(mistral);
    for (const char* absent : {"rope_theta", "num_key_value_heads"}) newer.erase(absent);
    newer["rope_parameters"] = {{"rope_theta", 1e6}, {"rope_type", "default"}};
    newer["head_dim"] = nullptr;
    CHECK(config(newer) == TextConfig(mistral_7b_v0_3));
    for (const char* absent : {"rope_parameters", "rms_norm_eps", "sliding_window"}) newer.erase(absent);
    newer["head_dim"] = 160;
    newer["tie_word_embeddings"] = true;
    newer["max_position_embeddings"] = 4096;  // as many as the window that nobody speaks of
    constexpr MistralConfig little_said{.vocabulary = 32768,
                                        .width = 4096,
                                        .layers = 32,
                                        .heads = 32,
                                        .key_value_heads = 8,
                                        .head_width = 160,
                                        .hidden = 14336,
                                        .context = 4096,
                                        .rope_theta = 10'000,
                                        .rms_epsilon = 1e-6f,
                                        .tied = true};
    CHECK(config(newer) == TextConfig(little_said));
    newer["num_key_value_heads"] = nullptr;
    CHECK(config(newer).options()[4].text == "32");
    newer["max_position_embeddings"] = 4097;
    CHECK(contains(error_of([&] { config(newer); }),
                   "sliding_window: found nothing, expected null, or 4097 at least, the context (without a word of it, "
                   "it is 4096)"));
    newer["sliding_window"] = 4097;
    CHECK(config(newer).options()[7].text == "4097");
    const auto expect = [&](const char* field, const json& value, const std::string& words) {
        CHECK_MESSAGE(contains(error_with(mistral, json::json_pointer(field), value), words),
                      error_with(mistral, json::json_pointer(field), value));
    };
    expect("/sliding_window", 4096, "sliding_window: found 4096, expected null, or 32768 at least, the context");
    expect("/sliding_window", 0, "sliding_window: found 0");
    expect("/hidden_act", "gelu", "hidden_act: found \"gelu\", expected silu or swish");
    expect("/head_dim", 31, "head_dim: found 31, expected an even number, for rotary positions");
    expect("/num_attention_heads", 24, "num_attention_heads: found 24, expected a divisor of hidden_size, 4096");
    expect("/num_key_value_heads", 3, "num_key_value_heads: found 3, expected a divisor of num_attention_heads, 32");
    expect("/rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}},
           "found \"yarn\", expected default, linear or llama3");
}

TEST_CASE("a Qwen3's config.json") {
    // The fields and values of Qwen/Qwen3-0.6B.
    const char* const qwen =
        R"({"model_type": "qwen3", "vocab_size": 151936, "hidden_size": 1024, "num_hidden_layers": 28,
        "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 3072,
        "max_position_embeddings": 40960, "hidden_act": "silu", "rms_norm_eps": 1e-06, "rope_theta": 1000000,
        "rope_scaling": null, "tie_word_embeddings": true, "attention_bias": false, "attention_dropout": 0.0,
        "sliding_window": null, "max_window_layers": 28, "use_sliding_window": false,
        "bos_token_id": 151643, "eos_token_id": 151645})";
    const auto config = [](const json& text) { return read(text.dump()); };
    CHECK(read(qwen) == TextConfig(qwen3_0_6b));
    // As transformers 5 writes it, and with what it has where nothing is said.
    json newer = json::parse(qwen);
    for (const char* absent : {"rope_theta", "rope_scaling", "head_dim", "rms_norm_eps"}) newer.erase(absent);
    newer["rope_parameters"] = {{"rope_theta", 1e6}, {"rope_type", "default"}};
    newer["layer_types"] = std::vector<std::string>(28, "full_attention");
    CHECK(config(newer) == TextConfig(qwen3_0_6b));
    newer.erase("rope_parameters");
    newer.erase("num_key_value_heads");
    newer["num_attention_heads"] = 64;
    newer["tie_word_embeddings"] = false;
    constexpr Qwen3Config little_said{.vocabulary = 151936,
                                      .width = 1024,
                                      .layers = 28,
                                      .heads = 64,
                                      .key_value_heads = 32,
                                      .head_width = 128,
                                      .hidden = 3072,
                                      .context = 40960,
                                      .rope_theta = 10'000};
    CHECK(config(newer) == TextConfig(little_said));
    newer["num_key_value_heads"] = nullptr;
    CHECK(config(newer).options()[4].text == "64");
    const auto expect = [&](const char* field, const json& value, const std::string& words) {
        CHECK_MESSAGE(contains(error_with(qwen, json::json_pointer(field), value), words),
                      error_with(qwen, json::json_pointer(field), value));
    };
    expect("/attention_bias", true, "attention_bias: found true, expected false");
    expect("/use_sliding_window", true, "use_sliding_window: found true, expected false");
    expect("/layer_types", {"full_attention", "sliding_attention"},
           "layer_types[1]: found \"sliding_attention\", expected full_attention");
    expect("/layer_types", {"full_attention"},
           "layer_types: found a list, expected 28 types, one for each of num_hidden_layers");
    expect("/head_dim", 31, "head_dim: found 31, expected an even number, for rotary positions");
    expect("/head_dim", nullptr, "head_dim: found nothing, expected a whole number");
    expect("/num_key_value_heads", 3, "num_key_value_heads: found 3, expected a divisor of num_attention_heads, 16");
    expect("/rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}},
           "found \"yarn\", expected default, linear or llama3");

    constexpr Qwen3Config two{
        .vocabulary = 10, .width = 32, .layers = 1, .heads = 4, .head_width = 10, .hidden = 32, .context = 16};
    GgufFile gguf = gguf_of(two, TestModel(two).tensors, "F32");
    const TemporaryFolder folder;
    CHECK(read_text_config(folder.file("m.gguf", gguf.text())) == TextConfig(two));
    gguf.entries.push_back(gguf_string("qwen3.rope.scaling.type", "yarn"));
    CHECK(contains(error_of([&] { read_text_config(folder.file("m.gguf", gguf.text())); }),
                   "\"qwen3.rope.scaling.type\": found \"yarn\", expected none or linear"));
}

TEST_CASE("what such models are not here is refused by its name") {
    const auto expect = [](const char* file, const char* field, const json& value, const std::string& words) {
        CAPTURE(field);
        CHECK_MESSAGE(contains(error_with(file, json::json_pointer(field), value), words),
                      error_with(file, json::json_pointer(field), value));
    };
    expect(smollm2, "/model_type", "gemma",
           "config.json: model_type: found \"gemma\", expected gpt2, llama, qwen2, qwen3 or mistral");
    expect(smollm2, "/model_type", nullptr, "model_type: found nothing");
    expect(smollm2, "/hidden_act", "gelu", "hidden_act: found \"gelu\", expected silu");
    expect(smollm2, "/rope_interleaved", true, "rope_interleaved: found true, expected false");
    expect(smollm2, "/pretraining_tp", 2, "pretraining_tp: found 2");
    expect(smollm2, "/quantization_config", {{"bits", 4}}, "quantization_config: found an object");
    expect(smollm2, "/partial_rotary_factor", 0.5, "partial_rotary_factor: found 0.5");
    expect(smollm2, "/num_attention_heads", 7, "num_attention_heads: found 7, expected a divisor of hidden_size, 576");
    expect(smollm2, "/num_key_value_heads", 2, "num_key_value_heads: found 2, expected a divisor of");
    expect(smollm2, "/head_dim", 63, "head_dim: found 63, expected an even number");
    expect(smollm2, "/vocab_size", nullptr, "vocab_size: found nothing");
    expect(smollm2, "/vocab_size", 0, "vocab_size: found 0, expected a whole number from 1");
    expect(smollm2, "/vocab_size", -5, "vocab_size: found -5");
    expect(smollm2, "/vocab_size", 1e3, "vocab_size: found 1000.0");
    expect(smollm2, "/vocab_size", 1 << 25, "vocab_size: found 33554432");
    expect(smollm2, "/vocab_size", std::uint64_t{1} << 63, "vocab_size: found 9223372036854775808");
    expect(smollm2, "/rms_norm_eps", 0, "rms_norm_eps: found 0, expected a number above 0");
    expect(smollm2, "/rms_norm_eps", 1e300, "rms_norm_eps: found 1e+300");
    expect(smollm2, "/rope_theta", "10000", "rope_theta: found \"10000\"");
    expect(smollm2, "/rope_scaling", {{"rope_type", "yarn"}, {"factor", 2}},
           "rope_scaling.rope_type: found \"yarn\", expected default, linear or llama3");
    expect(smollm2, "/rope_scaling", {{"type", "linear"}}, "rope_scaling.factor: found nothing");
    expect(llama_3_2, "/rope_scaling/low_freq_factor", nullptr, "rope_scaling.low_freq_factor: found nothing");
    expect(llama_3_2, "/rope_scaling/high_freq_factor", 1,
           "rope_scaling.high_freq_factor: found 1, expected more than");
    expect(llama_3_2, "/rope_scaling/partial_rotary_factor", 0.5, "rope_scaling.partial_rotary_factor: found 0.5");
    expect(gpt2_file, "/activation_function", "relu", "activation_function: found \"relu\", expected gelu_new");
    expect(gpt2_file, "/scale_attn_weights", false, "scale_attn_weights: found false, expected true");
    expect(gpt2_file, "/scale_attn_by_inverse_layer_idx", true, "scale_attn_by_inverse_layer_idx: found true");
    expect(gpt2_file, "/add_cross_attention", true, "add_cross_attention: found true");
    expect(gpt2_file, "/n_head", 11, "n_head: found 11, expected a divisor of n_embd, 768");
    expect(gpt2_file, "/tie_word_embeddings", 1, "tie_word_embeddings: found 1, expected true or false");
    CHECK(contains(error_of([] { read("[1]"); }), "config.json: JSON: found something else, expected an object"));
    CHECK(contains(error_of([] { read("{"); }), "config.json: JSON"));
}

TEST_CASE("a type's sizes against a file's: one error lists every field") {
    CHECK_NOTHROW(check_config(read(smollm2), smollm2_135m, "m"));
    CHECK(error_of([] { check_config(read(smollm2), gpt2_small, "m"); }) ==
          "m: 1 fault: \"family\": found llama, expected gpt2");
    LlamaConfig other = smollm2_135m;
    other.rope_theta = 10'000;
    other.rope_scaling = RopeScaling::linear;
    other.rms_epsilon = 1e-6f;
    CHECK(error_of([&] { check_config(read(smollm2), other, "m"); }) ==
          "m: 3 faults:\n\"rope_theta\": found 100000, expected 10000\n\"rope_scaling\": found none, expected linear\n"
          "\"rms_epsilon\": found 1e-05, expected 1e-06");
}

TEST_CASE("sizes by GGUF's metadata") {
    const TestTensors tensors = TestModel(small).tensors;
    const GgufFile file = gguf_of(small, tensors, "F32");
    CHECK(read(file) == TextConfig(small));
    LlamaConfig wanted = small;
    wanted.rope_scaling = RopeScaling::linear;
    wanted.rope_factor = 2.5f;
    GgufFile scaled = with(file, "llama.rope.scaling.type", gguf_string("llama.rope.scaling.type", "linear"));
    scaled.entries.push_back(gguf_f32("llama.rope.scaling.factor", 2.5f));
    scaled.entries.push_back(gguf_u32("llama.vocab_size", 10));
    CHECK(read(scaled) == TextConfig(wanted));

    LlamaConfig biased = small;
    biased.tied = false;
    biased.attention_bias = biased.mlp_bias = true;
    CHECK(read(gguf_of(biased, TestModel(biased).tensors, "F32")) == TextConfig(biased));
    CHECK(read(gguf_of(small_gpt2, TestModel(small_gpt2).tensors, "F32")) == TextConfig(small_gpt2));
}

TEST_CASE("what GGUF's metadata may not say") {
    const GgufFile file = gguf_of(small, TestModel(small).tensors, "F32");
    const auto expect = [&](const std::string& key, const std::string& entry, const std::string& words) {
        CAPTURE(key);
        CHECK_MESSAGE(contains(error_in(with(file, key, entry)), words), error_in(with(file, key, entry)));
    };
    const auto number = [&](const std::string& key, std::uint32_t value, const std::string& words) {
        expect(key, gguf_u32(key, value), words);
    };
    expect("general.architecture", gguf_string("general.architecture", "gemma"),
           "\"general.architecture\": found \"gemma\", expected \"gpt2\", \"llama\", \"qwen2\", \"qwen3\" or "
           "\"mistral\"");
    expect("general.architecture", gguf_string("general.architecture", "mistral"),
           "\"general.architecture\": found \"mistral\", expected \"llama\", as llama.cpp says of a Mistral");
    expect("llama.block_count", "", "\"llama.block_count\": found no such key");
    number("llama.block_count", 0, "\"llama.block_count\": found 0");
    number("llama.block_count", 1u << 31, "\"llama.block_count\": found 2147483648");
    number("llama.vocab_size", 11, "\"llama.vocab_size\": found 11, expected 10, the rows of the embedding");
    number("llama.attention.head_count_kv", 3, "\"llama.attention.head_count_kv\": found 3, expected a divisor");
    number("llama.attention.key_length", 7, "\"llama.attention.key_length\": found 7, expected an even number");
    number("llama.attention.value_length", 6, "\"llama.attention.value_length\": found 6, expected 8");
    number("llama.rope.dimension_count", 4, "\"llama.rope.dimension_count\": found 4, expected 8");
    number("llama.expert_count", 8, "\"llama.expert_count\": found 8");
    number("llama.attention.sliding_window", 8,
           "\"llama.attention.sliding_window\": found 8, expected 0, or at least the context of 16");
    number("llama.attention.head_dim", 8, "\"llama.attention.head_dim\": found a key of this name");
    expect("llama.rope.scaling.type", gguf_string("llama.rope.scaling.type", "yarn"),
           "found \"yarn\", expected none or linear");
    expect("llama.rope.freq_base", gguf_f32("llama.rope.freq_base", -1), "\"llama.rope.freq_base\": found -1");
    expect("llama.rope.freq_base", gguf_string("llama.rope.freq_base", "1"), "\"llama.rope.freq_base\": found STRING");
    GgufFile none = file;
    none.tensors.clear();
    none.data.clear();
    CHECK(contains(error_in(none), "\"token_embd.weight\": found no tensor of this name"));
}

TEST_CASE("issue 17.16: what a model does not need cannot refuse it") {
    constexpr LlamaConfig two{.vocabulary = 10,
                              .width = 32,
                              .layers = 2,
                              .heads = 4,
                              .key_value_heads = 2,
                              .hidden = 32,
                              .context = 16,
                              .tied = true};
    const GgufFile file = gguf_of(two, TestModel(two).tensors, "F32");
    const auto i32 = [](const std::string& key, std::int32_t value) { return gguf_entry(key, 5, gguf_number(value)); };
    const auto u64 = [](const std::string& key, std::uint64_t value) {
        return gguf_entry(key, 10, gguf_number(value));
    };
    const auto list = [](const std::string& key, const std::vector<std::int32_t>& values) {
        return gguf_entry(key, 9, gguf_array(5, values.size(), bytes_of(values)));
    };
    const auto flag = [](const std::string& key, bool value) { return gguf_entry(key, 7, std::string(1, value)); };
    const auto number = [](const std::string& key, float value) { return gguf_f32(key, value); };
    const auto key = [](const std::string& name) { return "llama." + name; };
    struct Entry {
        std::string name, entry;
    };
    for (const auto& [name, entry] : std::vector<Entry>{
             {"attention.head_count", i32(key("attention.head_count"), 4)},
             {"attention.head_count", u64(key("attention.head_count"), 4)},
             {"attention.head_count", list(key("attention.head_count"), {4, 4})},
             {"attention.head_count_kv", list(key("attention.head_count_kv"), {2, 2})},
             {"feed_forward_length", list(key("feed_forward_length"), {32, 32})},
             {"context_length", u64(key("context_length"), 16)},
             {"attention.layer_norm_rms_epsilon",
              gguf_entry(key("attention.layer_norm_rms_epsilon"), 12, gguf_number(1e-5))},
             {"", number(key("attention.layer_norm_epsilon"), 1e-5f)},
             {"rope.freq_base", gguf_u32(key("rope.freq_base"), 10000)},
             {"expert_used_count", gguf_u32(key("expert_used_count"), 0)},
             {"expert_count", i32(key("expert_count"), 0)},
             {"attention.causal", flag(key("attention.causal"), true)},
             {"attention.sliding_window", gguf_u32(key("attention.sliding_window"), 4096)},
             {"attention.sliding_window", gguf_u32(key("attention.sliding_window"), 0)},
             {"rope.scale_linear", number(key("rope.scale_linear"), 1)},
             {"rope.scaling.factor", number(key("rope.scaling.factor"), 1)},
             {"rope.scaling.type", gguf_string(key("rope.scaling.type"), "none")},
             {"tensor_data_layout", gguf_string(key("tensor_data_layout"), "Meta AI original pth")},
             {"attention.clamp_kqv", number(key("attention.clamp_kqv"), 0)},
             {"logit_scale", number(key("logit_scale"), 1)},
         }) {
        CAPTURE(name);
        const GgufFile other = with(file, key(name), entry);
        CHECK_MESSAGE(error_in(other) == "no error", error_in(other));
        if (error_in(other) == "no error") CHECK(read(other) == TextConfig(two));
    }
    // A factor without words for its kind is a linear one, as in llama.cpp.
    LlamaConfig stretched = two;
    stretched.rope_scaling = RopeScaling::linear;
    stretched.rope_factor = 4;
    for (const char* name : {"rope.scale_linear", "rope.scaling.factor"})
        CHECK(read(with(file, key(name), number(key(name), 4))) == TextConfig(stretched));

    for (const auto& [name, entry, words] : std::vector<std::array<std::string, 3>>{
             {"attention.head_count", i32(key("attention.head_count"), -4), "found INT32 -4, expected UINT32"},
             {"attention.head_count", u64(key("attention.head_count"), 1ULL << 32), "found UINT64 4294967296"},
             {"attention.head_count", list(key("attention.head_count"), {4, 2}),
              "found 4 and 2 for two layers, expected the same for all layers"},
             {"attention.head_count", list(key("attention.head_count"), {4, 4, 4}),
              "found ARRAY of 3 INT32, expected one number, or one for each of the 2 layers"},
             {"attention.head_count", list(key("attention.head_count"), {}), "found ARRAY of 0 INT32"},
             {"attention.head_count",
              gguf_entry(key("attention.head_count"), 9, gguf_array(6, 2, bytes_of<float>({4, 4}))),
              "found ARRAY of 2 FLOAT32"},
             {"attention.causal", flag(key("attention.causal"), false), "found false, expected true"},
             {"expert_count", i32(key("expert_count"), 8), "found 8, expected 0: one feed-forward part a layer"},
             {"logit_scale", number(key("logit_scale"), 2), "found 2, expected 1, or nothing"},
             {"tensor_data_layout", gguf_string(key("tensor_data_layout"), "other"),
              "found \"other\", expected \"Meta"},
             {"rope.scaling.factor", number(key("rope.scaling.factor"), -1), "found -1, expected a number above 0"},
         }) {
        CAPTURE(name);
        CHECK_MESSAGE(contains(error_in(with(file, key(name), entry)), "\"" + key(name) + "\": " + words),
                      error_in(with(file, key(name), entry)));
    }
}

TEST_CASE("Llama 3's scaling is found again in the divisors that stand for it") {
    LlamaConfig wanted = small;
    wanted.head_width = 64;
    wanted.rope_theta = 500'000;
    GgufFile file = gguf_of(wanted, TestModel(wanted).tensors, "F32");
    const auto divisors = [&](double low, double high) {
        std::vector<float> list;
        for (int pair = 0; pair < 32; ++pair) {
            const double wave = 2 * 3.14159265358979 * std::pow(500'000.0, pair / 32.0);
            const double smooth = (8192 / wave - low) / (high - low);
            list.push_back(static_cast<float>(wave < 8192 / high  ? 1
                                              : wave > 8192 / low ? 32
                                                                  : 1 / ((1 - smooth) / 32 + smooth)));
        }
        return TestTensor{32, 1, false, list};
    };
    GgufFile right = file;
    add_tensor(right, "rope_freqs.weight", divisors(1, 4), "F32");
    wanted.rope_scaling = RopeScaling::llama3;
    wanted.rope_factor = 32;
    CHECK(read(right) == TextConfig(wanted));

    GgufFile other = file;
    add_tensor(other, "rope_freqs.weight", divisors(2, 8), "F32");
    CHECK(contains(error_in(other), "\"rope_freqs.weight\": found "));
    CHECK(contains(error_in(other), "expected the divisors of llama3's scaling"));
    GgufFile short_one = file;
    add_tensor(short_one, "rope_freqs.weight", {4, 1, false, {1, 1, 1, 1}}, "F32");
    CHECK(contains(error_in(short_one), "\"rope_freqs.weight\": found F32 [4]"));
    GgufFile both = with(right, "llama.rope.scaling.type", gguf_string("llama.rope.scaling.type", "linear"));
    both.entries.push_back(gguf_f32("llama.rope.scaling.factor", 2));
    CHECK(contains(error_in(both), "found them beside another scaling"));
}

TEST_CASE("a config from a path") {
    const TemporaryFolder folder;
    CHECK(contains(error_of([&] { read_text_config(folder / "none"); }),
                   "model: found nothing of this name, expected a folder in Hugging Face's form, or a GGUF file"));
    CHECK(contains(error_of([&] { read_text_config(folder.file("a.txt", "words")); }), "found a file of another kind"));
    CHECK(contains(error_of([&] { read_text_config(folder.path()); }), "config.json: file: found No such file"));
    folder.file("config.json", smollm2);
    CHECK(read_text_config(folder.path()) == TextConfig(smollm2_135m));
    const auto gguf = folder.file("any.name", gguf_of(small, TestModel(small).tensors, "Q8_0").text());
    CHECK(read_text_config(gguf) == TextConfig(small));
}
