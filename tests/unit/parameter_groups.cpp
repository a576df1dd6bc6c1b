// Micro-batches, frozen parameters and groups of parameters: the same numbers as whole batches and as PyTorch, resumed
// to the bit, and what is refused.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/flow.hpp"
#include "genotype/genotype.hpp"
#include "support/devices.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Net = Sequential<Linear<3, 4>, LayerNorm<4>, ReLU, Linear<4, 2>>;
using Regression = Supervised<Net, MSE>;
template <class Device, class Rule = AdamW>
using Kind = Trainer<Regression, Device, Rule>;

void count_up(float* to, int count, int times, int add, int modulus, float middle, float divisor) {
    for (int i = 0; i < count; ++i) to[i] = (static_cast<float>((i * times + add) % modulus) - middle) / divisor;
}
Tensor<Shape<3>> inputs(int step) {
    Tensor<Shape<3>> x(5);
    count_up(x.data(), 15, 5, step, 13, 6, 6);
    return x;
}
Tensor<Shape<2>> targets(int step) {
    Tensor<Shape<2>> y(5);
    count_up(y.data(), 10, 3, step, 7, 3, 3);
    return y;
}
template <class Trainer>
void train(Trainer& trainer, int steps, int first = 0) {
    for (int step = first; step < first + steps; ++step) trainer.step(inputs(step), targets(step));
}

/// Values in PyTorch's order, row by row, where they lie.
template <class Model, class F>
void for_each_value(Model& model, const F& f) {
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor, long offset) {
        float* const at = model.parameters.data() + offset;
        const int rows = tensor.dims[0], columns = tensor.dims.rank == 2 ? tensor.dims[1] : 1;
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                f(name, static_cast<std::size_t>(row * columns + column), at[column * rows + row]);
    });
}
template <class Trainer>
void set_values(Trainer& trainer) {
    int k = -1;
    for_each_value(trainer.model(), [&](const std::string&, std::size_t at, float& value) {
        k += at == 0;
        value = (static_cast<float>((static_cast<int>(at) * 7 + k) % 11) - 5) / 10;
    });
    trainer.model().prepare();
}

using Values = std::map<std::string, std::vector<float>>;
template <class Trainer>
void expect_values(Trainer& trainer, const Values& expected) {
    for_each_value(trainer.model(), [&](const std::string& name, std::size_t at, const float& value) {
        INFO(name << "[" << at << "]: " << value);
        CHECK(std::abs(value - expected.at(name)[at]) < 2e-6f);
    });
}

/// The largest difference of two arenas.
template <class Memory>
float difference(const Arena<Memory>& left, const Arena<Memory>& right) {
    float largest = 0;
    for (long i = 0; i < left.size(); ++i) largest = std::max(largest, std::abs(left.data()[i] - right.data()[i]));
    return largest;
}

struct moment : Given<Shape<1>> {};
using Flow = FlowMatching<Sequential<Linear<2, 8>, Modulate<moment, 1, 8>, SiLU, Linear<8, 2>>, Shape<2>>;

/// Rates so small that a step's rounding is not made larger by the next.
constexpr SGD slow{.learning_rate = 0.05f, .momentum = 0.5f};

}  // namespace

TEST_CASE_TEMPLATE("issue 18.5: micro-batches of a regression and a classifier are the whole batch", Device,
                   GENOTYPE_TESTED_DEVICES) {
    for (const int pieces : {2, 3, 5}) {  // of 3 and 2, of 2, 2 and 1, of 1 samples
        Kind<Device, SGD> whole({.optimizer = slow, .clip_norm = 0.5f, .batch = 5});
        Kind<Device, SGD> cut({.optimizer = slow, .clip_norm = 0.5f, .accumulate = pieces, .batch = 5});
        for (int step = 0; step < 4; ++step) {
            const float one = whole.step(inputs(step), targets(step)), other = cut.step(inputs(step), targets(step));
            CHECK(other == doctest::Approx(one).epsilon(1e-5));
        }
        CHECK(difference(whole.model().parameters, cut.model().parameters) < 1e-6f);
        CHECK(cut.steps() == 4);
        CHECK(cut.evaluate(inputs(7), targets(7)) ==
              doctest::Approx(whole.evaluate(inputs(7), targets(7))).epsilon(1e-5));
        CHECK_THROWS_WITH_AS(cut.step(View<Shape<3>>{nullptr, 6}, View<Shape<2>>{nullptr, 6}),
                             "Workspace: batch: found 6, expected 1 to its capacity of 5", Error);
    }
    using Classifier = Trainer<Supervised<Net, CrossEntropy>, Device, SGD>;
    Classifier whole({.optimizer = slow, .batch = 5}), cut({.optimizer = slow, .accumulate = 2, .batch = 5});
    const std::vector<int> labels{0, 1, 1, 0, 1};
    for (int step = 0; step < 4; ++step) {
        whole.step(inputs(step), labels);
        cut.step(inputs(step), labels);
    }
    CHECK(difference(whole.model().parameters, cut.model().parameters) < 1e-6f);
    const ClassifierScore one = whole.evaluate(inputs(7), labels), other = cut.evaluate(inputs(7), labels);
    CHECK(other.loss == doctest::Approx(one.loss).epsilon(1e-5));
    CHECK(other.accuracy == one.accuracy);
}

