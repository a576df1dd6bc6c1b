// The average of a training's weights: its numbers are PyTorch's, and it is a model, a part of checkpoints, and no cost
// to whoever has none.
#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "genotype/io.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Mlp = Sequential<Linear<3, 4>, BN<4>, ReLU, Linear<4, 2>>;
using Net = Supervised<Mlp, MSE>;
using Kind = Trainer<Net, Cpu, SGD>;
using Generator = Sequential<Linear<3, 8>, BN<8>, ReLU, Linear<8, 4>>;
using Gan = GAN<Generator, Sequential<Linear<4, 8>, LeakyReLU<0.2f>, Linear<8, 1>>, BCEWithLogits>;

/// Small numbers, as `torch.arange(count) * times + add` has them.
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

/// Each parameter is filled in PyTorch's order of values.
void count_up(Model<Mlp>& model) {
    int k = 0;
    for_each_tensor<Mlp, detail::Owned::parameters>([&](const std::string&, const Parameter& tensor, long offset) {
        std::vector<float> values(static_cast<std::size_t>(tensor.count()));
        count_up(values.data(), static_cast<int>(values.size()), 7, k++, 11, 5, 10);
        float* const to = model.parameters.data() + offset;
        const int rows = tensor.dims[0], columns = tensor.dims.rank == 2 ? tensor.dims[1] : 1;
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                to[column * rows + row] = values[static_cast<std::size_t>(row * columns + column)];
    });
    model.prepare();
}

template <class Trainer>
void train(Trainer& trainer, int steps) {
    for (int step = 0; step < steps; ++step) trainer.step(inputs(step), targets(step));
}

bool same_bits(const Arena<Cpu>& left, const Arena<Cpu>& right) {
    return std::equal(left.data(), left.data() + left.size(), right.data(), right.data() + right.size(),
                      [](float one, float other) { return std::memcmp(&one, &other, sizeof one) == 0; });
}
template <class One, class Other>
bool same_model(const One& left, const Other& right) {
    return same_bits(left.parameters, right.parameters) && same_bits(left.buffers, right.buffers) &&
           left.packed.bytes() == right.packed.bytes() &&
           std::equal(left.packed.data().at, left.packed.data().at + left.packed.bytes(), right.packed.data().at);
}

using Values = std::map<std::string, std::vector<float>>;

/// A model's tensors under PyTorch's names and in its order.
Values values_of(const Model<Mlp>& model) {
    TemporaryFolder folder;
    save(model, folder / "file");
    const SafeTensors file(folder / "file");
    Values values;
    for (const TensorInfo& tensor : file.tensors()) {
        if (tensor.dtype != StorageType::F32) continue;
        const auto bytes = file.bytes(tensor);
        std::vector<float>& to = values[tensor.name];
        to.resize(bytes.size() / sizeof(float));
        std::memcpy(to.data(), bytes.data(), bytes.size());
    }
    return values;
}
/// What PyTorch calls num_batches_tracked.
int batches(const Model<Mlp>& model) {
    int found = -1;
    for_each_tensor<Mlp, detail::Owned::buffers>([&](const std::string&, const Parameter& tensor, long offset) {
        if (tensor.initial.kind == Initial::counter) found = std::bit_cast<std::int32_t>(model.buffers.data()[offset]);
    });
    return found;
}

}  // namespace

