// Ten steps of each optimiser, the schedules' factors and clipping against PyTorch.
#include "genotype/optimizers/adam.hpp"
#include "genotype/optimizers/adamw.hpp"
#include "genotype/optimizers/clip.hpp"
#include "genotype/optimizers/rmsprop.hpp"
#include "genotype/optimizers/schedule.hpp"
#include "genotype/optimizers/sgd.hpp"
#include "support/devices.hpp"
#include "support/golden.hpp"

using namespace genotype;

namespace {

const golden::File& file() {
    static const golden::File optimizers("optimizers");
    return optimizers;
}

template <class Device, class Optimizer>
void check_on(const std::string& name, const Optimizer& optimizer) {
    std::vector<float> parameters = file()["start"].values;
    const golden::Values& gradients = file()["gradients"];
    std::vector<float> state(parameters.size() * Optimizer::states, 0);
    for (int step = 0; step < gradients.dims[0]; ++step) {
        INFO(name << ", step " << step + 1);
        const typename Optimizer::Update by = optimizer.update_of(step + 1, 1);
        optimizer.apply(Device{}, static_cast<long>(parameters.size()), parameters.data(), gradients.row(step).data(),
                        state.data(), &by);
        // A wrong beta, epsilon or order of operations shows from 1e-4 on.
        golden::check_close(parameters, file()[name].row(step), {.of_value = 2e-6, .floor = 0.5});
    }
}

template <class Optimizer>
void check(const std::string& name, const Optimizer& optimizer) {
    on_tested_devices([&]<class Device>(Device) { check_on<Device>(name, optimizer); });
}

void check_schedule(const std::string& name, const Schedule& schedule) {
    INFO(name);
    const std::vector<float>& expected = file()["schedule/" + name].values;
    std::vector<float> factors;
    for (std::size_t step = 0; step < expected.size(); ++step)
        factors.push_back(schedule.factor(static_cast<long>(step)));
    golden::check_close(factors, expected, {.of_largest = 1e-6});
}

template <class Device>
void check_clipping(const std::string& name) {
    INFO(name);
    std::vector<float> gradients, expected;
    for (const char* tensor : {"/first", "/second"}) {
        const std::vector<float>&before = file()[name + tensor].values,
              &after = file()[name + tensor + ".after"].values;
        gradients.insert(gradients.end(), before.begin(), before.end());
        expected.insert(expected.end(), after.begin(), after.end());
    }
    float norm = -1;
    clip_gradient_norm(Device{}, static_cast<long>(gradients.size()), gradients.data(),
                       file()[name + "/limit"].scalar(), &norm);
    golden::check_close({&norm, 1}, file()[name + "/norm"].values, {.of_largest = 1e-6});
    golden::check_close(gradients, expected, {.of_largest = 1e-6});
}

}  // namespace

TEST_CASE("SGD") {
    check("sgd", SGD{.learning_rate = 0.1f});
    check("sgd_weight_decay", SGD{.learning_rate = 0.1f, .weight_decay = 0.05f});
    check("sgd_momentum", SGD{.learning_rate = 0.1f, .momentum = 0.9f});
    check("sgd_nesterov", SGD{.learning_rate = 0.1f, .momentum = 0.9f, .weight_decay = 0.05f, .nesterov = true});
}
TEST_CASE("Adam") {
    check("adam", Adam{.learning_rate = 1e-2f});
    check("adam_betas", Adam{.learning_rate = 2e-4f, .beta1 = 0.5f, .beta2 = 0.999f, .epsilon = 1e-6f});
    check("adam_weight_decay", Adam{.learning_rate = 1e-2f, .weight_decay = 0.05f});
}
TEST_CASE("AdamW") {
    check("adamw", AdamW{.learning_rate = 1e-2f});
    check("adamw_weight_decay", AdamW{.learning_rate = 1e-2f, .weight_decay = 0.3f});
}
TEST_CASE("RMSprop") {
    check("rmsprop", RMSprop{.learning_rate = 1e-2f});
    check("rmsprop_momentum", RMSprop{.learning_rate = 1e-2f, .alpha = 0.9f, .weight_decay = 0.05f, .momentum = 0.5f});
}
TEST_CASE("schedules") {
    check_schedule("linear_warmup", Schedule::linear_warmup(5));
    check_schedule("cosine", Schedule::cosine(10));
    check_schedule("cosine_minimum", Schedule::cosine(8, 0, 0.1f));
    check_schedule("cosine_after_warmup", Schedule::cosine(10, 3, 0.1f));
    check_schedule("step_decay", Schedule::step_decay(4, 0.5f));
}
TEST_CASE("clipping") {
    for (const char* name : {"clip_above", "clip_below", "clip_huge"}) {
        on_tested_devices([&]<class Device>(Device) { check_clipping<Device>(name); });
    }
}