TEST_CASE_TEMPLATE("issue 18.5: micro-batches of a GAN, a VAE, a text and a flow are the whole batch", Device,
                   GENOTYPE_TESTED_DEVICES) {
    {
        using Gan = GAN<Sequential<Linear<3, 8>, ReLU, Linear<8, 4>>,
                        Sequential<Linear<4, 8>, LeakyReLU<0.2f>, Linear<8, 1>>, BCEWithLogits>;
        using Kind = Trainer<Gan, Device, SGD>;
        Kind whole({.generator = slow, .discriminator = slow, .batch = 7});
        Kind cut({.generator = slow, .discriminator = slow, .accumulate = 3, .batch = 7});
        for (int step = 0; step < 3; ++step) {
            const auto x = normal<Shape<4>>(7, Seed{static_cast<std::uint64_t>(step)});
            const GanLosses one = whole.step(x), other = cut.step(x);
            CHECK(other.discriminator == doctest::Approx(one.discriminator).epsilon(1e-5));
            CHECK(other.generator == doctest::Approx(one.generator).epsilon(1e-5));
            CHECK(other.real_output == doctest::Approx(one.real_output).epsilon(1e-4));
            CHECK(other.fake_output == doctest::Approx(one.fake_output).epsilon(1e-4));
        }
        CHECK(difference(whole.generator().parameters, cut.generator().parameters) < 1e-6f);
        CHECK(difference(whole.discriminator().parameters, cut.discriminator().parameters) < 1e-6f);
    }
    {
        using Kind = Trainer<VAE<6, 8, 2>, Device, SGD>;
        Tensor<Shape<6>> x(7);
        count_up(x.data(), 42, 5, 1, 13, 0, 13);
        Kind whole({.optimizer = slow, .beta = 2, .batch = 7});
        Kind cut({.optimizer = slow, .accumulate = 3, .beta = 2, .batch = 7});
        for (int step = 0; step < 3; ++step) {
            const VaeLosses one = whole.step(x), other = cut.step(x);
            CHECK(other.reconstruction == doctest::Approx(one.reconstruction).epsilon(1e-5));
            CHECK(other.kl == doctest::Approx(one.kl).epsilon(1e-4));
        }
        CHECK(difference(whole.model().parameters, cut.model().parameters) < 2e-6f);
        const VaeLosses one = whole.evaluate(x), other = cut.evaluate(x);
        CHECK(other.total() == doctest::Approx(one.total()).epsilon(1e-5));
    }
    {
        using Gpt2 = GPT2<GPT2Config{.vocabulary = 7, .context = 6, .width = 8, .layers = 2, .heads = 2, .hidden = 12}>;
        using Kind = Trainer<Gpt2, Device, SGD>;
        Kind whole({.optimizer = slow, .batch = 3, .context = 3});
        Kind cut({.optimizer = slow, .accumulate = 2, .batch = 3, .context = 3});
        initialize_gpt2(whole.model(), Seed{5});
        initialize_gpt2(cut.model(), Seed{5});
        const std::vector<int> windows{3, 1, 4, 1, 5, 6, 2, 6, 5, 3, 5, 0};
        for (int step = 0; step < 3; ++step) {
            const float one = whole.step(windows), other = cut.step(windows);
            CHECK(other == doctest::Approx(one).epsilon(1e-5));
        }
        CHECK(difference(whole.model().parameters, cut.model().parameters) < 2e-6f);
        CHECK(cut.evaluate(windows) == doctest::Approx(whole.evaluate(windows)).epsilon(1e-5));
    }
    {
        using Kind = Trainer<Flow, Device, SGD>;
        Kind whole({.optimizer = slow, .batch = 7}), cut({.optimizer = slow, .accumulate = 3, .batch = 7});
        for (int step = 0; step < 3; ++step) {
            const auto x = normal<Shape<2>>(7, Seed{static_cast<std::uint64_t>(step)});
            const float one = whole.step(x), other = cut.step(x);
            CHECK(other == doctest::Approx(one).epsilon(1e-5));
        }
        CHECK(difference(whole.model().parameters, cut.model().parameters) < 1e-6f);
    }
}

