// A language model's step: its loss and gradients, options, and what it refuses.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "genotype/genotype.hpp"
#include "support/devices.hpp"

using namespace genotype;

namespace {

constexpr int batch = 2, context = 5;
using Gpt2 = GPT2<GPT2Config{.vocabulary = 7, .context = 6, .width = 8, .layers = 2, .heads = 2, .hidden = 12}>;
using Nano =
    GPT2<GPT2Config{.vocabulary = 7, .context = 5, .width = 6, .layers = 1, .heads = 3, .tied = false, .bias = false}>;
using Llama2 = Llama<LlamaConfig{.vocabulary = 7,
                                 .width = 8,
                                 .layers = 2,
                                 .heads = 2,
                                 .key_value_heads = 1,
                                 .hidden = 10,
                                 .context = 8,
                                 .tied = true}>;
using Untied = Llama<LlamaConfig{.vocabulary = 7, .width = 8, .layers = 1, .heads = 2, .hidden = 10, .context = 8}>;

const std::vector<int> windows{3, 1, 4, 1, 5, 6,  //
                               2, 6, 5, 3, 5, 0};

/// Stands still, so that gradients can be held against differences of the losses.
constexpr SGD frozen{.learning_rate = 0};
using Options = TextOptions<SGD>;
constexpr Options standing{.optimizer = frozen, .batch = batch, .context = context, .seed = 3};

/// Embeddings of N(0, 1) would leave little for the blocks to say.
template <class Net, class Device>
void set_values(Trainer<Net, Device, SGD>& trainer) {
    initialize_gpt2(trainer.model(), Seed{5});
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string&, const Parameter& tensor, long offset) {
        Arena<> noise(tensor.count());
        fill_normal(Cpu{}, noise.size(), RandomState{.seed = static_cast<std::uint64_t>(offset)}, noise.data());
        for (long i = 0; i < noise.size(); ++i) trainer.model().parameters.data()[offset + i] += 0.3f * noise.data()[i];
    });
    trainer.model().prepare();
}

template <class Net, class Device>
void expect_gradients() {
    Trainer<Net, Device, SGD> trainer(standing);
    set_values(trainer);
    trainer.step(windows);
    std::vector<float> found(trainer.gradients().data(), trainer.gradients().data() + trainer.gradients().size());
    double largest = 0;
    for (const float value : found) largest = std::max(largest, std::abs(static_cast<double>(value)));
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor, long offset) {
        for (long i = offset; i < offset + tensor.count(); ++i) {
            INFO(name << "[" << i - offset << "]");
            float& value = trainer.model().parameters.data()[i];
            const float here = value;
            const auto loss_at = [&](float offset_of_value) {
                value = here + offset_of_value;
                trainer.model().prepare();
                return static_cast<double>(trainer.evaluate(windows));
            };
            double error = largest;
            for (const float step : {0.01f, 0.003f}) {
                if (error < 4e-3 * largest) break;  // the shorter one alone where the loss bends much
                const double difference = (loss_at(step) - loss_at(-step)) / (2 * static_cast<double>(step));
                error = std::min(error, std::abs(difference - static_cast<double>(found[static_cast<std::size_t>(i)])));
            }
            value = here;
            CHECK(error < 4e-3 * largest);
        }
    });
}

}  // namespace

TEST_CASE_TEMPLATE("gradients of the whole loss", Device, GENOTYPE_TESTED_DEVICES) {
    expect_gradients<Gpt2, Device>();
    expect_gradients<Nano, Device>();
    expect_gradients<Llama2, Device>();
    expect_gradients<Untied, Device>();
}

TEST_CASE("the loss is the mean over all tokens of all texts") {
    Trainer<Gpt2, Cpu, SGD> trainer(standing);
    set_values(trainer);
    double expected = 0;
    for (int text = 0; text < batch; ++text) {
        Tensor<Shape<1>> x(context);
        for (int i = 0; i < context; ++i) x(i, 0) = static_cast<float>(windows[static_cast<std::size_t>(6 * text + i)]);
        const auto logits = trainer.model()(x);
        for (int i = 0; i < context; ++i) {
            double sum = 0;
            for (int token = 0; token < 7; ++token) sum += std::exp(static_cast<double>(logits(i, token)));
            const int answer = windows[static_cast<std::size_t>(6 * text + i + 1)];
            expected += (std::log(sum) - static_cast<double>(logits(i, answer))) / (batch * context);
        }
    }
    CHECK(trainer.evaluate(windows) == doctest::Approx(expected).epsilon(1e-6));
    CHECK(trainer.step(windows) == doctest::Approx(expected).epsilon(1e-6));
    CHECK(trainer.steps() == 1);
    // One text of the two, and the other, each by itself.
    const std::span all(windows);
    const float first = trainer.evaluate(all.first(6)), second = trainer.evaluate(all.subspan(6));
    CHECK((first + second) / 2 == doctest::Approx(expected).epsilon(1e-6));
    CHECK(first != doctest::Approx(second));
}

