// A model of 100 million parameters is a legal local variable: its weights lie on the heap.
#include <doctest/doctest.h>
#include <pthread.h>

#include "genotype/kernels/cpu.hpp"
#include "genotype/layers/linear.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/sequential.hpp"

using namespace genotype;

namespace {

using Large = Sequential<Linear<10'000, 10'000, NoBias>>;
static_assert(parameter_count<Large> == 100'000'000);

// A thread cannot report to doctest from its small stack, so it returns what it found.
void* construct(void* result) {
    const Model<Large> model(Seed{1});
    const float* last = model.parameters.data() + model.parameters.size() - 1;
    *static_cast<bool*>(result) = model.parameters.size() == 100'000'000 && *last != 0;
    return nullptr;
}

}  // namespace

TEST_CASE("on a stack of 8 MB") {
    pthread_attr_t attributes;
    REQUIRE(pthread_attr_init(&attributes) == 0);
    REQUIRE(pthread_attr_setstacksize(&attributes, 8 << 20) == 0);
    pthread_t thread;
    bool right = false;
    REQUIRE(pthread_create(&thread, &attributes, &construct, &right) == 0);
    REQUIRE(pthread_join(thread, nullptr) == 0);
    pthread_attr_destroy(&attributes);
    CHECK(right);
}
