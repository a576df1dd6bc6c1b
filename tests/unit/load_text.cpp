// Text models from their files: which values become which parameters, in both forms of weights.
#include "genotype/text/files/load_text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <concepts>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/models/gpt2.hpp"
#include "genotype/models/llama.hpp"
#include "genotype/models/mistral.hpp"
#include "genotype/models/qwen2.hpp"
#include "genotype/models/qwen3.hpp"
#include "genotype/text/files/stored_weights.hpp"
#include "support/temporary_folder.hpp"
#include "support/text_model_files.hpp"

using namespace genotype;

namespace {

// Sizes of all different kinds, whole blocks along every row.
constexpr LlamaConfig small_llama{.vocabulary = 50,
                                  .width = 96,
                                  .layers = 2,
                                  .heads = 3,
                                  .key_value_heads = 1,
                                  .hidden = 160,
                                  .context = 16,
                                  .tied = true};
constexpr LlamaConfig other_llama{.vocabulary = 50,
                                  .width = 64,
                                  .layers = 2,
                                  .heads = 4,
                                  .key_value_heads = 2,
                                  .head_width = 24,
                                  .hidden = 32,
                                  .context = 16,
                                  .attention_bias = true,
                                  .mlp_bias = true};
constexpr GPT2Config small_gpt2{.vocabulary = 50, .context = 7, .width = 64, .layers = 2, .heads = 4, .hidden = 96};
constexpr GPT2Config other_gpt2{.vocabulary = 33, .context = 9, .width = 32, .layers = 2, .heads = 2, .tied = false};

/// What parameters of block 1, and those outside blocks, are made of, spelled out; `true`: turned over.
using Sources = std::map<std::string, std::pair<std::vector<std::string>, bool>>;

Sources llama_table() {
    const std::string block = "model.layers.1.";
    Sources table{
        {"embedding.weight", {{"model.embed_tokens.weight"}, false}},
        {"body.1.weight", {{"model.norm.weight"}, false}},
        {"head.weight", {{"lm_head.weight"}, false}},
        {"body.0.1.0.branch.0.weight", {{block + "input_layernorm.weight"}, false}},
        {"body.0.1.1.branch.0.weight", {{block + "post_attention_layernorm.weight"}, false}},
    };
    for (const std::string leaf : {"weight", "bias"}) {
        table["body.0.1.0.branch.1.0." + leaf] = {
            {block + "self_attn.q_proj." + leaf, block + "self_attn.k_proj." + leaf,
             block + "self_attn.v_proj." + leaf},
            false};
        table["body.0.1.0.branch.1.3." + leaf] = {{block + "self_attn.o_proj." + leaf}, false};
        table["body.0.1.1.branch.1." + leaf] = {{block + "mlp.gate_proj." + leaf, block + "mlp.up_proj." + leaf},
                                                false};
        table["body.0.1.1.branch.3." + leaf] = {{block + "mlp.down_proj." + leaf}, false};
    }
    return table;
}

Sources qwen3_table() {
    Sources table = llama_table();
    const std::string block = "model.layers.1.self_attn.", ours = "body.0.1.0.branch.1.";
    table.erase(ours + "3.weight");
    table[ours + "4.weight"] = {{block + "o_proj.weight"}, false};
    table[ours + "1.queries.weight"] = {{block + "q_norm.weight"}, false};
    table[ours + "1.keys.weight"] = {{block + "k_norm.weight"}, false};
    return table;
}

Sources gpt2_table() {
    const std::string block = "transformer.h.1.";
    Sources table{{"embedding.weight", {{"transformer.wte.weight"}, false}},
                  {"body.0.weight", {{"transformer.wpe.weight"}, false}},
                  {"head.weight", {{"lm_head.weight"}, false}}};
    for (const std::string leaf : {"weight", "bias"}) {
        const bool turned = leaf == "weight";
        table["body.2." + leaf] = {{"transformer.ln_f." + leaf}, false};
        table["body.1.1.0.branch.0." + leaf] = {{block + "ln_1." + leaf}, false};
        table["body.1.1.0.branch.1.0." + leaf] = {{block + "attn.c_attn." + leaf}, turned};
        table["body.1.1.0.branch.1.2." + leaf] = {{block + "attn.c_proj." + leaf}, turned};
        table["body.1.1.1.branch.0." + leaf] = {{block + "ln_2." + leaf}, false};
        table["body.1.1.1.branch.1." + leaf] = {{block + "mlp.c_fc." + leaf}, turned};
        table["body.1.1.1.branch.3." + leaf] = {{block + "mlp.c_proj." + leaf}, turned};
    }
    return table;
}

/// A parameter's values in PyTorch's order.
std::vector<float> wanted_values(const TestTensors& tensors, const std::pair<std::vector<std::string>, bool>& sources) {
    std::vector<float> values;
    for (const std::string& name : sources.first) {
        const TestTensor& tensor = tensors.at(name);
        const TestTensor turned = sources.second ? turned_over(tensor) : tensor;
        values.insert(values.end(), turned.values.begin(), turned.values.end());
    }
    return values;
}

std::vector<float> loaded_values(const Parameter& tensor, const float* data) {
    if (tensor.dims.rank == 1 || tensor.order[0] == 0) return {data, data + tensor.count()};
    std::vector<float> values;
    for (long row = 0; row < tensor.dims[0]; ++row)
        for (long column = 0; column < tensor.dims[1]; ++column) values.push_back(data[column * tensor.dims[0] + row]);
    return values;
}

/// Which parameters of the table the model has, each right.
template <class Net>
int compare(const Model<Net>& model, const TestTensors& tensors, const Sources& table) {
    int compared = 0;
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor, long offset) {
        const auto row = table.find(name);
        if (row == table.end()) return;
        CAPTURE(name);
        CHECK(loaded_values(tensor, model.parameters.data() + offset) == wanted_values(tensors, row->second));
        ++compared;
    });
    return compared;
}

