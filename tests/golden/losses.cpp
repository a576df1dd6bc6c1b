// The losses against PyTorch, values and gradients.
#include "genotype/losses/bce.hpp"
#include "genotype/losses/bce_with_logits.hpp"
#include "genotype/losses/cross_entropy.hpp"
#include "genotype/losses/gaussian_kl.hpp"
#include "genotype/losses/hinge.hpp"
#include "genotype/losses/l1.hpp"
#include "genotype/losses/mse.hpp"
#include "support/devices.hpp"
#include "support/golden.hpp"

using namespace genotype;

namespace {

const golden::File& file() {
    static const golden::File losses("losses");
    return losses;
}

constexpr golden::Tolerance digits{.of_value = 2e-6, .floor = 1e-30};

void check_results(const std::string& name, float value, const std::vector<float>& gradient,
                   golden::Tolerance tolerance = digits) {
    {
        INFO("value");
        golden::check_close({&value, 1}, file()[name + "/loss"].values, tolerance);
    }
    INFO("gradient");
    golden::check_close(gradient, file()[name + "/gradient"].values, tolerance);
}

/// Calls `evaluate(device, call)` with the case's prediction and, where there is one, target.
template <class Device, class Evaluate>
void check_on(const std::string& name, golden::Tolerance tolerance, Evaluate evaluate) {
    const golden::Values& prediction = file()[name + "/prediction"];
    const int samples = prediction.batch();
    const long values = prediction.sample().count();
    float value = -1;
    std::vector<float> gradient(prediction.values.size(), -1);
    evaluate(Device{},
             LossCall{.prediction = {prediction.values.data(), samples, values},
                      .target = file().has(name + "/target")
                                    ? LossBatch{file()[name + "/target"].values.data(), samples, values}
                                    : LossBatch{},
                      .value = &value,
                      .gradient = {gradient.data(), samples, values}});
    check_results(name, value, gradient, tolerance);
}

template <class Evaluate>
void check(const std::string& name, golden::Tolerance tolerance, Evaluate evaluate) {
    on_tested_devices([&]<class Device>(Device) { check_on<Device>(name, tolerance, evaluate); });
}

template <class Loss>
void check(const std::string& name, golden::Tolerance tolerance = digits) {
    check(name, tolerance, [](auto device, const LossCall& call) { Loss::evaluate(device, call); });
}

template <class Device>
void check_cross_entropy(const std::string& name, golden::Tolerance tolerance) {
    INFO(name);
    const golden::Values& prediction = file()[name + "/prediction"];
    std::vector<int> classes;
    for (float target : file()[name + "/target"].values) classes.push_back(static_cast<int>(target));
    float value = -1;
    std::vector<float> gradient(prediction.values.size(), -1);
    CrossEntropy::evaluate(Device{}, {.prediction = {prediction.values.data(), prediction.batch(), prediction.dims[1]},
                                      .target = classes,
                                      .value = &value,
                                      .gradient = {gradient.data(), prediction.batch(), prediction.dims[1]}});
    check_results(name, value, gradient, tolerance);
}

template <class Device>
void check_gaussian_kl(const std::string& name, golden::Tolerance tolerance) {
    INFO(name);
    const golden::Values& moments = file()[name + "/prediction"];
    float value = -1;
    std::vector<float> gradient(moments.values.size(), -1), sum(moments.values.size(), 3);
    GaussianKL::Call call{.moments = {moments.values.data(), moments.batch(), moments.dims[1]},
                          .value = &value,
                          .gradient = {gradient.data(), moments.batch(), moments.dims[1]}};
    GaussianKL::evaluate(Device{}, call);
    check_results(name, value, gradient, tolerance);
    call.gradient.data = sum.data();
    call.accumulate = true;
    GaussianKL::evaluate(Device{}, call);
    for (float& part : gradient) part += 3;
    INFO("accumulated");
    golden::check_close(sum, gradient, digits);
}

}  // namespace

TEST_CASE("BCE") {
    check<BCE>("bce");
    check<BCE>("bce_real");
    check<BCE>("bce_extreme");
}
TEST_CASE("BCEWithLogits") {
    // sigmoid - target
    check<BCEWithLogits>("bce_with_logits", {.of_value = 2e-6, .floor = 1e-2});
    check<BCEWithLogits>("bce_with_logits_extreme", {.of_value = 2e-6, .floor = 1e-2});
}
TEST_CASE("MSE") {
    check<MSE>("mse");
}
TEST_CASE("L1") {
    check<L1>("l1");
    check<L1>("l1_equal");
}
TEST_CASE("Hinge") {
    const auto real = [](auto device, const LossCall& call) { Hinge::discriminator_real(device, call); };
    const auto fake = [](auto device, const LossCall& call) { Hinge::discriminator_fake(device, call); };
    const auto generator = [](auto device, const LossCall& call) { Hinge::generator(device, call); };
    check("hinge_real", digits, real);
    check("hinge_fake", digits, fake);
    check("hinge_generator", digits, generator);
}
TEST_CASE("CrossEntropy") {
    // softmax - 1 of the target's class
    for (const char* name : {"cross_entropy", "cross_entropy_extreme"}) {
        on_tested_devices(
            [&]<class Device>(Device) { check_cross_entropy<Device>(name, {.of_value = 2e-6, .floor = 1e-2}); });
    }
}
TEST_CASE("GaussianKL") {
    // variance - 1
    for (const char* name : {"gaussian_kl", "gaussian_kl_extreme"}) {
        on_tested_devices(
            [&]<class Device>(Device) { check_gaussian_kl<Device>(name, {.of_value = 2e-6, .floor = 1e-2}); });
    }
}
