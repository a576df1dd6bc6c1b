// Generated texts and the logits that tokens are drawn from, against transformers (data/generation.json).
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "genotype/text/generation/generate.hpp"
#include "support/end_tokenizer.hpp"
#include "support/fake_language_model.hpp"

using namespace genotype;
using nlohmann::json;

namespace {

const json& cases() {
    static const json all = json::parse(std::ifstream(GENOTYPE_GOLDEN_DIR "/generation.json"));
    return all;
}

const Tokenizer& tokenizer() {
    static const Tokenizer small = end_tokenizer();
    return small;
}

FakeLanguageModel model_of(const json& fake) {
    FakeModelOptions options;
    options.salt = fake.value("salt", 0u);
    options.memory = fake.value("memory", options.memory);
    options.shift = fake.value("shift", options.shift);
    for (const json& raised : fake.value("raised", json::array())) options.raised.push_back({raised[0], raised[1]});
    return FakeLanguageModel(options);
}

/// Every field is used up, so that none is overlooked.
GenerationOptions options_of(json fields) {
    GenerationOptions options;
    const auto take = [&](const char* name, auto& field) {
        if (!fields.contains(name)) return;
        using Field = std::remove_reference_t<decltype(field)>;
        if constexpr (requires {
                          typename Field::value_type;
                          field.has_value();
                      })
            field = fields[name].template get<typename Field::value_type>();
        else
            field = fields[name].template get<Field>();
        fields.erase(name);
    };
    take("max_new_tokens", options.max_new_tokens);
    take("min_new_tokens", options.min_new_tokens);
    take("do_sample", options.do_sample);
    take("temperature", options.temperature);
    take("top_k", options.top_k);
    take("top_p", options.top_p);
    take("min_p", options.min_p);
    take("repetition_penalty", options.repetition_penalty);
    take("no_repeat_ngram_size", options.no_repeat_ngram_size);
    take("num_beams", options.num_beams);
    take("length_penalty", options.length_penalty);
    take("stop_strings", options.stop_strings);
    take("end_tokens", options.end_tokens);
    take("skip_special_tokens", options.skip_special_tokens);
    if (fields.contains("early_stopping")) {
        const json& early = fields["early_stopping"];
        options.early_stopping = early == "never" ? EarlyStopping::never
                                 : early == true  ? EarlyStopping::yes
                                                  : EarlyStopping::no;
        fields.erase("early_stopping");
    }
    REQUIRE_MESSAGE(fields.empty(), fields.dump());
    return options;
}

using Tokens = std::vector<std::pair<float, TokenId>>;

std::vector<float> logits_of(const Tokens& tokens) {
    std::vector<float> logits;
    for (const auto& [logit, id] : tokens) logits.push_back(logit);
    std::sort(logits.begin(), logits.end());
    return logits;
}

void drop_least(Tokens& tokens) {
    const float least = std::min_element(tokens.begin(), tokens.end())->first;
    std::erase_if(tokens, [&](const auto& token) { return token.first == least; });
}

}  // namespace

TEST_CASE("sampling draws from the tokens that transformers keeps, with its logits") {
    int compared = 0;
    for (const json& each : cases()["sampled"]) {
        CAPTURE(each["fake"].dump());
        CAPTURE(each["options"].dump());
        const FakeLanguageModel model = model_of(each["fake"]);
        const auto prompt = each["prompt"].get<std::vector<TokenId>>();
        const GenerationOptions options = options_of(each["options"]);
        detail::TokenChoice choice(options, model.vocabulary(), static_cast<int>(prompt.size()));
        const detail::KeptTokens kept = choice.keep(model.logits(prompt), prompt, 0);
        Tokens got, expected;
        for (std::size_t at = 0; at < kept.ids.size(); ++at) got.push_back({kept.logits[at], kept.ids[at]});
        for (const json& token : each["kept"]) expected.push_back({token[1], token[0]});
        // Of tokens that are as likely as the least one of them, PyTorch's sort leaves open which top-p keeps.
        CHECK(logits_of(got) == logits_of(expected));
        if (each["options"].contains("top_p") && each["fake"].contains("shift"))
            for (Tokens* tokens : {&got, &expected}) drop_least(*tokens);
        CHECK(got == expected);
        ++compared;
    }
    CHECK(compared >= 60);
}

TEST_CASE("texts are those of transformers") {
    int beams = 0, greedy = 0, stopped = 0;
    for (const json& each : cases()["texts"]) {
        CAPTURE(each["fake"].dump());
        CAPTURE(each["prompt"].dump());
        CAPTURE(each["options"].dump());
        FakeLanguageModel model = model_of(each["fake"]);
        const std::vector<std::vector<TokenId>> prompts{each["prompt"].get<std::vector<TokenId>>()};
        const GenerationOptions options = options_of(each["options"]);
        const GeneratedText text = generate(model, tokenizer(), prompts, options).texts[0];
        CHECK(text.ids == each["ids"].get<std::vector<TokenId>>());
        CHECK(text.text == each["text"].get<std::string>());
        if (each.contains("score")) CHECK(text.score == doctest::Approx(each["score"].get<float>()).epsilon(1e-5));
        ++(options.num_beams > 1 ? beams : greedy);
        stopped += text.stopped == StopReason::stop_string;
    }
    CHECK(beams >= 150);
    CHECK(greedy >= 80);
    CHECK(stopped >= 20);
}
