// Families of text models: the tables of both, and one of this file's own, from a folder and from a GGUF file.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/text.hpp"
#include "genotype/text/family_fault.hpp"
#include "genotype/text/files/config_source.hpp"
#include "support/end_tokenizer.hpp"
#include "support/temporary_folder.hpp"
#include "support/text_model_files.hpp"

using namespace genotype;

namespace {

struct MiniConfig {
    int vocabulary = 0, context = 0, width = 0, layers = 0, heads = 0, hidden = 4 * width;
    bool tied = true;

    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        visit("vocabulary", vocabulary);
        visit("context", context);
        visit("width", width);
        visit("layers", layers);
        visit("heads", heads);
        visit("hidden", hidden);
        visit("tied", tied);
    }
};

/// Rotary positions, layer norms, a plain feed-forward part.
template <MiniConfig c>
using Mini = LanguageModel<
    Embedding<c.vocabulary, c.width>,
    Sequential<Repeat<c.layers, Residual<LayerNorm<c.width>, SelfAttention<c.width, c.heads, c.heads, Rope<10'000>>>,
                      Residual<LayerNorm<c.width>, Linear<c.width, c.hidden>, SiLU, Linear<c.hidden, c.width>>>,
               LayerNorm<c.width>>,
    std::conditional_t<c.tied, TiedHead, Linear<c.width, c.vocabulary, NoBias>>>;

constexpr MiniConfig mini{.vocabulary = 269, .context = 32, .width = 64, .layers = 2, .heads = 4, .hidden = 96};
constexpr MiniConfig untied_mini{.vocabulary = 40, .context = 8, .width = 32, .layers = 1, .heads = 2, .tied = false};

}  // namespace

template <>
struct genotype::TextFamily<MiniConfig> {
    static constexpr FamilyFacts facts{.name = "mini",
                                       .title = "Mini",
                                       .body = "mini.",
                                       .model = "Mini",
                                       .config = "MiniConfig",
                                       .header = "mini.hpp",
                                       .said = {"width"},
                                       .buffers = {".mask"},
                                       .gguf_buffers = {"angles"},
                                       .end_token = 268};

    static constexpr std::array<FamilyParameter, 9> parameters(const MiniConfig& c) {
        using enum FamilyForm;
        return {{{"embedding", weight, {{"mini.words", "token_embd", c.vocabulary}}},
                 {"body.0.#.0.branch.0", weight_and_bias, {{"mini.block#.before", "blk.#.attn_norm", c.width}}},
                 {"body.0.#.0.branch.1.0",
                  transposed_weight,
                  {{"mini.block#.q", "blk.#.attn_q", c.width, c.heads},
                   {"mini.block#.k", "blk.#.attn_k", c.width, c.heads},
                   {"mini.block#.v", "blk.#.attn_v", c.width}}},
                 {"body.0.#.0.branch.1.3", transposed_weight, {{"mini.block#.o", "blk.#.attn_output", c.width}}},
                 {"body.0.#.1.branch.0", weight_and_bias, {{"mini.block#.between", "blk.#.ffn_norm", c.width}}},
                 {"body.0.#.1.branch.1", transposed_weight, {{"mini.block#.up", "blk.#.ffn_up", c.hidden}}},
                 {"body.0.#.1.branch.3", transposed_weight, {{"mini.block#.down", "blk.#.ffn_down", c.width}}},
                 {"body.1", weight_and_bias, {{"mini.after", "output_norm", c.width}}},
                 {"head", weight, {{"answers", "output", c.vocabulary}}}}};
    }

    static MiniConfig read(const ConfigField& top) {
        MiniConfig config;
        config.vocabulary = config_size(top["words"]);
        config.context = config_size(top["positions"]);
        config.width = config_size(top["features"]);
        config.layers = config_size(top["blocks"]);
        config.heads = config_size(top["heads"]);
        config.hidden = config_size(top["inner"], 4 * config.width);
        config.tied = top["tied"].flag(true);
        if (config.width % (2 * config.heads) != 0) top["heads"].wrong("half a divisor of features");
        return config;
    }
    static MiniConfig read(const Gguf& file) {
        GgufKeys keys(file, facts.name);
        auto config = read_common_sizes<MiniConfig>(file, keys);
        config.heads = keys.size("attention.head_count");
        keys.expect_no_others();
        config.tied = keys.is_tied();
        return config;
    }
    static constexpr MiniConfig base(const MiniConfig& c) { return {.width = c.width}; }
};