/// What a stored model's products read, as float32, beside the parameters of a float model.
template <class Net, class L>
void compare_stored(const Model<Net>& model, const StoredWeights<Net>& stored, const std::string& prefix,
                    long& parameters, long& prepared) {
    if constexpr (Combinator<L>) {
        L::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName name) {
            compare_stored<Net, Child>(model, stored, detail::child_prefix(prefix, name), parameters, prepared);
        });
    } else {
        constexpr auto form = L::template packed<Stored<Cpu>>();
        constexpr bool has_matrix = kernels::is_stored_matrix<std::remove_cv_t<decltype(form)>>;
        long offset = parameters;
        for (const Parameter& tensor : L::parameters) {
            CAPTURE(prefix + tensor.name);
            const std::vector<float> wanted = loaded_values(tensor, model.parameters.data() + offset);
            std::vector<float> found(wanted.size());
            bool is_matrix = false;
            if constexpr (has_matrix)
                if (offset == parameters) {
                    is_matrix = true;
                    const kernels::StoredMatrix& matrix = *form.in(stored.packed.data() + prepared);
                    CHECK_NOTHROW(kernels::detail::check_stored_matrix(matrix, tensor.dims[0], tensor.dims[1]));
                    for (long row = 0; row < matrix.rows; ++row)
                        kernels::detail::dequantize_values(kernels::detail::stored_row(matrix, row), matrix.columns,
                                                           found.data() + row * matrix.columns);
                }
            if (!is_matrix) found = loaded_values(tensor, stored.parameters.data() + offset);
            CHECK(found == wanted);
            offset += aligned(tensor.count());
        }
        parameters += parameter_floats<L>();
        prepared += packed_bytes<L, Stored<Cpu>>();
    }
}

template <class Net, class Config>
int load_and_compare(const Config& config, const std::filesystem::path& path, const TestTensors& tensors,
                     const Sources& table) {
    const TextFiles files(path);
    CHECK(files.config() == TextConfig(config));
    Model<Net> model(Seed{1});
    const LoadReport report = load_text(model, files, config);
    CHECK(report.nan + report.infinite == 0);
    CHECK(report.faults.empty());
    for (const bool bf16 : {false, true}) {
        const StoredWeights<Net> stored(TextFiles(path), config, {.bf16 = bf16});
        long parameters = 0, prepared = 0;
        compare_stored<Net, Net>(model, stored, "", parameters, prepared);
    }
    return compare(model, tensors, table);
}

