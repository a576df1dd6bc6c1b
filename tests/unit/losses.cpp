// The pointwise losses: values by formula, derivatives by central differences, reductions, the sides of a GAN, what
// fits.
#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "genotype/kernels/cpu/elementwise.hpp"
#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/reference/elementwise.hpp"
#include "genotype/losses/bce.hpp"
#include "genotype/losses/bce_with_logits.hpp"
#include "genotype/losses/hinge.hpp"
#include "genotype/losses/l1.hpp"
#include "genotype/losses/mse.hpp"
#include "genotype/training/loss_between.hpp"
#include "support/devices.hpp"

using namespace genotype;

static_assert(AdversarialLoss<BCE> && AdversarialLoss<BCEWithLogits> && AdversarialLoss<MSE> && AdversarialLoss<Hinge>);
static_assert(!MSE::fits(image_dims(3, 32, 32), image_dims(3, 32, 32)));
static_assert(MSE::fits(image_dims(3, 32, 32), image_dims(1, 32, 32)).kind == FaultKind::channels);
static_assert(BCE::fits(vector_dims(784), image_dims(1, 28, 28)).kind == FaultKind::vector_given);
static_assert(!BCE::fits(vector_dims(784), unknown_dims));

namespace {

constexpr int batch = 5;
constexpr long features = 7, count = batch * features;

std::vector<float> uniform(float low, float high, std::uint64_t seed) {
    std::vector<float> x(count);
    fill_uniform(Cpu{}, count, RandomState{.seed = seed}, low, high, x.data());
    return x;
}

struct Result {
    float value = -1;
    std::vector<float> gradient = std::vector<float>(count, -1);
};

/// evaluate(device, call) with value and gradient wanted.
template <class Evaluate>
Result run(const std::vector<float>& prediction, LossCall call, const Evaluate& evaluate) {
    Result result;
    call.prediction = {prediction.data(), batch, features};
    call.value = &result.value;
    call.gradient = {result.gradient.data(), batch, features};
    evaluate(call);
    return result;
}

/// The value in double, one prediction moved.
using Formula = double (*)(double prediction, double target);

double mean_of(Formula formula, const std::vector<float>& prediction, const std::vector<float>& target) {
    double sum = 0;
    for (std::size_t i = 0; i < prediction.size(); ++i)
        sum += formula(static_cast<double>(prediction[i]), static_cast<double>(target[i]));
    return sum / static_cast<double>(prediction.size());
}

template <class Evaluate>
void check_against(Formula formula, const std::vector<float>& prediction, const std::vector<float>& target,
                   LossCall call, const Evaluate& evaluate) {
    const Result result = run(prediction, call, evaluate);
    CHECK(result.value == doctest::Approx(mean_of(formula, prediction, target)).epsilon(1e-6));
    for (std::size_t i = 0; i < prediction.size(); ++i) {
        const double p = static_cast<double>(prediction[i]), t = static_cast<double>(target[i]), step = 1e-5;
        const double derivative = (formula(p + step, t) - formula(p - step, t)) / (2 * step) / count;
        REQUIRE(result.gradient[i] == doctest::Approx(derivative).epsilon(1e-5));
    }
}

template <class Loss>
void check(Formula formula, const std::vector<float>& prediction, const std::vector<float>& target) {
    const LossCall call{.prediction = {}, .target = {target.data(), batch, features}};
    check_against(formula, prediction, target, call, [](const LossCall& c) { Loss::evaluate(Cpu{}, c); });
    check_against(formula, prediction, target, call, [](const LossCall& c) { Loss::evaluate(Reference{}, c); });
}

const auto bce = [](double p, double t) { return -t * std::log(p) - (1 - t) * std::log1p(-p); };
const auto bce_of_logit = [](double p, double t) { return std::log1p(std::exp(p)) - t * p; };
const auto squared = [](double p, double t) { return (p - t) * (p - t); };

}  // namespace

