// Texts of several prompts at a time: each is what it is on its own, and is heard of as it grows.
#include "genotype/text/generation/generate.hpp"

#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genotype/text/generation/prefix_cache.hpp"
#include "support/end_tokenizer.hpp"
#include "support/fake_language_model.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;
using Ids = std::vector<TokenId>;
using Prompts = std::vector<Ids>;

namespace {

const Tokenizer& tokenizer() {
    static const Tokenizer small = end_tokenizer();
    return small;
}

Ids numbered(int count, int first) {
    Ids ids;
    for (int at = 0; at < count; ++at) ids.push_back((first + 7 * at) % 256);
    return ids;
}

/// Short ones, some as long as a call, one longer or shorter by a token, some of several calls.
Prompts some_prompts() {
    Prompts prompts;
    for (const int length : {5, 16, 1, 17, 40, 15, 33, 2, 48, 100, 16}) prompts.push_back(numbered(length, length));
    return prompts;
}

const std::vector<GenerationOptions> ways{
    {.max_new_tokens = 12},
    {.max_new_tokens = 12, .end_tokens = {end_token}},
    {.max_new_tokens = 12, .do_sample = true, .end_tokens = {end_token}},
    {.max_new_tokens = 12, .temperature = 0.9, .top_k = 60, .top_p = 0.95, .seed = 7, .repetition_penalty = 1.1},
    {.max_new_tokens = 12, .num_beams = 3, .end_tokens = {end_token}},
    {.max_new_tokens = 12, .no_repeat_ngram_size = 2, .num_beams = 4},
};

FakeModelOptions small_model() {
    return {.slots = 4, .max_rows = 16, .salt = 5, .raised = {{end_token, 3.f}}};
}

void expect_same(const GeneratedText& got, const GeneratedText& expected) {
    CHECK(got.ids == expected.ids);
    CHECK(got.text == expected.text);
    CHECK(got.stopped == expected.stopped);
    CHECK(got.score == expected.score);
    CHECK(got.prefill.tokens == expected.prefill.tokens);
    CHECK(got.decode.tokens == expected.decode.tokens);
}

/// A prompt, beam searches' copies left out, as it was run: (position, count) of its pieces.
using Pieces = std::vector<std::pair<int, int>>;

}  // namespace

TEST_CASE("a prompt among others gives what it gives alone, whatever slots and calls there are") {
    const Prompts prompts = some_prompts();
    for (const GenerationOptions& options : ways)
        for (const int slots : {4, 5, 8, 40}) {
            CAPTURE(options.num_beams);
            CAPTURE(options.samples());
            CAPTURE(slots);
            FakeModelOptions fake = small_model();
            fake.slots = slots;
            FakeLanguageModel model(fake);
            const Generated together = generate(model, tokenizer(), prompts, options);
            REQUIRE(together.texts.size() == prompts.size());
            long prefill = 0, decode = 0;
            for (std::size_t at = 0; at < prompts.size(); ++at) {
                CAPTURE(at);
                GenerationOptions of_one = options;
                of_one.first_sequence = static_cast<int>(at);
                FakeLanguageModel fresh(small_model());
                const Generated alone = generate(fresh, tokenizer(), Prompts{prompts[at]}, of_one);
                expect_same(together.texts[at], alone.texts[0]);
                CHECK(alone.texts[0].prefill.tokens == static_cast<long>(prompts[at].size()));
                if (options.num_beams == 1)
                    CHECK(alone.texts[0].decode.tokens == static_cast<long>(alone.texts[0].ids.size()) - 1);
                prefill += alone.prefill.tokens;
                decode += alone.decode.tokens;
            }
            CHECK(together.prefill.tokens == prefill);
            CHECK(together.decode.tokens == decode);
            CHECK(together.prefill.seconds > 0);
            CHECK(together.decode.seconds > 0);
        }
}

TEST_CASE("a prompt is cut where its own length says, and prompts share calls") {
    const auto pieces_of = [](const FakeLanguageModel& model, const Prompts& prompts) {
        std::map<int, Pieces> by_slot;
        for (const kernels::SequenceRows& each : model.log)
            if (each.position < static_cast<int>(prompts[static_cast<std::size_t>(each.slot)].size()))
                by_slot[each.slot].push_back({each.position, each.count});
        return by_slot;
    };
    const Prompts prompts{numbered(40, 1), numbered(5, 2), numbered(11, 3), numbered(16, 4)};
    FakeLanguageModel model({.slots = 4, .max_rows = 16});
    generate(model, tokenizer(), prompts, {.max_new_tokens = 1});
    CHECK(pieces_of(model, prompts) ==
          std::map<int, Pieces>{{0, {{0, 16}, {16, 16}, {32, 8}}}, {1, {{0, 5}}}, {2, {{0, 11}}}, {3, {{0, 16}}}});
    // 16; 16; 8 and 5; 11; 16
    CHECK(model.calls == 5);
}