// torch 2.15; both decays, because torch.lerp works out weights of a half and above from the other end:
//     net = Sequential(Linear(3, 4), BatchNorm1d(4), ReLU(), Linear(4, 2))
//     for k, t in enumerate(net.parameters()):
//         t.data.copy_((arange(t.numel()) * 7 + k).remainder(11).sub(5).div(10).view_as(t))
//     avg = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
//     opt = SGD(net.parameters(), lr=0.5)
//     for step in range(4):
//         x = (arange(15) * 5 + step).remainder(13).sub(6).div(6).view(5, 3)
//         y = (arange(10) * 3 + step).remainder(7).sub(3).div(3).view(5, 2)
//         opt.zero_grad(); mse_loss(net(x), y).backward(); opt.step(); avg.update_parameters(net)
//     avg.module.state_dict()
TEST_CASE("issue 18.6: an average has the numbers of PyTorch's AveragedModel") {
    const std::map<float, Values> expected{
        {0.9f,
         {{"0.weight",
           {-0.5049445f, 0.2032247f, -0.1849699f, 0.4825415f, 0.07641795f, -0.3317023f, 0.4085794f, -0.002213881f,
            -0.3913148f, 0.331658f, -0.130888f, -0.4751463f}},
          {"0.bias", {-0.4f, 0.3f, -0.1f, -0.5f}},
          {"1.weight", {-0.3670537f, 0.3620435f, 0.06993988f, -0.4432152f}},
          {"1.bias", {-0.1653666f, 0.3346426f, 0.1151799f, -0.2707258f}},
          {"1.running_mean", {-0.03796719f, 0.03045246f, -0.02556628f, -0.08148568f}},
          {"1.running_var", {0.869647f, 0.8788923f, 0.8806493f, 0.8838135f}},
          {"3.weight",
           {-0.07557585f, -0.3038434f, 0.2221184f, -0.2044287f, 0.5245928f, 0.1050011f, -0.2941446f, 0.4222906f}},
          {"3.bias", {0.1962992f, -0.3021318f}}}},
        {0.25f,
         {{"0.weight",
           {-0.5030673f, 0.1995349f, -0.1948828f, 0.3383394f, 0.2111282f, -0.4886978f, 0.4519578f, 0.002289462f,
            -0.3475196f, 0.4635116f, -0.395744f, -0.3453264f}},
          {"0.bias", {-0.4f, 0.3000001f, -0.09999999f, -0.5f}},
          {"1.weight", {-0.2625887f, 0.364079f, 0.1613506f, -0.5459804f}},
          {"1.bias", {-0.2227701f, 0.3341137f, 0.03496148f, -0.2248952f}},
          {"1.running_mean", {-0.09907827f, 0.1005582f, -0.02416652f, -0.146904f}},
          {"1.running_var", {0.7289323f, 0.7213557f, 0.723264f, 0.7289986f}},
          {"3.weight",
           {-0.0423728f, -0.3044031f, 0.2160386f, -0.2436896f, 0.473461f, 0.1392908f, -0.2883528f, 0.480926f}},
          {"3.bias", {0.05155675f, -0.06051441f}}}}};
    for (const auto& [decay, tensors] : expected) {
        Kind trainer({.optimizer = {.learning_rate = 0.5f}, .average = decay, .batch = 5});
        TemporaryFolder folder;
        count_up(trainer.model());
        train(trainer, 4);
        const Model<Mlp> average = trainer.average();
        const Values found = values_of(average);
        REQUIRE(found.size() == tensors.size());
        for (const auto& [name, values] : tensors)
            for (std::size_t at = 0; at < values.size(); ++at) {
                INFO("decay " << decay << ", " << name << "[" << at << "]");
                CHECK(std::abs(found.at(name)[at] - values[at]) < 2e-6f);
            }
        CHECK(batches(average) == 4);  // a counter is copied
    }
}

// The same training with 0.9, and then:
//     update_bn([x(step) for step in range(3, 8)], avg.module)
TEST_CASE("an average's batch statistics made anew are those of PyTorch's update_bn") {
    Kind trainer({.optimizer = {.learning_rate = 0.5f}, .average = 0.9f, .batch = 5});
    count_up(trainer.model());
    train(trainer, 4);
    Model<Mlp> average = trainer.average();
    Workspace<Mlp, Shape<3>, Training> memory(5);
    int step = 3;
    renew_statistics(average, 5, [&] { memory.forward(average, inputs(step++)); });
    const Values found = values_of(average), before = values_of(trainer.average());
    const Values expected{{"1.running_mean", {-0.48826349f, 0.36991408f, -0.03723309f, -0.44216508f}},
                          {"1.running_var", {0.20422593f, 0.12007121f, 0.10628148f, 0.10602297f}}};
    for (const auto& [name, values] : found) {
        INFO(name);
        if (!expected.contains(name)) CHECK(values == before.at(name));
        if (expected.contains(name))
            for (std::size_t at = 0; at < values.size(); ++at)
                CHECK(std::abs(values[at] - expected.at(name)[at]) < 2e-6f);
    }
    CHECK(batches(average) == 5);
    CHECK(error_of([&] { renew_statistics(average, 0, [] {}); }) ==
          "renew_statistics: batches: found 0, expected 1 or more");
}

TEST_CASE("an average before the first step, and after it, is the model; later it is none of its memory") {
    Kind trainer({.average = 0.9f, .batch = 5});
    trainer.model().parameters.data()[0] = 3;  // as when initial values are set, or read from a file
    trainer.model().prepare();
    CHECK(same_model(trainer.average(), trainer.model()));
    train(trainer, 1);
    const Model<Mlp> first = trainer.average();
    CHECK(same_model(first, trainer.model()));
    train(trainer, 3);
    const Model<Mlp> later = trainer.average();
    CHECK(!same_bits(later.parameters, trainer.model().parameters));
    CHECK(!same_bits(later.buffers, trainer.model().buffers));
    CHECK(!same_bits(first.parameters, later.parameters));
    CHECK(batches(first) == 1);
    CHECK(batches(later) == 4);
}

TEST_CASE("an average changes nothing else, and any number of threads gives the same bits") {
    omp_set_num_threads(1);
    Kind without({.batch = 5}), one({.average = 0.5f, .batch = 5}), three({.average = 0.5f, .batch = 5});
    train(without, 5);
    train(one, 5);
    omp_set_num_threads(3);
    train(three, 5);
    CHECK(same_model(without.model(), one.model()));
    CHECK(same_model(one.average(), three.average()));
}