TEST_CASE("BN takes the statistics of each micro-batch, and follows them one after another") {
    using Normed = Sequential<Linear<3, 4>, BN<4>, Linear<4, 2>>;
    Trainer<Supervised<Normed, MSE>, Cpu, SGD> trainer(
        {.optimizer = {.learning_rate = 0}, .accumulate = 2, .batch = 5});
    Model<Normed> model(Seed{0});
    Workspace<Normed, Shape<3>, Training> run(5);
    const auto x = inputs(1);
    run.forward(model, View<Shape<3>>{x.data(), 3});
    run.forward(model, View<Shape<3>>{x.data() + 9, 2});
    trainer.step(x, targets(1));
    CHECK((difference(trainer.model().buffers, model.buffers) == 0));
}

// torch 2.15:
//     net = Sequential(Linear(3, 4), LayerNorm(4), ReLU(), Linear(4, 2))
//     for k, t in enumerate(net.parameters()):
//         t.data.copy_((arange(t.numel()) * 7 + k).remainder(11).sub(5).div(10).view_as(t))
//     for p in net[0].parameters(): p.requires_grad_(False)
//     opt = AdamW(net.parameters(), lr=0.05, weight_decay=0.1)
//     for step in range(4):
//         x = (arange(15) * 5 + step).remainder(13).sub(6).div(6).view(5, 3)
//         y = (arange(10) * 3 + step).remainder(7).sub(3).div(3).view(5, 2)
//         opt.zero_grad(); mse_loss(net(x), y).backward()
//         clip_grad_norm_(net.parameters(), 0.1); opt.step()
TEST_CASE_TEMPLATE("issue 18.5: frozen parts keep their bits, and the rest is PyTorch's with requires_grad_(False)",
                   Device, GENOTYPE_TESTED_DEVICES) {
    Kind<Device> trainer({.optimizer = {.learning_rate = 0.05f, .weight_decay = 0.1f},
                          .clip_norm = 0.1f,
                          .average = 0.9f,
                          .groups = {{.part = "0", .frozen = true}},
                          .batch = 5});
    set_values(trainer);
    const auto before = trainer.model().parameters.clone();
    train(trainer, 4);
    expect_values(
        trainer,
        {{"0.weight", {-0.5f, 0.2f, -0.2f, 0.5f, 0.1f, -0.3f, 0.4f, 0.f, -0.4f, 0.3f, -0.1f, -0.5f}},
         {"0.bias", {-0.4f, 0.3f, -0.1f, -0.5f}},
         {"1.weight", {-0.2907805f, 0.2268523f, 0.05632192f, -0.3615545f}},
         {"1.bias", {-0.1912581f, 0.3215076f, 0.2011552f, -0.3368095f}},
         {"3.weight",
          {0.0702782f, -0.3202119f, 0.3642012f, -0.07867543f, 0.4745929f, 0.06862982f, -0.1818163f, 0.4055997f}},
         {"3.bias", {0.1715315f, -0.301992f}}});
    constexpr auto frozen = static_cast<std::size_t>(parameter_floats<Linear<3, 4>>());
    CHECK(std::memcmp(before.data(), trainer.model().parameters.data(), frozen * sizeof(float)) == 0);
    CHECK(std::memcmp(before.data(), trainer.average().parameters.data(), frozen * sizeof(float)) == 0);
    for (std::size_t at = 0; at < frozen; ++at) CHECK(trainer.gradients().data()[at] == 0);
}