template <class Net, class Config>
void check_all_forms(const Config& config, const Sources& table, int parameters) {
    const TestTensors tensors = TestModel(config).tensors;
    for (const char* type : {"F32", "BF16"}) {
        const TemporaryFolder folder;
        folder.file("config.json", config_json(config));
        folder.file("model.safetensors", safetensors_of(tensors, type));
        CHECK(load_and_compare<Net>(config, folder.path(), tensors, table) == parameters);
    }
    for (const char* type : {"F32", "BF16", "Q8_0"}) {
        const TemporaryFolder folder;
        const auto path = folder.file("model.gguf", gguf_of(config, tensors, type).text());
        CHECK(load_and_compare<Net>(config, path, tensors, table) == parameters);
    }
}

}  // namespace

TEST_CASE("a Llama's parameters from every form of files") {
    check_all_forms<Llama<small_llama>>(small_llama, llama_table(), 8);
    check_all_forms<Llama<other_llama>>(other_llama, llama_table(), 13);
}

TEST_CASE("a Qwen2's parameters from every form of files") {
    constexpr Qwen2Config small{.vocabulary = 50,
                                .width = 96,
                                .layers = 2,
                                .heads = 3,
                                .key_value_heads = 1,
                                .hidden = 160,
                                .context = 16,
                                .tied = true};
    constexpr Qwen2Config untied{
        .vocabulary = 33, .width = 64, .layers = 2, .heads = 4, .hidden = 32, .context = 16, .rope_theta = 1'000'000};
    check_all_forms<Qwen2<small>>(small, llama_table(), 9);
    check_all_forms<Qwen2<untied>>(untied, llama_table(), 10);
}

TEST_CASE("a Mistral's parameters from a folder, and from a GGUF file, which says that it is a Llama") {
    constexpr MistralConfig small{.vocabulary = 50,
                                  .width = 64,
                                  .layers = 2,
                                  .heads = 3,
                                  .key_value_heads = 1,
                                  .head_width = 32,
                                  .hidden = 160,
                                  .context = 16};
    constexpr LlamaConfig said{.vocabulary = 50,
                               .width = 64,
                               .layers = 2,
                               .heads = 3,
                               .key_value_heads = 1,
                               .head_width = 32,
                               .hidden = 160,
                               .context = 16,
                               .rope_theta = 1'000'000};
    static_assert(std::same_as<Mistral<small>, Llama<said>>);
    const TestTensors tensors = TestModel(small).tensors;
    for (const char* type : {"F32", "BF16"}) {
        const TemporaryFolder folder;
        folder.file("config.json", config_json(small));
        folder.file("model.safetensors", safetensors_of(tensors, type));
        CHECK(load_and_compare<Mistral<small>>(small, folder.path(), tensors, llama_table()) == 9);
    }
    const TemporaryFolder folder;
    const auto path = folder.file("model.gguf", gguf_of(said, tensors, "Q8_0").text());
    CHECK(load_and_compare<Mistral<small>>(said, path, tensors, llama_table()) == 9);
}

TEST_CASE("a Qwen3's parameters from every form of files") {
    constexpr Qwen3Config small{.vocabulary = 50,
                                .width = 64,
                                .layers = 2,
                                .heads = 3,
                                .key_value_heads = 1,
                                .head_width = 32,
                                .hidden = 160,
                                .context = 16,
                                .tied = true};
    constexpr Qwen3Config untied{
        .vocabulary = 33, .width = 64, .layers = 2, .heads = 2, .head_width = 48, .hidden = 32, .context = 16};
    check_all_forms<Qwen3<small>>(small, qwen3_table(), 10);
    check_all_forms<Qwen3<untied>>(untied, qwen3_table(), 11);
}