TEST_CASE("a GAN's generator has an average, packed weights and all") {
    Trainer<Gan> trainer({.average = 0.75f, .batch = 8});
    Arena<Cpu> expected = trainer.generator().parameters.clone();
    for (int step = 0; step < 4; ++step) {
        trainer.step(normal<Shape<4>>(8, Seed{static_cast<std::uint64_t>(step)}));
        const float* const now = trainer.generator().parameters.data();
        for (long i = 0; i < expected.size(); ++i) {
            float& value = expected.data()[i];
            value = step == 0 ? now[i] : value + 0.25f * (now[i] - value);
        }
    }
    const Model<Generator> average = trainer.average_generator();
    for (long i = 0; i < expected.size(); ++i)
        CHECK(average.parameters.data()[i] == doctest::Approx(expected.data()[i]).epsilon(1e-6));
    Model<Generator> packed(average.parameters.clone(), average.buffers.clone());
    CHECK(same_model(average, packed));
    const auto noise = normal<Shape<3>>(2, Seed{1});
    CHECK(average(noise)(0, 0) != trainer.generator()(noise)(0, 0));
    CHECK_THROWS_WITH_AS((Model<Generator>(Arena<Cpu>(3), Arena<Cpu>(0))),
                         doctest::Contains("Model: floats of the parameters: found 3, expected "), Error);
}

TEST_CASE("issue 18.6: an average of a trainer without one, and decays that are none") {
    const std::string words =
        "Trainer: average of weights: found none, expected one, by the trainer's option .average, such as 0.999f";
    Kind trainer({.batch = 5});
    CHECK(error_of([&] { trainer.average(); }) == words);
    CHECK(error_of([] { Trainer<Gan>({.batch = 8}).average_generator(); }) == words);
    for (const float decay : {1.f, -0.1f, 1.5f, std::numeric_limits<float>::quiet_NaN()})
        CHECK(contains(error_of([&] { Kind({.average = decay, .batch = 5}); }),
                       "expected 0 for none, or a decay below 1, such as 0.999"));
}

TEST_CASE("issue 18.6: a checkpoint with an average and a trainer without one, and the reverse") {
    TemporaryFolder folder;
    Kind with({.average = 0.75f, .batch = 5}), without({.batch = 5}), other({.average = 0.5f, .batch = 5});
    for (Kind* trainer : {&with, &without, &other}) train(*trainer, 2);
    with.save(folder / "with");
    without.save(folder / "without");
    const auto refusal = [&](Kind& trainer, const char* file) {
        trainer.save(folder / "before");
        const std::string words = error_of([&] { trainer.resume(folder / file); });
        trainer.save(folder / "after");
        CHECK((content_of(folder / "before") == content_of(folder / "after")));
        return words;
    };
    const std::string begin = ": 1 fault, and the model is as it was: \"genotype.option.average\": found ";
    CHECK(contains(refusal(without, "with"), "/with" + begin + "\"0.75\", expected \"0\""));
    CHECK(contains(refusal(with, "without"), "/without" + begin + "\"0\", expected \"0.75\""));
    CHECK(contains(refusal(other, "with"), "/with" + begin + "\"0.75\", expected \"0.5\""));

    // Where the option says that there is one, it is missed.
    std::string content = content_of(folder / "with");
    for (auto at = content.find("\"average.0.bias"); at != content.npos; at = content.find("\"average.0.bias"))
        content[at + 1] = 'o';
    folder.file("cut", content);
    CHECK(contains(refusal(with, "cut"), "\"average.0.bias\": found nothing, expected F32 [4]"));
}

TEST_CASE("weights and states from a file: an average is read where both have one") {
    TemporaryFolder folder;
    Kind with({.average = 0.75f, .batch = 5}), without({.batch = 5});
    train(with, 3);
    train(without, 3);
    with.save(folder / "with");
    without.save(folder / "without");
    Kind other({.average = 0.5f, .batch = 5, .seed = 9});
    CHECK(load(other, folder / "with").loaded == 9 + 9);
    CHECK(same_model(other.average(), with.average()));
    train(other, 1);
    CHECK(!same_model(other.average(), other.model()));
    load(other, folder / "without");  // from which the average begins anew
    CHECK(same_model(other.average(), without.model()));
    train(other, 1);
    CHECK(same_model(other.average(), other.model()));
    CHECK(load(without, folder / "with").loaded == 9);

    // A checkpoint's average is a model's weights.
    Model<Mlp> model(Seed{9});
    CHECK(load(model, folder / "with", {.prefix = "average."}).loaded == 9);
    CHECK(same_model(model, with.average()));
    CHECK(load(model, folder / "with").loaded == 9);
    CHECK(same_model(model, with.model()));
    Model<Sequential<Linear<3, 4>, BN<4>>> less;
    CHECK(contains(error_of([&] { load(less, folder / "with", {.prefix = "average."}); }),
                   "\"average.3.weight\": found F32 [2, 4], expected nothing"));
}