TEST_CASE("with a prefix cache texts are the same, and what they begin with is read once") {
    const auto model = [](bool rereads) {
        FakeModelOptions options = small_model();
        options.rereads = rereads;
        return FakeLanguageModel(options);
    };
    for (const GenerationOptions& options : ways) {
        FakeLanguageModel plain = model(false), behind = model(true);
        PrefixCache cached(behind);
        Ids told = numbered(40, 3);
        for (int turn = 0; turn < 6; ++turn) {
            const Prompts prompts{told};
            const Generated fresh = generate(plain, tokenizer(), prompts, options);
            const long before = cached.read();
            expect_same(generate(cached, tokenizer(), prompts, options).texts[0], fresh.texts[0]);
            // Calls have 16 rows: of each but the last one token is read again.
            const long turns_tokens = cached.read() - before;
            if (options.num_beams == 1 && turn > 0 && turn < 4)
                CHECK(turns_tokens <= 6 + static_cast<long>(told.size()) / 16 + 1 + options.max_new_tokens);
            told.insert(told.end(), fresh.texts[0].ids.begin(), fresh.texts[0].ids.end());
            told.insert(told.end(), {1, turn, 3, 4});
            if (turn == 2) told.resize(50);                            // back to what was said before
            if (turn == 3) told = numbered(30, 5);                     // another conversation
            if (turn == 4) told.insert(told.begin() + 20, {9, 9, 9});  // and one that begins alike
        }
    }
    // What failed is not held.
    FakeLanguageModel behind = model(true);
    PrefixCache cached(behind);
    const Ids tokens = numbered(8, 1);
    const std::vector<kernels::SequenceRows> gap{{.row = 0, .count = 8, .position = 8, .slot = 0}},
        whole{{.row = 0, .count = 8}};
    CHECK_THROWS_AS(cached.forward(tokens, gap), Error);
    const long before = cached.read();
    cached.forward(tokens, whole);
    CHECK(cached.read() - before == 8);
    // Nor what was not copied.
    cached.copy_slot(0, 1, 4);
    const std::vector<kernels::SequenceRows> other{{.row = 0, .count = 8, .position = 0, .slot = 1}};
    cached.forward(tokens, other);
    CHECK(cached.read() - before == 12);
}

TEST_CASE("a text that ends makes room for the next prompt") {
    FakeLanguageModel model({.slots = 2, .max_rows = 8, .salt = 1});
    const Generated some = generate(model, tokenizer(), Prompts(7, Ids{65}), {.max_new_tokens = 3});
    for (const GeneratedText& text : some.texts) CHECK(text.ids == some.texts[0].ids);
    // Two prompts at a time, one call for them and two for what they become; the seventh on its own.
    CHECK(model.calls == 4 * 3);
    CHECK(model.copies == 0);
}

TEST_CASE("tokens without a tokenizer are those that one with texts gives, and suppressed ones are not among them") {
    const Prompts prompts = some_prompts();
    std::vector<TokenId> odd;  // those that are left out
    for (TokenId token = 1; token < 269; token += 2) odd.push_back(token);
    for (GenerationOptions options : ways)
        for (const bool suppressed : {false, true}) {
            CAPTURE(options.num_beams);
            CAPTURE(options.samples());
            if (suppressed) options.suppress_tokens = odd;
            FakeLanguageModel model(small_model()), other(small_model());
            const Generated with = generate(model, tokenizer(), prompts, options),
                            without = generate_tokens(other, prompts, options);
            REQUIRE(without.texts.size() == prompts.size());
            long are_odd = 0;
            for (std::size_t at = 0; at < prompts.size(); ++at) {
                CHECK(without.texts[at].ids == with.texts[at].ids);
                CHECK(without.texts[at].stopped == with.texts[at].stopped);
                CHECK(without.texts[at].text.empty());
                for (const TokenId token : without.texts[at].ids) are_odd += token % 2;
            }
            CHECK((are_odd == 0) == suppressed);
        }
    FakeLanguageModel model(small_model());
    CHECK(error_of([&] { generate_tokens(model, prompts, {.stop_strings = {"a"}}); }) ==
          "generation options: stop_strings: found 1, expected none where tokens have no text (end_tokens ends them)");
}

TEST_CASE("no prompts, no texts") {
    FakeLanguageModel model;
    CHECK(generate(model, tokenizer(), Prompts{}).texts.empty());
    CHECK(model.calls == 0);
}