namespace {

constexpr TextFamilyList<GPT2Config, LlamaConfig, MiniConfig> families;

/// Its tensors as its files have them: matrices that are (in, out), with Hugging Face's names.
TestTensors tensors_of(const MiniConfig& c) {
    TestTensors tensors;
    const auto matrix = [&](const std::string& name, long rows, long columns) {
        tensors[name] = test_tensor(name, rows, columns, true);
        for (float& value : tensors[name].values) value /= 125;
    };
    const auto vector = [&](const std::string& name, long size) {
        tensors[name] = test_tensor(name, size, 1, false);
        for (float& value : tensors[name].values) value /= 125;
    };
    const auto norm = [&](const std::string& name) {
        vector(name + ".weight", c.width);
        vector(name + ".bias", c.width);
    };
    const auto linear = [&](const std::string& name, long in, long out) {
        matrix(name + ".weight", in, out);
        vector(name + ".bias", out);
    };
    matrix("mini.words.weight", c.vocabulary, c.width);
    for (int layer = 0; layer < c.layers; ++layer) {
        const std::string block = "mini.block" + std::to_string(layer) + ".";
        norm(block + "before");
        for (const char* name : {"q", "k", "v", "o"}) linear(block + name, c.width, c.width);
        norm(block + "between");
        linear(block + "up", c.width, c.hidden);
        linear(block + "down", c.hidden, c.width);
    }
    norm("mini.after");
    if (!c.tied) matrix("answers.weight", c.vocabulary, c.width);
    return tensors;
}

std::string mini_json(const MiniConfig& c) {
    return R"({"model_type":"mini","words":)" + std::to_string(c.vocabulary) + R"(,"positions":)" +
           std::to_string(c.context) + R"(,"features":)" + std::to_string(c.width) + R"(,"blocks":)" +
           std::to_string(c.layers) + R"(,"heads":)" + std::to_string(c.heads) + R"(,"inner":)" +
           std::to_string(c.hidden) + R"(,"tied":)" + (c.tied ? "true" : "false") + "}";
}

/// A GGUF file: matrices are (out, in), and in queries and keys the two of a rotary pair are neighbours.
GgufFile mini_gguf(const MiniConfig& c, const TestTensors& tensors) {
    const auto number = [](const char* key, int value) { return gguf_u32(key, static_cast<std::uint32_t>(value)); };
    GgufFile file{.entries = {gguf_string("general.architecture", "mini"), number("mini.context_length", c.context),
                              number("mini.embedding_length", c.width), number("mini.block_count", c.layers),
                              number("mini.feed_forward_length", c.hidden),
                              number("mini.attention.head_count", c.heads)}};
    const std::map<std::string, std::string> words{{"before", "attn_norm"}, {"q", "attn_q"},        {"k", "attn_k"},
                                                   {"v", "attn_v"},         {"o", "attn_output"},   {"up", "ffn_up"},
                                                   {"down", "ffn_down"},    {"between", "ffn_norm"}};
    const long head = c.width / c.heads;
    const auto order = [&](long row) { return row / head * head + row % 2 * (head / 2) + row % head / 2; };
    for (const auto& [name, tensor] : tensors) {
        const std::size_t leaf = name.rfind('.');
        if (name.starts_with("mini.block")) {
            const std::string word = name.substr(12, leaf - 12);
            TestTensor there = tensor.is_matrix ? turned_over(tensor) : tensor;
            if (word == "q" || word == "k") there = reordered(there, order);
            add_tensor(file, "blk." + name.substr(10, 1) + "." + words.at(word) + name.substr(leaf), there, "F32");
        } else {
            const bool is_words = name.starts_with("mini.words"), is_norm = name.starts_with("mini.after");
            const std::string word = is_words ? "token_embd" : is_norm ? "output_norm" : "output";
            add_tensor(file, word + name.substr(leaf), tensor, "F32");
        }
    }
    add_tensor(file, "angles", test_tensor("angles", 3, 1, false), "F32");
    return file;
}

/// A model whose parameters are filled here, one by one.
template <class Net>
Model<Net> by_hand(const TestTensors& tensors) {
    const std::map<std::string, std::vector<std::string>> sources{
        {"0.branch.0", {"before"}}, {"0.branch.1.0", {"q", "k", "v"}},
        {"0.branch.1.3", {"o"}},    {"1.branch.0", {"between"}},
        {"1.branch.1", {"up"}},     {"1.branch.3", {"down"}}};
    Model<Net> model(Seed{1});
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor, long offset) {
        const std::size_t dot = name.rfind('.');
        const std::string layer = name.substr(0, dot), leaf = name.substr(dot);
        std::vector<float> values;
        if (layer.starts_with("body.0.")) {
            for (const std::string& source : sources.at(layer.substr(9))) {
                const TestTensor& from = tensors.at("mini.block" + layer.substr(7, 1) + "." + source + leaf);
                const TestTensor turned = from.is_matrix ? turned_over(from) : from;
                values.insert(values.end(), turned.values.begin(), turned.values.end());
            }
        } else {
            const char* const source = layer == "embedding" ? "mini.words" : layer == "head" ? "answers" : "mini.after";
            values = tensors.at(source + leaf).values;
        }
        float* const to = model.parameters.data() + offset;
        REQUIRE(values.size() == static_cast<std::size_t>(tensor.count()));
        const bool turns = tensor.dims.rank == 2 && tensor.order[0] == 1;
        for (long row = 0, columns = tensor.count() / tensor.dims[0]; row < tensor.dims[0]; ++row)
            for (long column = 0; column < columns; ++column)
                to[turns ? column * tensor.dims[0] + row : row * columns + column] =
                    values[static_cast<std::size_t>(row * columns + column)];
    });
    model.prepare();
    return model;
}