//     n = dict(net.named_parameters())                     # the same, but
//     opt = AdamW([{'params': [n['3.weight'], n['3.bias']], 'lr': 0.01},
//                  {'params': [n['0.bias'], n['1.weight'], n['1.bias']], 'weight_decay': 0.0},
//                  {'params': [n['0.weight']]}], lr=0.05, weight_decay=0.1)
TEST_CASE_TEMPLATE("issue 18.5: groups have PyTorch's numbers", Device, GENOTYPE_TESTED_DEVICES) {
    const Values expected{
        {"0.weight",
         {-0.4403622f, 0.1368451f, -0.01980891f, 0.3231062f, 0.05579766f, -0.3630924f, 0.3508195f, 0.05846158f,
          -0.4510621f, 0.3937725f, -0.1537514f, -0.6713098f}},
        {"0.bias", {-0.5832235f, 0.1936079f, 0.06273828f, -0.3824777f}},
        {"1.weight", {-0.3223055f, 0.2164887f, -0.02682871f, -0.3302076f}},
        {"1.bias", {-0.1556561f, 0.3165545f, 0.2204285f, -0.3904149f}},
        {"3.weight",
         {-0.06525601f, -0.4607306f, 0.2376573f, -0.1728597f, 0.5017848f, 0.09271504f, -0.2782897f, 0.3970284f}},
        {"3.bias", {0.03793968f, -0.3802323f}}};
    Kind<Device> trainer(
        {.optimizer = {.learning_rate = 0.05f, .weight_decay = 0.1f},
         .clip_norm = 0.1f,
         .groups = {{.part = "3", .learning_rate = 0.01f}, {.kind = ParameterGroup::vectors, .weight_decay = 0.f}},
         .batch = 5});
    set_values(trainer);
    train(trainer, 4);
    expect_values(trainer, expected);

    // Each optimiser goes by its groups: nothing but the rate of one differs.
    const auto differs_by_group = [&]<class Rule>(Rule rule) {
        Kind<Device, Rule> all({.optimizer = rule, .batch = 5}),
            some({.optimizer = rule, .groups = {{.part = "3", .learning_rate = 0.f}}, .batch = 5});
        train(all, 1);
        train(some, 1);
        const long n = all.model().parameters.size(), last = n - parameter_floats<Linear<4, 2>>();
        const float *const one = all.model().parameters.data(), *const other = some.model().parameters.data();
        const Model<Net, Device> first(Seed{0});
        for (long at = 0; at < n; ++at) CHECK(other[at] == (at < last ? one[at] : first.parameters.data()[at]));
        CHECK(one[last] != other[last]);
    };
    differs_by_group(SGD{.learning_rate = 0.1f});
    differs_by_group(SGD{.learning_rate = 0.1f, .momentum = 0.9f});
    differs_by_group(RMSprop{});
    differs_by_group(Adam{});
    // An optimiser that decays matrices alone still does.
    differs_by_group(AdamW{.weight_decay = 0, .decayed = detail::Decayed::matrices});
    Kind<Device> decayed({.optimizer = {.weight_decay = 0.5f, .decayed = detail::Decayed::matrices}, .batch = 5});
    Kind<Device> grouped({.optimizer = {.weight_decay = 0.5f, .decayed = detail::Decayed::matrices},
                          .groups = {{.part = "1", .learning_rate = 1e-3f}},
                          .batch = 5});
    train(decayed, 3);
    train(grouped, 3);
    CHECK(difference(decayed.model().parameters, grouped.model().parameters) == 0);
}