TEST_CASE("BCE") {
    check<BCE>(bce, uniform(0.01f, 0.99f, 1), uniform(0, 1, 2));
    check<BCE>(bce, uniform(0.01f, 0.99f, 1), std::vector<float>(count, 1.f));
}

TEST_CASE_TEMPLATE("BCE at the ends is what PyTorch makes of it", Device, GENOTYPE_TESTED_DEVICES) {
    const auto at = [](float prediction, float target) {
        Result result;
        BCE::evaluate(Device{}, {.prediction = {&prediction, 1, 1},
                                 .target = {&target, 1, 1},
                                 .value = &result.value,
                                 .gradient = {result.gradient.data(), 1, 1}});
        return result;
    };
    CHECK(at(0, 1).value == 100);
    CHECK(at(1, 0).value == 100);
    CHECK(at(0, 0).value == 0);
    CHECK(at(1, 1).value == 0);
    CHECK(at(0, 1).gradient[0] == doctest::Approx(-1e12));
    CHECK(at(1, 1).gradient[0] == 0);
    CHECK_THROWS_AS(at(std::numeric_limits<float>::quiet_NaN(), 1), Error);
}

TEST_CASE("BCEWithLogits") {
    check<BCEWithLogits>(bce_of_logit, uniform(-6, 6, 3), uniform(0, 1, 4));
    for (float target : {0.f, 1.f})
        for (float prediction : {-1000.f, 1000.f}) {
            float value = -1;
            BCEWithLogits::evaluate(Cpu{},
                                    {.prediction = {&prediction, 1, 1}, .target = {&target, 1, 1}, .value = &value});
            CHECK(value == ((prediction > 0) == (target > 0) ? 0 : 1000));
        }
}

TEST_CASE("MSE") {
    check<MSE>(squared, uniform(-2, 2, 5), uniform(-2, 2, 6));
}

TEST_CASE("L1") {
    check<L1>([](double p, double t) { return std::abs(p - t); }, uniform(-2, 2, 7), uniform(-2, 2, 8));
    const std::vector<float> same = uniform(-2, 2, 9);
    const Result result = run(same, {.prediction = {}, .target = {same.data(), batch, features}},
                              [](const LossCall& call) { L1::evaluate(Cpu{}, call); });
    CHECK(result.value == 0);
    CHECK(result.gradient == std::vector<float>(count, 0.f));
}

TEST_CASE_TEMPLATE("Reductions and weight", Device, GENOTYPE_TESTED_DEVICES) {
    const std::vector<float> prediction = uniform(-1, 1, 10), target = uniform(-1, 1, 11);
    const auto reduced = [&](Reduction reduction, float weight) {
        return run(
            prediction,
            {.prediction = {}, .target = {target.data(), batch, features}, .reduction = reduction, .weight = weight},
            [](const LossCall& call) { MSE::evaluate(Device{}, call); });
    };
    const Result mean = reduced(Reduction::mean, 1);
    const auto is_times = [&](const Result& result, double factor) {
        CHECK(result.value == doctest::Approx(mean.value * factor).epsilon(1e-6));
        for (std::size_t i = 0; i < count; ++i)
            REQUIRE(result.gradient[i] == doctest::Approx(mean.gradient[i] * factor).epsilon(1e-6));
    };
    is_times(reduced(Reduction::sum, 1), count);
    is_times(reduced(Reduction::sample_sum, 1), features);
    is_times(reduced(Reduction::mean, 3), 3);
}