TEST_CASE("a text is heard of in whole characters that make up all of it") {
    const Prompts prompts = some_prompts();
    for (const GenerationOptions& options : ways)
        for (const bool skip : {true, false}) {
            GenerationOptions of_text = options;
            of_text.skip_special_tokens = skip;
            FakeModelOptions fake = small_model();
            for (const int byte : {0xe2, 0x82, 0xac, 0xf0, 0x9f}) fake.raised.push_back({byte, 4.f});
            FakeLanguageModel model(fake);
            std::vector<std::string> heard(prompts.size());
            std::vector<int> pieces(prompts.size());
            const Generated texts =
                generate(model, tokenizer(), prompts, of_text, [&](int index, std::string_view piece) {
                    CHECK(!piece.empty());
                    CHECK(is_utf8(piece));
                    heard[static_cast<std::size_t>(index)] += piece;
                    ++pieces[static_cast<std::size_t>(index)];
                });
            for (std::size_t at = 0; at < prompts.size(); ++at) {
                const GeneratedText& text = texts.texts[at];
                CHECK(heard[at] == text.text);
                CHECK(text.text == tokenizer().decode(text.ids, {.skip_special_tokens = skip}));
                if (options.num_beams > 1)
                    CHECK(pieces[at] <= 1);
                else if (text.ids.size() == 12)
                    CHECK(pieces[at] > 2);
            }
        }
}

TEST_CASE("a character whose bytes are several tokens is heard of once") {
    // DeviceResident a comes the euro sign, byte by byte, then the beginning of another character.
    struct Spelled : FakeLanguageModel {
        using FakeLanguageModel::FakeLanguageModel;
        const float* forward(std::span<const int> tokens, std::span<const kernels::SequenceRows> sequences) {
            FakeLanguageModel::forward(tokens, sequences);
            const Ids spelled{0xe2, 0x82, 0xac, 'b', 0xe2};
            row.assign(static_cast<std::size_t>(vocabulary()), 0.f);
            row[static_cast<std::size_t>(spelled[static_cast<std::size_t>(sequences[0].position)])] = 1;
            return row.data();
        }
        std::vector<float> row;
    } model;
    std::vector<std::string> pieces;
    const GeneratedText text = generate(model, tokenizer(), "a", {.max_new_tokens = 5},
                                        [&](std::string_view piece) { pieces.emplace_back(piece); });
    CHECK(pieces == std::vector<std::string>{"€", "b", "\xef\xbf\xbd"});
    CHECK(text.text == "€b\xef\xbf\xbd");
}

TEST_CASE("issue 17.3: tokens that the model has beyond the tokenizer's have no text, and nothing of a call is lost") {
    // A vocabulary of 269 that was padded to 320, whose padding is likely.
    const Prompts prompts{numbered(3, 1), {270, 319, 5}, numbered(5, 3)};
    for (GenerationOptions options : ways)
        for (const bool skip : {true, false}) {
            FakeModelOptions fake = small_model();
            fake.vocabulary = 320;
            for (int id = 269; id < 320; ++id) fake.raised.push_back({id, 5.f});
            FakeLanguageModel model(fake);
            options.skip_special_tokens = skip;
            options.stop_strings = {"zz", "\xe2\x82\xac"};
            std::vector<std::string> heard(prompts.size());
            const Generated texts =
                generate(model, tokenizer(), prompts, options,
                         [&](int index, std::string_view piece) { heard[static_cast<std::size_t>(index)] += piece; });
            bool has_unknown = false;
            for (std::size_t at = 0; at < prompts.size(); ++at) {
                const GeneratedText& text = texts.texts[at];
                for (const TokenId id : text.ids) has_unknown = has_unknown || id >= tokenizer().size();
                CHECK(heard[at] == text.text);
                CHECK(text.text == tokenizer().decode(text.ids, {.skip_special_tokens = skip}));
            }
            CHECK(has_unknown);
        }
    // A stop string is completed over such a token, and one of them may end a text.
    FakeLanguageModel letters({.vocabulary = 320, .memory = 1, .raised = {{300, 40.f}}});
    const GeneratedText ended = generate(letters, tokenizer(), "a", {.end_tokens = {300}});
    CHECK(ended.ids == Ids{300});
    CHECK(ended.text.empty());
    struct Spelled : FakeLanguageModel {
        using FakeLanguageModel::FakeLanguageModel;
        const float* forward(std::span<const int> tokens, std::span<const kernels::SequenceRows> sequences) {
            FakeLanguageModel::forward(tokens, sequences);
            const Ids spelled{'b', 300, 'c', 'd'};
            row.assign(static_cast<std::size_t>(vocabulary()), 0.f);
            row[static_cast<std::size_t>(spelled[static_cast<std::size_t>(sequences[0].position)])] = 1;
            return row.data();
        }
        std::vector<float> row;
    } speller({.vocabulary = 320});
    const GeneratedText stopped = generate(speller, tokenizer(), "a", {.max_new_tokens = 4, .stop_strings = {"bc"}});
    CHECK(stopped.ids == Ids{'b', 300, 'c'});
    CHECK(stopped.text == "bc");
    CHECK(stopped.stopped == StopReason::stop_string);
}