TEST_CASE("issue 18.5: groups and micro-batches are options of checkpoints, and a training resumes to the bit") {
    using Options = SupervisedOptions<AdamW>;
    const Options options{.schedule = Schedule::cosine(20, 2),
                          .clip_norm = 1,
                          .average = 0.8f,
                          .accumulate = 2,
                          .groups = {{.part = "0.weight", .frozen = true},
                                     {.kind = ParameterGroup::vectors, .learning_rate = 0.02f, .weight_decay = 0.f}},
                          .batch = 5};
    TemporaryFolder folder;
    Kind<Cpu> whole(options), first(options), second(options);
    train(whole, 6);
    train(first, 3);
    first.save(folder / "half");
    second.resume(folder / "half");
    train(second, 3, 3);
    whole.save(folder / "whole");
    second.save(folder / "resumed");
    CHECK((content_of(folder / "whole") == content_of(folder / "resumed")));

    const auto refusal = [&](Options changed) {
        Kind<Cpu> other(changed);
        other.save(folder / "before");
        const std::string words = error_of([&] { other.resume(folder / "half"); });
        other.save(folder / "after");
        CHECK((content_of(folder / "before") == content_of(folder / "after")));
        return words;
    };
    Options changed = options;
    changed.accumulate = 1;
    CHECK(contains(refusal(changed), "\"genotype.option.accumulate\": found \"2\", expected \"1\""));
    changed = options;
    changed.groups = {};
    CHECK(contains(refusal(changed),
                   "\"genotype.option.groups\": found \"0.weight parameters: frozen; vectors: "
                   "learning_rate 0.02, weight_decay 0\", expected \"\""));
    // Whoever uses neither has the files of before.
    Kind<Cpu>({.batch = 5}).save(folder / "plain");
    CHECK(!contains(content_of(folder / "plain"), "accumulate"));
    CHECK(!contains(content_of(folder / "plain"), "groups"));
}

TEST_CASE("issue 18.5: a GAN's groups go by names in files; an optimiser by hand has groups too") {
    using Gan = GAN<Sequential<Linear<3, 8>, ReLU, Linear<8, 4>>,
                    Sequential<Linear<4, 8>, LeakyReLU<0.2f>, Linear<8, 1>>, BCEWithLogits>;
    Trainer<Gan> trainer({.groups = {{.part = "generator", .frozen = true}}, .batch = 4});
    const auto generator = trainer.generator().parameters.clone(),
               discriminator = trainer.discriminator().parameters.clone();
    trainer.step(normal<Shape<4>>(4, Seed{1}));
    CHECK((difference(generator, trainer.generator().parameters) == 0));
    CHECK(difference(discriminator, trainer.discriminator().parameters) > 0);

    Model<Net> model(Seed{1});
    const auto before = model.parameters.clone();
    Gradients<Net> gradients;
    std::fill_n(gradients.data(), gradients.size(), 1.f);
    Optimized<Net> optimizer({}, {{.kind = ParameterGroup::matrices, .frozen = true}});
    optimizer.step(model, gradients);
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string&, const Parameter& tensor, long offset) {
        CHECK((before.data()[offset] == model.parameters.data()[offset]) == (tensor.dims.rank >= 2));
    });
    CHECK(contains(error_of([] { Optimized<Net>({}, {{.part = "x"}}); }), "group 0 (x parameters:): found no"));
}

TEST_CASE("issue 18.7: groups that name nothing, and options that are none") {
    const auto refusal = [](std::vector<ParameterGroup> groups, int accumulate = 1) {
        return error_of([&] { Kind<Cpu>({.accumulate = accumulate, .groups = groups, .batch = 5}); });
    };
    CHECK(refusal({{.part = "3.wait", .frozen = true}}) ==
          "Trainer: group 0 (3.wait parameters: frozen): found no parameter of this name and kind that is in none of "
          "the groups before, expected the begin of a parameter's name in files, such as \"0\" or "
          "\"generator.0.weight\"");
    CHECK(contains(refusal({{.part = "3.weigh", .frozen = true}}), "found no parameter"));
    CHECK(contains(refusal({{.part = "2", .frozen = true}}), "found no parameter"));  // a ReLU has none
    CHECK(contains(refusal({{.frozen = true}, {.part = "0", .learning_rate = 1.f}}),
                   "group 1 (0 parameters: learning_rate 1): found no parameter"));
    CHECK(contains(refusal({{.learning_rate = -1.f}}), "expected a rate and a decay of 0 or more"));
    CHECK(contains(refusal({{.frozen = true, .weight_decay = 0.f}}), "none of them where the parameters are frozen"));
    CHECK(refusal({}, 0) == "Trainer: accumulate: found 0, expected 1 to the 5 samples of a batch");
    CHECK(refusal({}, 6) == "Trainer: accumulate: found 6, expected 1 to the 5 samples of a batch");
    CHECK(refusal({{.part = "0."}}) == "no error");
}