template <class Net, class Device, class Weights>
std::vector<float> logits_of(const Weights& weights) {
    std::vector<float> ids{3, 39, 0, 7, 7};
    Workspace<Net, Shape<1>, Inference, Device> memory(5);
    const auto logits = memory.forward(weights, {ids.data(), 5});
    return {logits.data, logits.data + logits.size()};
}

template <class Net>
void check_files(const std::filesystem::path& path, const MiniConfig& config, const Model<Net>& wanted) {
    Model<Net> model(Seed{2});
    const TextFiles files(path, families);
    CHECK(files.config() == TextConfig(config));
    load_text(model, files, config);
    CHECK(logits_of<Net, Cpu>(model) == logits_of<Net, Cpu>(wanted));
    const StoredWeights<Net> stored(TextFiles(path, families), config);
    const std::vector<float> close = logits_of<Net, Stored<Cpu>>(stored), exact = logits_of<Net, Cpu>(wanted);
    for (std::size_t at = 0; at < exact.size(); ++at) CHECK(close[at] == doctest::Approx(exact[at]).epsilon(1e-3));
}

template <MiniConfig config>
void check_mini() {
    const TestTensors tensors = tensors_of(config);
    const Model<Mini<config>> wanted = by_hand<Mini<config>>(tensors);
    TestTensors of_folder = tensors;
    of_folder["mini.block0.mask"] = test_tensor("mask", 8, 8, true);
    const TemporaryFolder folder;
    folder.file("config.json", mini_json(config));
    folder.file("model.safetensors", safetensors_of(of_folder));
    check_files(folder.path(), config, wanted);
    const TemporaryFolder other;
    check_files(other.file("m.gguf", mini_gguf(config, tensors).text()), config, wanted);
}

constexpr GPT2Config small_gpt2{.vocabulary = 50, .context = 7, .width = 64, .layers = 2, .heads = 4, .hidden = 96};
constexpr LlamaConfig small_llama{.vocabulary = 50,
                                  .width = 96,
                                  .layers = 2,
                                  .heads = 3,
                                  .key_value_heads = 1,
                                  .hidden = 160,
                                  .context = 16,
                                  .tied = true};
template <class Config>
constexpr Config with(Config config, auto change) {
    change(config);
    return config;
}
template <GPT2Config c>
constexpr bool fits_gpt2 = !family_fault<GPT2<c>>(c);
template <LlamaConfig c>
constexpr bool fits_llama = !family_fault<Llama<c>>(c);
constexpr Qwen2Config small_qwen2{
    .vocabulary = 50, .width = 64, .layers = 2, .heads = 4, .key_value_heads = 2, .hidden = 96};
