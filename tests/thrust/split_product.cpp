// Products whose sums are taken in splits, as on a GPU, against plain loops.
#include "genotype/kernels/portable/split_product.hpp"

#include <doctest/doctest.h>

#include "genotype/genotype.hpp"
#include "genotype/kernels/reference/convolution.hpp"
#include "genotype/thrust.hpp"
#include "support/convolution_runs.hpp"
#include "support/kernel_arrays.hpp"
#include "support/splitting.hpp"

using namespace genotype;
using namespace convolution_test;
using kernel_test::Array;
using kernel_test::random_array;

namespace {

/// A sum of 0, 1, 2, ..., which is exact in any order.
Array product_of_numbers(long splits, long rows, long terms, long columns) {
    constexpr float guard = -7;
    Array sums(static_cast<unsigned long>(splits * rows * columns + 1), guard);
    Array found = kernel_test::unwritten(rows * columns);
    float* const to = found.data();
    kernels::detail::multiply_splits(
        SplitCpp{}, splits, rows, terms, columns, [=](long row, long k) { return static_cast<float>(row + k); },
        [=](long k, long column) { return k < terms ? static_cast<float>(column + 1) : 1e30f; },
        [=](long row, long column, float sum) { to[row * columns + column] = sum; }, sums.data());
    CHECK(sums.back() == guard);
    return found;
}

}  // namespace

TEST_CASE("sizes alone say how many splits there are, and the scratch holds them") {
    CHECK(kernels::detail::product_splits(SplitCpp{}, 64, 65536, 48) == 7);
    CHECK(kernels::detail::product_splits(SplitCpp{}, 64, 65536, 65) == 3);
    CHECK(kernels::detail::product_splits(SplitCpp{}, 64, 5 * kernels::detail::least_split, 64) == 5);
    CHECK(kernels::detail::product_splits(SplitCpp{}, 64, 2 * kernels::detail::least_split - 1, 64) == 1);
    CHECK(kernels::detail::product_splits(SplitCpp{}, 64, 0, 64) == 1);
    CHECK(kernels::detail::product_splits(SplitCpp{}, 0, 65536, 64) == 1);
    CHECK(kernels::detail::product_splits(SplitCpp{}, 1024, 65536, 64) == 1);
    CHECK(kernels::detail::product_splits(ThrustCpp{}, 64, 65536, 64) == 1);
    CHECK(kernels::detail::product_scratch(ThrustCpp{}) == MemoryExtent{});
    for (long rows = 1; rows < 500; ++rows)
        for (const long columns : {1, 63, 64, 65, 128, 200}) {
            const long splits = kernels::detail::product_splits(SplitCpp{}, rows, 1 << 20, columns);
            if (splits > 1) CHECK(splits * rows * columns <= kernels::detail::product_scratch(SplitCpp{}).fixed);
        }
}

TEST_CASE("splits take every term once, also where some of them are empty") {
    for (const long terms : {1, 15, 16, 17, 64, 100, 257})
        for (const long splits : {1, 2, 3, 7, 40}) {
            CAPTURE(terms);
            CAPTURE(splits);
            const long rows = 3, columns = 5;
            const Array found = product_of_numbers(splits, rows, terms, columns);
            for (long row = 0; row < rows; ++row)
                for (long column = 0; column < columns; ++column)
                    CHECK(found[static_cast<unsigned long>(row * columns + column)] ==
                          static_cast<float>((terms * row + terms * (terms - 1) / 2) * (column + 1)));
        }
}

TEST_CASE_TEMPLATE("convolutions with sums in splits agree with plain loops", Device, SplitCpp, SplitOmp) {
    for (const Case& c :
         {linear(300, 33, 9), linear(784, 20, 64), linear(20, 784, 9), linear(5, 7, 1000), linear(70, 65, 600),
          conv(64, 1, 4, 1, 0, 4, 4, 9), conv(3, 20, 4, 2, 1, 16, 16, 9), conv(40, 5, 3, 1, 1, 8, 8, 5),
          transposed(4, 32, 3, 1, 1, 12, 12, 4), transposed(3, 16, 4, 2, 1, 8, 7, 9)})
        for (const bool with_bias : {false, true}) compare_with_reference<Device>(c, with_bias);
}

TEST_CASE("every number of threads gives them the same bits") {
    for (const Case& c : {linear(784, 20, 64), conv(3, 20, 4, 2, 1, 16, 16, 9)}) {
        const Results one = kernel_test::with_threads(1, [&] { return run(SplitOmp{}, c, true); });
        CHECK((run(SplitCpp{}, c, true) == one));
        CHECK((kernel_test::with_threads(3, [&] { return run(SplitOmp{}, c, true); }) == one));
    }
}

TEST_CASE("models plan the scratch that splits need") {
    const long wanted_scratch = kernels::detail::product_scratch(SplitCpp{}).fixed;
    CHECK(memory_of<Linear<3, 4>, SplitCpp, Training>(vector_dims(3)).backward_scratch.fixed == wanted_scratch);
    CHECK(memory_of<Linear<3, 4>, SplitCpp, Inference>(vector_dims(3)).forward_scratch.fixed == wanted_scratch);
    using Text = LanguageModel<Embedding<5, 8>, Sequential<ReLU>, TiedHead>;
    CHECK(memory_of<Text, SplitCpp, Training>(vector_dims(1)).backward_scratch.fixed == wanted_scratch);
    CHECK(memory_of<Text, SplitCpp, Inference>(vector_dims(1)).forward_scratch.fixed == wanted_scratch);
    using Net = VAE<300, 80, 4>;
    Trainer<Net, ThrustCpp> plain({.batch = 300, .seed = 3});
    Trainer<Net, SplitCpp> split({.batch = 300, .seed = 3});
    Tensor<Shape<300>> batch(300);
    fill_uniform(Reference{}, batch.size(), RandomState{.seed = 1}, 0, 1, batch.data());
    for (int step = 0; step < 3; ++step) {
        const auto wanted = plain.step(batch), found = split.step(batch);
        CHECK(found.reconstruction == doctest::Approx(wanted.reconstruction).epsilon(1e-5));
        CHECK(found.kl == doctest::Approx(wanted.kl).epsilon(1e-4));
    }
}

TEST_CASE("a language model plans it for its last product") {
    constexpr GPT2Config sizes{.vocabulary = 300, .context = 300, .width = 32, .layers = 1, .heads = 2};
    Trainer<GPT2<sizes>, ThrustCpp, AdamW> plain({.batch = 1, .context = 300, .seed = 3});
    Trainer<GPT2<sizes>, SplitCpp, AdamW> split({.batch = 1, .context = 300, .seed = 3});
    std::vector<int> tokens(301);
    for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<int>(i * i % 300);
    for (int step = 0; step < 3; ++step) CHECK(split.step(tokens) == doctest::Approx(plain.step(tokens)).epsilon(1e-5));
}