TEST_CASE("matrices of many pieces") {
    constexpr LlamaConfig wide{.vocabulary = 4100,
                               .width = 96,
                               .layers = 2,
                               .heads = 86,
                               .key_value_heads = 43,
                               .head_width = 32,
                               .hidden = 2752,
                               .context = 16,
                               .tied = true};
    const TestTensors tensors = TestModel(wide).tensors;
    const TemporaryFolder folder;
    folder.file("config.json", config_json(wide));
    folder.file("model.safetensors", safetensors_of(tensors));
    CHECK(load_and_compare<Llama<wide>>(wide, folder.path(), tensors, llama_table()) == 8);
    const auto path = folder.file("model.gguf", gguf_of(wide, tensors, "Q8_0").text());
    CHECK(load_and_compare<Llama<wide>>(wide, path, tensors, llama_table()) == 8);
}

TEST_CASE("a GPT-2's parameters from every form of files") {
    check_all_forms<GPT2<small_gpt2>>(small_gpt2, gpt2_table(), 16);
    check_all_forms<GPT2<other_gpt2>>(other_gpt2, gpt2_table(), 17);
}

TEST_CASE("a GPT-2 whose file leaves the prefix out, with its buffers, and with its tied head again") {
    TestModel model(small_gpt2);
    TestTensors bare;
    for (const auto& [name, tensor] : model.tensors) bare[name.substr(std::string("transformer.").size())] = tensor;
    bare["h.1.attn.bias"] = bare["h.1.attn.masked_bias"] = test_tensor("bias", 7, 7, true);
    bare["lm_head.weight"] = bare.at("wte.weight");
    const TemporaryFolder folder;
    folder.file("config.json", config_json(small_gpt2));
    folder.file("model.safetensors", safetensors_of(bare));
    CHECK(load_and_compare<GPT2<small_gpt2>>(small_gpt2, folder.path(), model.tensors, gpt2_table()) == 16);

    model.tensors["lm_head.weight"] = model.tensors.at("transformer.wte.weight");
    const auto path = folder.file("again.gguf", gguf_of(small_gpt2, model.tensors, "Q8_0").text());
    CHECK(load_and_compare<GPT2<small_gpt2>>(small_gpt2, path, model.tensors, gpt2_table()) == 16);
}

TEST_CASE("only what lies otherwise in the file is copied") {
    const TestTensors tensors = TestModel(small_llama).tensors;
    const TemporaryFolder folder;
    folder.file("config.json", config_json(small_llama));
    folder.file("model.safetensors", safetensors_of(tensors));
    const auto gguf = folder.file("model.gguf", gguf_of(small_llama, tensors, "Q8_0").text());
    using Net = Llama<small_llama>;
    CHECK(StoredWeights<Net>(TextFiles(folder.path()), small_llama).copied_bytes() == 0);
    constexpr std::size_t queries_and_keys = 2 * (96 + 32) * 96;
    CHECK(StoredWeights<Net>(TextFiles(gguf), small_llama).copied_bytes() == queries_and_keys / 32 * 34);
    std::size_t values = 0;
    for (const auto& [name, tensor] : tensors) values += tensor.is_matrix ? tensor.values.size() : 0;
    CHECK(StoredWeights<Net>(TextFiles(folder.path()), small_llama, {.bf16 = true}).copied_bytes() == 2 * values);
}

TEST_CASE("stored weights answer as the float model does") {
    const TestTensors tensors = TestModel(small_llama).tensors;
    const TemporaryFolder folder;
    const auto path = folder.file("model.gguf", gguf_of(small_llama, tensors, "Q8_0").text());
    using Net = Llama<small_llama>;
    Model<Net> model(Seed{1});
    load_text(model, TextFiles(path), small_llama);
    const StoredWeights<Net> stored(TextFiles(path), small_llama);
    std::vector<float> ids{3, 49, 0, 7, 7};
    Workspace<Net, Shape<1>> memory(5);
    Workspace<Net, Shape<1>, Inference, Stored<Cpu>> other(5);
    const auto wanted = memory.forward(model, {ids.data(), 5});
    const auto found = other.forward(stored, {ids.data(), 5});
    double largest = 0, difference = 0;
    for (long at = 0; at < wanted.size(); ++at) {
        largest = std::max(largest, std::abs(double{wanted.data[at]}));
        difference = std::max(difference, std::abs(double{wanted.data[at]} - found.data[at]));
    }
    CHECK(largest > 1);
    CHECK(difference <= 1e-4 * largest);
}