template <Qwen2Config c>
constexpr bool fits_qwen2 = !family_fault<Qwen2<c>>(c);
constexpr Qwen3Config small_qwen3{
    .vocabulary = 50, .width = 64, .layers = 2, .heads = 4, .key_value_heads = 2, .head_width = 10, .hidden = 96};
template <Qwen3Config c>
constexpr bool fits_qwen3 = !family_fault<Qwen3<c>>(c);
constexpr MistralConfig small_mistral{
    .vocabulary = 50, .width = 64, .layers = 2, .heads = 4, .key_value_heads = 2, .head_width = 10, .hidden = 96};
template <MistralConfig c>
constexpr bool fits_mistral = !family_fault<Mistral<c>>(c);

}  // namespace

TEST_CASE("issue 18: a family's table has each parameter of its networks, and no other") {
    static_assert(fits_gpt2<small_gpt2>);
    static_assert(fits_gpt2<with(small_gpt2, [](auto& c) { c.tied = false; })>);
    static_assert(fits_gpt2<with(small_gpt2, [](auto& c) { c.bias = false; })>);
    static_assert(fits_qwen2<small_qwen2>);
    static_assert(fits_qwen2<with(small_qwen2, [](auto& c) { c.tied = true; })>);
    static_assert(fits_mistral<small_mistral>);
    static_assert(fits_mistral<with(small_mistral, [](auto& c) { c.tied = true; })>);
    static_assert(fits_qwen3<small_qwen3>);
    static_assert(fits_qwen3<with(small_qwen3, [](auto& c) { c.tied = true; })>);
    static_assert(fits_llama<small_llama>);
    static_assert(fits_llama<with(small_llama, [](auto& c) { c.tied = false; })>);
    static_assert(fits_llama<with(small_llama, [](auto& c) { c.attention_bias = c.mlp_bias = true; })>);
    static_assert(!family_fault<Mini<mini>>(mini));
    static_assert(!family_fault<Mini<untied_mini>>(untied_mini));

    const auto said = [](const FamilyFault& fault) { return std::string(fault.words) + ": " + fault.name.data(); };
    CHECK(said(family_fault<GPT2<small_gpt2>>(small_llama)) ==
          "no line of the table has this parameter: body.0.weight");
    MiniConfig wider = mini;
    wider.hidden = 128;
    CHECK(said(family_fault<Mini<mini>>(wider)) ==
          "the parts of this parameter have another number of rows: body.0.0.1.branch.1.weight");
    MiniConfig shallower = mini;
    shallower.layers = 1;
    CHECK(said(family_fault<Mini<mini>>(shallower)) ==
          "no line of the table has this parameter: body.0.1.0.branch.0.weight");
    MiniConfig untied = mini;
    untied.tied = false;
    CHECK(said(family_fault<Mini<mini>>(untied)) == "the network has no such parameter: head");
}

TEST_CASE("issue 18: a family of one's own gives the logits of a model that is filled by hand") {
    check_mini<mini>();
    check_mini<untied_mini>();
}

TEST_CASE("issue 18: and texts") {
    const TestTensors tensors = tensors_of(mini);
    const Model<Mini<mini>> wanted = by_hand<Mini<mini>>(tensors);
    const TemporaryFolder folder;
    const auto path = folder.file("m.gguf", mini_gguf(mini, tensors).text());
    Model<Mini<mini>> model(Seed{2});
    load_text(model, TextFiles(path, families), mini);
    TextRun<Mini<mini>> run(model, {.context = mini.context});
    const Tokenizer tokenizer = end_tokenizer();
    const std::vector<std::vector<TokenId>> prompts{{5, 90, 17}};
    const auto written = generate(run, tokenizer, prompts, {.max_new_tokens = 10}).texts[0].ids;
    std::vector<TokenId> text = prompts[0];
    for (const TokenId next : written) {
        std::vector<float> ids(text.begin(), text.end());
        const int rows = static_cast<int>(ids.size());
        Workspace<Mini<mini>, Shape<1>> memory(rows);
        const auto logits = memory.forward(wanted, {ids.data(), rows});
        const float* const last = logits.data + (rows - 1L) * mini.vocabulary;
        CHECK(next == static_cast<TokenId>(std::max_element(last, last + mini.vocabulary) - last));
        text.push_back(next);
    }
    CHECK(written.size() == 10);
}