TEST_CASE("what is no batch of windows is refused, and nothing changes") {
    Trainer<Gpt2, Cpu, AdamW> trainer({.batch = batch, .context = context});
    const auto before = trainer.model().parameters.clone();
    std::vector<int> wrong = windows;
    wrong[8] = 7;
    CHECK_THROWS_WITH_AS(trainer.step(wrong),
                         "Trainer: token 2 of text 1: found 7, expected one of the model's vocabulary, 0 to 6", Error);
    wrong[8] = -1;
    CHECK_THROWS_AS(trainer.evaluate(wrong), Error);
    const std::span all(windows);
    const std::string sizes = "expected 1 to 2 texts of 6";
    CHECK_THROWS_WITH_AS(trainer.step(all.first(11)), ("Trainer: tokens: found 11, " + sizes).c_str(), Error);
    CHECK_THROWS_WITH_AS(trainer.step({}), ("Trainer: tokens: found 0, " + sizes).c_str(), Error);
    CHECK_THROWS_WITH_AS(trainer.step(std::vector<int>(18)), ("Trainer: tokens: found 18, " + sizes).c_str(), Error);
    CHECK(trainer.steps() == 0);
    CHECK(std::equal(before.data(), before.data() + before.size(), trainer.model().parameters.data()));

    using Kind = Trainer<Gpt2, Cpu, AdamW>;
    CHECK_THROWS_WITH_AS(Kind({.batch = 1, .context = 7}),
                         "Trainer: context: found 7, expected 1 to the model's 6 positions", Error);
    CHECK_THROWS_AS(Kind({.batch = 0, .context = 5}), Error);
    CHECK_THROWS_AS(Kind({.batch = 1, .context = 0}), Error);
    CHECK_THROWS_AS(Kind({.batch = 1'000'000'000, .context = 5}), Error);
    static_assert(longest_context<Gpt2> == 6);
}

TEST_CASE("decay of matrices alone leaves biases and norms as they are") {
    // Without a gradient nothing but the decay moves a parameter; a text of one token has one for few of them.
    const auto moved = [](detail::Decayed decayed) {
        Optimized<Gpt2, Cpu, AdamW> optimizer(AdamW{.learning_rate = 0.1f, .weight_decay = 0.5f, .decayed = decayed});
        Model<Gpt2> model(Seed{1});
        std::fill_n(model.parameters.data(), model.parameters.size(), 1.0f);
        Gradients<Gpt2> gradients;
        optimizer.step(model, gradients);
        return model.parameters.clone();
    };
    const auto all = moved(detail::Decayed::all), matrices = moved(detail::Decayed::matrices);
    int vectors = 0;
    for_each_tensor<Gpt2, detail::Owned::parameters>(
        [&](const std::string& name, const Parameter& tensor, long offset) {
            INFO(name);
            const bool is_matrix = tensor.dims.rank >= 2;
            vectors += !is_matrix;
            for (long i = offset; i < offset + tensor.count(); ++i) {
                CHECK(all.data()[i] == 0.95f);
                CHECK(matrices.data()[i] == (is_matrix ? 0.95f : 1.0f));
            }
        });
    CHECK(vectors == 2 * 8 + 2);
}

TEST_CASE("GPT-2's initial values") {
    using Net = GPT2<GPT2Config{.vocabulary = 300, .context = 50, .width = 96, .layers = 3, .heads = 4}>;
    Model<Net> model(Seed{1});
    initialize_gpt2(model, Seed{2});
    const double shortened = 0.02 / std::sqrt(6.0);
    int projections = 0;
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor, long offset) {
        INFO(name);
        const float* const values = model.parameters.data() + offset;
        double mean = 0, squares = 0;
        for (long i = 0; i < tensor.count(); ++i) {
            mean += static_cast<double>(values[i]) / static_cast<double>(tensor.count());
            squares += std::pow(static_cast<double>(values[i]), 2) / static_cast<double>(tensor.count());
        }
        if (tensor.dims.rank < 2) {
            const bool is_norm = name.ends_with("branch.0.weight") || name == "body.2.weight";
            CHECK(mean == doctest::Approx(is_norm ? 1 : 0));
            CHECK(squares == doctest::Approx(is_norm ? 1 : 0));
            return;
        }
        const bool is_projection = name.ends_with("0.branch.1.2.weight") || name.ends_with("1.branch.3.weight");
        projections += is_projection;
        const double expected = is_projection ? shortened : 0.02;
        CHECK(std::abs(mean) < 5 * expected / std::sqrt(static_cast<double>(tensor.count())));
        CHECK(std::sqrt(squares) == doctest::Approx(expected).epsilon(0.05));
    });
    CHECK(projections == 6);

    Model<Llama2> llama(Seed{1});
    initialize_llama(llama, Seed{2});
    for_each_tensor<Llama2, detail::Owned::parameters>(
        [&](const std::string& name, const Parameter& tensor, long offset) {
            INFO(name);
            if (tensor.dims.rank < 2)
                CHECK(llama.parameters.data()[offset] == 1);
            else
                CHECK(std::abs(llama.parameters.data()[offset]) < 0.1);
        });
}