TEST_CASE_TEMPLATE("The sides of a GAN", Device, GENOTYPE_TESTED_DEVICES) {
    const std::vector<float> ones(count, 1.f), zeros(count, 0.f);
    const auto side = [](Formula formula, const std::vector<float>& prediction, const std::vector<float>& target,
                         auto evaluate) { check_against(formula, prediction, target, {.prediction = {}}, evaluate); };
#define SIDE(Loss, side) [](const LossCall& call) { Loss::side(Device{}, call); }
    const std::vector<float> probability = uniform(0.05f, 0.95f, 12), score = uniform(-3, 3, 13);
    side(bce, probability, ones, SIDE(BCE, discriminator_real));
    side(bce, probability, zeros, SIDE(BCE, discriminator_fake));
    side(bce, probability, ones, SIDE(BCE, generator));
    side(bce_of_logit, score, ones, SIDE(BCEWithLogits, discriminator_real));
    side(bce_of_logit, score, zeros, SIDE(BCEWithLogits, discriminator_fake));
    side(bce_of_logit, score, ones, SIDE(BCEWithLogits, generator));
    side(squared, score, ones, SIDE(MSE, discriminator_real));
    side(squared, score, zeros, SIDE(MSE, discriminator_fake));
    side([](double p, double) { return std::max(0., 1 - p); }, score, ones, SIDE(Hinge, discriminator_real));
    side([](double p, double) { return std::max(0., 1 + p); }, score, ones, SIDE(Hinge, discriminator_fake));
    side([](double p, double) { return -p; }, score, ones, SIDE(Hinge, generator));
#undef SIDE
}

TEST_CASE("A large loss is the same with any number of threads") {
    const long n = 200'003;
    std::vector<float> prediction(n), gradient(n), first;
    fill_uniform(Cpu{}, n, RandomState{.seed = 14}, 0, 1, prediction.data());
    float value = 0, alone = 0;
    const int before = omp_get_max_threads();
    for (int threads : {1, 2, 3}) {
        omp_set_num_threads(threads);
        BCE::evaluate(Cpu{}, {.prediction = {prediction.data(), 1, n},
                              .constant = 1,
                              .value = &value,
                              .gradient = {gradient.data(), 1, n}});
        if (threads == 1) alone = value, first = gradient;
        CHECK(value == alone);
        CHECK(gradient == first);
    }
    omp_set_num_threads(before);
}

namespace {

/// The words of the error that a call ends in.
template <class Call>
std::string words_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

template <ShapeType S>
Tensor<S> filled(int samples, float value) {
    Tensor<S> x(samples);
    for (float& each : x.values()) each = value;
    return x;
}

}  // namespace

TEST_CASE("issue 17.29: a loss that is called by hand knows the sizes of what it is given") {
    using S = Shape<7>;
    Tensor<S> prediction(batch), target(batch), derivative(batch);
    fill_uniform(Cpu{}, prediction.size(), RandomState{.seed = 1}, -1, 1, prediction.data());
    fill_uniform(Cpu{}, target.size(), RandomState{.seed = 2}, -1, 1, target.data());
    const float value = MSE::evaluate(Cpu{}, prediction, target, derivative);
    const std::vector<float> p(prediction.data(), prediction.data() + count), t(target.data(), target.data() + count);
    const LossCall call{.prediction = {}, .target = target};
    const Result expected = run(p, call, [](const LossCall& all) { MSE::evaluate(Cpu{}, all); });
    CHECK(value == expected.value);
    CHECK(std::vector<float>(derivative.data(), derivative.data() + count) == expected.gradient);
    CHECK(MSE::evaluate(Cpu{}, prediction, target) == value);
    CHECK(MSE::evaluate(Reference{}, prediction.view(), target) == doctest::Approx(value));
    CHECK(MSE::evaluate(Cpu{}, prediction, target, {.reduction = Reduction::sum}) ==
          doctest::Approx(value * static_cast<float>(count)));
    CHECK(MSE::evaluate(Cpu{}, prediction, target, derivative, {.weight = 2}) == doctest::Approx(2 * value));
    CHECK(loss_between<MSE>(prediction, target.view()) == value);

    // A last batch that is smaller, on either side.
    const Tensor<S> fewer(3);
    Tensor<S> small_derivative(3);
    const std::string words = "loss: batch of the target: found 3, expected 5, that of the prediction";
    CHECK(words_of([&] { MSE::evaluate(Cpu{}, prediction, fewer); }) == words);
    CHECK(words_of([&] { loss_between<L1>(prediction, fewer); }) == words);
    CHECK(words_of([&] { MSE::evaluate(Cpu{}, fewer, target); }).find("found 5, expected 3") != std::string::npos);
    CHECK(words_of([&] { BCE::evaluate(Cpu{}, prediction.view().slice(0, 2), target.view().slice(0, 1)); }) ==
          "loss: batch of the target: found 1, expected 2, that of the prediction");
    CHECK(words_of([&] { MSE::evaluate(Cpu{}, prediction, target, small_derivative); }) ==
          "loss: batch of the gradient: found 3, expected 5, that of the prediction");
    CHECK(words_of([&] { MSE::evaluate(Cpu{}, Tensor<S>(0), Tensor<S>(0)); }) ==
          "loss: batch of the prediction: found 0, expected 1 or more samples");
    // What a trainer calls looks, too, at runs of any shape.
    float sum = 0;
    CHECK(words_of([&] {
              MSE::evaluate(Cpu{}, {.prediction = prediction, .target = {target.data(), batch, 6}, .value = &sum});
          }) == "loss: values of a sample of the target: found 6, expected 7, those of the prediction");
    CHECK(words_of([&] {
              Hinge::generator(Cpu{}, {.prediction = prediction, .gradient = small_derivative});
          }).find("batch of the gradient") != std::string::npos);
    CHECK(sum == 0);
}