TEST_CASE("issue 18: what is said of a family of one's own, and to whom does not know it") {
    const TestTensors tensors = tensors_of(mini);
    const TemporaryFolder folder;
    folder.file("config.json", mini_json(mini));
    TestTensors bare;
    for (const auto& [name, tensor] : tensors) bare[name.substr(5)] = tensor;  // the body alone
    bare.erase("block1.q.weight");
    bare["block1.more.weight"] = test_tensor("more", 2, 2, true);
    folder.file("model.safetensors", safetensors_of(bare));
    const auto error = [&](auto&& call) { return error_of(call); };
    CHECK(contains(error([&] { TextFiles{folder.path()}; }),
                   "config.json: model_type: found \"mini\", expected gpt2, llama, qwen2, qwen3 or mistral"));
    Model<Mini<mini>> model(Seed{2});
    const std::string missing = error([&] { load_text(model, TextFiles(folder.path(), families), mini); });
    CHECK(contains(missing, "\"mini.block1.q.weight\": found nothing, expected [64, 64]"));
    CHECK(contains(missing, "\"block1.more.weight\": found F32 [2, 2], expected nothing"));

    const TemporaryFolder other;
    other.file("config.json", R"({"model_type":"maxi"})");
    CHECK(contains(error([&] { TextFiles(other.path(), families); }), "expected gpt2, llama or mini"));
    GgufFile file = mini_gguf(mini, tensors);
    add_tensor(file, "blk.0.more.weight", test_tensor("more", 2, 2, true), "F32");
    const auto path = other.file("m.gguf", file.text());
    CHECK(contains(
        error([&] { TextFiles{path}; }),
        "\"general.architecture\": found \"mini\", expected \"gpt2\", \"llama\", \"qwen2\", \"qwen3\" or \"mistral\""));
    CHECK(contains(error([&] { load_text(model, TextFiles(path, families), mini); }), "expected a tensor of a Mini"));

    CHECK(read_generation_defaults(folder.path(), families).end_tokens == std::vector<TokenId>{268});
    CHECK(!read_generation_defaults(folder.path(), families).first_token);
    CHECK(model_source(mini) ==
          "using Model = Mini<MiniConfig{.vocabulary = 269, .context = 32, .width = 64, .layers = 2, .heads = 4, "
          ".hidden = 96}>;\n");
    CHECK(contains(model_header(mini, "own"), "#include \"mini.hpp\"\n\nnamespace own {"));
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
TEST_CASE("issue 18.7: names that older programs say") {
    using Words = GPT2<GPT2Config{.vocabulary = 8, .context = 4, .width = 4, .layers = 1, .heads = 1}>;
    using Gan = GAN<Sequential<Linear<3, 4>>, Sequential<Linear<4, 1>>, BCEWithLogits>;
    static_assert(std::same_as<Trainer<Gan>::Picture, Shape<4>>);
    static_assert(std::same_as<Trainer<VAE<6, 5, 2>>::Latent, Shape<2>> && Trainer<VAE<6, 5, 2>>::latent == 2);
    static_assert(Trainer<Words>::vocabulary == 8);
    static_assert(prepared_floats<Words, Cpu>() * static_cast<long>(sizeof(float)) == packed_bytes<Words, Cpu>());
    const LlamaConfig llama{.vocabulary = 8, .width = 4, .layers = 1, .heads = 1, .hidden = 4, .context = 4};
    const auto ours = llama_sources("body.1.weight", llama);
    REQUIRE(ours);
    CHECK(ours->parts[0].name == "model.norm.weight");
    const auto theirs =
        gpt2_sources("body.2.bias", {.vocabulary = 8, .context = 4, .width = 4, .layers = 1, .heads = 1});
    REQUIRE(theirs);
    CHECK(theirs->parts[0].name == "transformer.ln_f.bias");
}
#pragma GCC diagnostic pop
