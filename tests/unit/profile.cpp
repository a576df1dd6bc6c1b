// The profile of a step: it changes nothing, names every layer, and accounts for the time once.
#include "genotype/training/profile.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "genotype/kernels/cpu.hpp"
#include "genotype/kernels/reference.hpp"
#include "genotype/models/vae.hpp"
#include "genotype/training/vae_trainer.hpp"

using namespace genotype;

namespace {

using Small = VAE<24, 16, 4>;

std::vector<float> images() {
    std::vector<float> values(8 * 24);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7) / 7;
    return values;
}

template <class Device>
std::vector<float> parameters_after(int steps) {
    const std::vector<float> values = images();
    Trainer<Small, Device> trainer({.batch = 8, .seed = 3});
    for (int i = 0; i < steps; ++i) trainer.step({values.data(), 8});
    const auto& arena = trainer.model().parameters;
    return {arena.data(), arena.data() + arena.size()};
}

/// The row whose name begins so: compilers differ in whether they name defaults, as in Linear<16, 24, Bias>.
const Profile::Row* row_of(const Profile& profile, const std::string& name) {
    for (const Profile::Row& row : profile.rows())
        if (row.name().starts_with(name)) return &row;
    return nullptr;
}

}  // namespace

TEST_CASE("a profiled step computes the same, bit for bit, on every device") {
    Profile profile;
    CHECK(parameters_after<Profiled<Cpu>>(3) == parameters_after<Cpu>(3));
    CHECK(parameters_after<Profiled<Reference>>(3) == parameters_after<Reference>(3));
}

TEST_CASE("each layer has its row and directions, and the rows add up to the time of the steps") {
    const std::vector<float> values = images();
    Trainer<Small, Profiled<Reference>> trainer({.batch = 8});
    Profile profile;
    trainer.step({values.data(), 8});  // outside profile.step: counted by row, not as a step
    profile.clear();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 5; ++i) profile.step([&] { trainer.step({values.data(), 8}); });
    const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    CHECK(profile.steps() == 5);
    const Profile::Row* linear = row_of(profile, "Linear<16, 24");
    REQUIRE(linear);
    CHECK(linear->input() == "16");
    for (const double seconds : linear->seconds) CHECK(seconds > 0);
    REQUIRE(row_of(profile, "Sigmoid"));
    CHECK(row_of(profile, "Sigmoid")->seconds[Profile::backward] > 0);
    CHECK(row_of(profile, "Sigmoid")->seconds[Profile::weight_gradient] == 0);
    for (const char* name : {"update: optimizer", "fill_normal: noise", "(rest of the step)"})
        CHECK_MESSAGE(row_of(profile, name), name);
    // Spans within spans count once: counted twice, the rows would come to more than the whole.
    double sum = 0;
    for (const Profile::Row& row : profile.rows()) {
        CHECK(row.total() >= 0);
        sum += row.total();
    }
    CHECK(sum > 0);
    CHECK(sum <= whole);
    CHECK(profile.table().find("| `Linear<16, 24") != std::string::npos);
}

TEST_CASE("profiles nest, and without one nothing is recorded") {
    const std::vector<float> values = images();
    Trainer<Small, Profiled<Reference>> trainer({.batch = 8});
    trainer.step({values.data(), 8});
    Profile outer;
    {
        Profile inner;
        trainer.step({values.data(), 8});
        CHECK(row_of(inner, "Sigmoid"));
    }
    CHECK(outer.rows().empty());
    trainer.step({values.data(), 8});
    CHECK(row_of(outer, "Sigmoid"));
}