TEST_CASE("float32 becomes the nearest bfloat16") {
    const auto bits = [](std::uint32_t from) { return to_bfloat16(std::bit_cast<float>(from)).bits; };
    CHECK(bits(0x3f800000) == 0x3f80);
    CHECK(bits(0x3f807fff) == 0x3f80);
    CHECK(bits(0x3f808000) == 0x3f80);  // between two, to the even one
    CHECK(bits(0x3f808001) == 0x3f81);
    CHECK(bits(0x3f818000) == 0x3f82);
    CHECK(bits(0xbf818000) == 0xbf82);
    CHECK(bits(0x7f7fffff) == 0x7f80);  // infinite
    CHECK(bits(0x7f800000) == 0x7f80);
    CHECK(bits(0x7f800001) == 0x7fc0);  // no number
    CHECK(bits(0xffffffff) == 0xffff);
    CHECK(bits(0x00000001) == 0);
    CHECK(bits(0x80000000) == 0x8000);
}

namespace {

/// A norm that reads a form of its weight: twice as much.
struct PreparedNorm : RMSNorm<96> {
    template <class Device>
    static constexpr kernels::PackedForm<float> packed() {
        return {96};
    }
    template <class Device>
    static void prepare(Device, const float* values, float* to) {
        for (int i = 0; i < 96; ++i) to[i] = 2 * values[i];
    }
    template <class Device, class Mode>
    static void forward(Device device, Mode mode, Forward<Mode> pass) {
        pass.parameters = packed<Device>().in(pass.packed);
        RMSNorm<96>::forward(device, mode, pass);
    }
};

}  // namespace

TEST_CASE("issue 17.10: a layer of one's own with a form of its weights is no stored matrix") {
    using Plain = Llama<small_llama>;
    using Body = Sequential<Plain::Body::child<0>, PreparedNorm>;
    using Net = LanguageModel<Plain::Embedding, Body, Plain::Head>;
    const TestTensors tensors = TestModel(small_llama).tensors;
    const TemporaryFolder folder;
    const auto path = folder.file("model.gguf", gguf_of(small_llama, tensors, "Q8_0").text());
    const StoredWeights<Net> stored(TextFiles(path), small_llama);
    const StoredWeights<Plain> plain(TextFiles(path), small_llama);
    const std::vector<float> ids{3, 49, 0, 7, 7};
    Workspace<Net, Shape<1>, Inference, Stored<Cpu>> memory(5);
    Workspace<Plain, Shape<1>, Inference, Stored<Cpu>> other(5);
    const auto found = memory.forward(stored, {ids.data(), 5});
    const auto wanted = other.forward(plain, {ids.data(), 5});
    for (long at = 0; at < wanted.size(); ++at)
        CHECK(found.data[at] == doctest::Approx(2 * wanted.data[at]).epsilon(1e-4));
}

namespace {

/// A processor that counts what is prepared on it.
struct Counting : Cpu {
    int* prepared = nullptr;
};
void rotary_prepare(const Counting& device, const kernels::RotaryTurns& turns, int head_width, float* to) {
    if (device.prepared) ++*device.prepared;
    rotary_prepare(static_cast<const Cpu&>(device), turns, head_width, to);
}

}  // namespace

TEST_CASE("issue 18.1: stored weights are prepared on the device that is given") {
    const TestTensors tensors = TestModel(small_llama).tensors;
    const TemporaryFolder folder;
    const auto path = folder.file("model.gguf", gguf_of(small_llama, tensors, "F32").text());
    int prepared = 0;
    Counting device;
    device.prepared = &prepared;
    const StoredWeights<Llama<small_llama>, Counting> stored(TextFiles(path), small_llama, {}, device);
    CHECK(prepared == small_llama.layers);
}