TEST_CASE("issue 17.5: a target outside of a loss's domain is refused where it is called by hand") {
    using S = Shape<2>;
    const auto half = filled<S>(3, 0.5f);
    Tensor<S> derivative = filled<S>(3, 9);
    const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    for (const float wrong : {-1.f, 1.5f, 255.f, infinity, -infinity, nan}) {
        CAPTURE(wrong);
        Tensor<S> target = filled<S>(3, 1);
        target(1, 1) = wrong;
        const std::string words = words_of([&] { BCE::evaluate(Cpu{}, half, target, derivative); });
        CHECK(words.find("loss: target: value 1 of sample 1: found") == 0);
        CHECK(words.find("expected 0 to 1, of which alone there is a binary cross-entropy") != std::string::npos);
        CHECK(words_of([&] { BCEWithLogits::evaluate(Reference{}, half, target, derivative); }) == words);
        CHECK(words_of([&] { loss_between<BCE>(half, target); }) == words);
        CHECK(words_of([&] { BCE::evaluate(Cpu{}, target, half, derivative); }).find("expected a probability") !=
              std::string::npos);
        CHECK(words_of([&] { Hinge::evaluate(Cpu{}, half, target, derivative); }).find("found") ==
              (wrong == -1 ? std::string::npos : words.find("found")));
        CHECK(MSE::evaluate(Cpu{}, half, half, derivative) == 0);
        for (float& each : derivative.values()) each = 9;
    }
    CHECK(words_of([&] { Hinge::evaluate(Cpu{}, half, filled<S>(3, 0), derivative); }) ==
          "loss: target: value 0 of sample 0: found 0, expected 1 or -1, which are the targets of a hinge loss");
    CHECK(derivative(0, 0) == 9);
    // A label for all, as of smoothed labels.
    CHECK(words_of([&] {
              BCE::evaluate(Cpu{}, {.prediction = half, .constant = 1.1f, .gradient = derivative});
          }).find("found 1.10000002, expected 0 to 1") != std::string::npos);
    CHECK(words_of([&] { BCE::evaluate(Cpu{}, {.prediction = half, .constant = 0.9f, .gradient = derivative}); }) ==
          "");
    CHECK(words_of([&] { BCEWithLogits::evaluate(Cpu{}, filled<S>(3, -40), filled<S>(3, 1)); }) == "");
}