TEST_CASE("the callback ends the text it is called for, and no other") {
    FakeLanguageModel model(small_model());
    const Prompts prompts{numbered(3, 1), numbered(4, 2), numbered(5, 3)};
    const GenerationOptions options{.max_new_tokens = 12};
    const Generated whole = generate(model, tokenizer(), prompts, options);
    int calls = 0;
    const Generated cut = generate(model, tokenizer(), prompts, options,
                                   [&](int index, std::string_view) { return index != 1 || ++calls < 4; });
    CHECK(calls == 4);
    expect_same(cut.texts[0], whole.texts[0]);
    expect_same(cut.texts[2], whole.texts[2]);
    CHECK(cut.texts[1].stopped == StopReason::callback);
    CHECK(cut.texts[1].ids.size() < 12);
    CHECK(std::equal(cut.texts[1].ids.begin(), cut.texts[1].ids.end(), whole.texts[1].ids.begin()));
    CHECK(cut.texts[1].text == tokenizer().decode(cut.texts[1].ids));
}

TEST_CASE("why a text ended") {
    FakeLanguageModel ends({.raised = {{end_token, 20.f}}});
    const GeneratedText ended = generate(ends, tokenizer(), "a", {.end_tokens = {end_token}});
    CHECK(ended.stopped == StopReason::end_token);
    CHECK(ended.ids == Ids{end_token});
    CHECK(ended.text.empty());
    FakeLanguageModel letters({.raised = {{'b', 20.f}}});
    CHECK(generate(letters, tokenizer(), "a", {.max_new_tokens = 4}).stopped == StopReason::max_new_tokens);
    const GeneratedText stopped = generate(letters, tokenizer(), "a", {.max_new_tokens = 4, .stop_strings = {"bbb"}});
    CHECK(stopped.stopped == StopReason::stop_string);
    CHECK(stopped.text == "bbb");
    const GeneratedText both =
        generate(letters, tokenizer(), "a", {.max_new_tokens = 1, .stop_strings = {"b"}, .end_tokens = {'b'}});
    CHECK(both.stopped == StopReason::end_token);
    const GeneratedText searched =
        generate(letters, tokenizer(), "a", {.num_beams = 2, .stop_strings = {"ab"}, .end_tokens = {end_token}});
    CHECK(searched.stopped == StopReason::stop_string);
    CHECK(searched.text == "b");
}

TEST_CASE("texts as prompts, and a truncated one") {
    FakeLanguageModel model({.context = 20, .salt = 3});
    const GenerationOptions options{.max_new_tokens = 6};
    const std::vector<std::string> texts{"hello world", "hell"};
    const Generated both = generate(model, tokenizer(), texts, options);
    const Generated ids =
        generate(model, tokenizer(), Prompts{tokenizer().encode(texts[0]), tokenizer().encode(texts[1])}, options);
    for (std::size_t at = 0; at < 2; ++at) expect_same(both.texts[at], ids.texts[at]);
    expect_same(generate(model, tokenizer(), "hello world", options), both.texts[0]);

    const Ids longer = numbered(50, 1), fits = numbered(14, 1 + 36 * 7);
    GenerationOptions cut = options;
    cut.truncate = true;
    const Generated truncated = generate(model, tokenizer(), Prompts{longer, fits}, cut);
    expect_same(truncated.texts[0], truncated.texts[1]);
    CHECK(truncated.texts[0].prefill.tokens == 14);
    CHECK(generate(model, tokenizer(), Prompts{fits}, options).texts[0].ids == truncated.texts[1].ids);
}

TEST_CASE("the same texts on any number of threads") {
    const FakeModelOptions large{.vocabulary = 70000, .context = 64, .slots = 4, .max_rows = 8};
    std::vector<std::string> tokens;
    TokenizerParts parts = small_parts({});
    while (parts.tokens.size() < 70000) parts.tokens.push_back("t" + std::to_string(parts.tokens.size()));
    const Tokenizer many(parts);
    for (const GenerationOptions& options : {GenerationOptions{.max_new_tokens = 6, .temperature = 0.8, .seed = 3},
                                             GenerationOptions{.max_new_tokens = 6, .top_p = 0.9},
                                             GenerationOptions{.max_new_tokens = 6, .num_beams = 4}}) {
        const auto with = [&](int threads) {
            omp_set_num_threads(threads);
            FakeLanguageModel model(large);
            return generate(model, many, Prompts{{1}, {2, 3}}, options);
        };
        const Generated one = with(1), four = with(4);
        for (std::size_t at = 0; at < 2; ++at) expect_same(one.texts[at], four.texts[at]);
    }
}
