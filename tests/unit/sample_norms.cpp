// Squared norms of the gradients of single samples, against batches of one.
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/testing.hpp"
#include "support/devices.hpp"

using namespace genotype;

namespace {

struct skip : Name {};
struct condition : Name {};

template <class L>
struct Masked : L {
    using sample_norms = MaskedGradients;
};

template <class Net, class In>
void expect_everywhere() {
    on_tested_devices([]<class Device>(Device) {
        const SampleNormsCheck found = check_sample_norms<Net, In, Device>();
        INFO(found.fault);
        CHECK(found.passed);
        CHECK(found.compared >= 4);
    });
}

}  // namespace

TEST_CASE("issue 18.4: norms of single samples are those of batches of one: products and convolutions") {
    expect_everywhere<Linear<5, 7>, Shape<5>>();
    expect_everywhere<Linear<40, 3, NoBias>, Shape<40>>();
    expect_everywhere<Conv<3, 5, 3, 1, 1, Bias>, Shape<3, 6, 5>>();
    expect_everywhere<Conv<3, 4, 4, 2, 1>, Shape<3, 8, 8>>();
    expect_everywhere<Conv<3, 4, 1>, Shape<3, 4, 4>>();
    expect_everywhere<ConvT<3, 5, 4, 2, 1, Bias>, Shape<3, 4, 4>>();
    expect_everywhere<Conv3d<3, 5, 3, 1, 1, Bias>, Shape<3, 3, 4, 2>>();
    expect_everywhere<ConvT3d<3, 5, 4, 2, 1, Bias>, Shape<3, 2, 2, 3>>();
}

TEST_CASE("issue 18.4: norms of single samples are those of batches of one: normalisations") {
    expect_everywhere<GroupNorm<2, 6>, Shape<6, 3, 4>>();
    expect_everywhere<LayerNorm<7>, Shape<7>>();
    expect_everywhere<LayerNorm<3, 4, 2>, Shape<3, 4, 2>>();
    expect_everywhere<LayerNormWithoutBias<std::ratio<1, 1000>, 7>, Shape<7>>();
    expect_everywhere<RMSNorm<9>, Shape<9>>();
    expect_everywhere<SpectralNorm<Conv<3, 5, 3, 1, 1, Bias>>, Shape<3, 4, 4>>();
    expect_everywhere<WeightNorm<Linear<5, 7>>, Shape<5>>();
}

TEST_CASE("issue 18.4: norms of single samples are those of batches of one: networks") {
    using Net = Sequential<Conv<2, 6, 3, 1, 1, Bias>, GroupNorm<2, 6>, SiLU, Save<skip>,
                           Residual<Conv<6, 4, 3, 1, 1>, ReLU, Projection<Conv<6, 4, 1>>>, Concat<skip, 6>,
                           InstanceNorm<10>, Repeat<2, Conv<10, 10, 1, 1, 0, Bias>, Tanh>, MaxPool<2>, Flatten,
                           Plus<Chain<Linear<40, 8>, GELU>, Chain<Linear<40, 8, NoBias>>>, Linear<8, 3>>;
    expect_everywhere<Net, Shape<2, 4, 4>>();
    expect_everywhere<
        Sequential<Let<condition, Linear<4, 6>, SiLU>, Linear<4, 5>, Modulate<condition, 6, 5>, SiLU, Linear<5, 2>>,
        Shape<4>>();
    expect_everywhere<Sequential<Let<condition, GlobalAvgPool, Flatten, Linear<2, 6>, SiLU>, Conv<2, 4, 1>,
                                 GroupNorm<2, 4>, Modulate<condition, 6, 4>, SiLU, Flatten, Linear<16, 2>>,
                      Shape<2, 2, 2>>();
    expect_everywhere<Sequential<Linear<6, 12>, Dropout<0.5f>, Linear<12, 3>>, Shape<6>>();
    expect_everywhere<
        Sequential<Let<condition, Linear<4, 6>, SiLU>, Linear<4, 5>, Masked<Modulate<condition, 6, 5>>, Linear<5, 2>>,
        Shape<4>>();
    expect_everywhere<Sequential<Masked<Conv<3, 5, 3, 1, 1, Bias>>, Masked<LayerNorm<5, 4, 4>>>, Shape<3, 4, 4>>();
    // Tokens that do not look at one another.
    Tensor<Shape<1>> ids(5);
    for (int i = 0; i < 5; ++i) ids(i, 0) = static_cast<float>(i * 3 % 7);
    on_tested_devices([&]<class Device>(Device) {
        const auto found =
            check_sample_norms<Sequential<Embedding<7, 6>, RMSNorm<6>, Linear<6, 4>>, Shape<1>, Device>(ids);
        INFO(found.fault);
        CHECK(found.passed);
    });
}

namespace {

/// Norms of texts of several lengths, of which some have more rows than a tile.
template <class Net, class In>
void expect_of_texts(const Tensor<In>& x, const std::vector<int>& lengths) {
    on_tested_devices([&]<class Device>(Device) {
        const SampleNormsCheck found = check_sample_norms<Net, In, Device>(x, lengths);
        INFO(found.fault);
        CHECK(found.passed);
        CHECK(found.compared >= static_cast<long>(lengths.size()));
    });
}
template <class Net>
void expect_of_texts(const std::vector<int>& lengths) {
    constexpr int vocabulary = OutputShape<Net, Shape<1>>::count;
    Tensor<Shape<1>> tokens(std::accumulate(lengths.begin(), lengths.end(), 0));
    for (int i = 0; i < tokens.batch(); ++i) tokens(i, 0) = static_cast<float>(i * i % 17 % vocabulary);
    expect_of_texts<Net>(tokens, lengths);
}

const std::vector<int> short_texts{5, 1, 12}, long_texts{70, 3, 130};

}  // namespace

TEST_CASE("issue 18.4: norms of texts are those of batches of one text: products, from rows and from gradients") {
    const auto x = normal<Shape<100>>(74, Seed{4});
    expect_of_texts<Linear<100, 100, NoBias>>(x, {70, 3, 1});  // products of rows, where a text is short
    const auto few = normal<Shape<40>>(18, Seed{5});
    expect_of_texts<Linear<40, 300>>(few, short_texts);
    expect_of_texts<Linear<40, 3>>(few, short_texts);
    expect_of_texts<Sequential<QueryKeyNorm<2, 1, 10>, Linear<40, 3>>>(few, short_texts);
    expect_of_texts<Sequential<LayerNorm<40>, RMSNorm<40>, WeightNorm<Linear<40, 6>>, SpectralNorm<Linear<6, 5>>>>(
        few, short_texts);
    expect_of_texts<
        Sequential<Let<condition, Linear<40, 6>, SiLU>, Linear<40, 5>, Modulate<condition, 6, 5>, SiLU, Linear<5, 2>>>(
        few, short_texts);
}

TEST_CASE("issue 18.4: norms from products of rows, of more of them than tiles have") {
    constexpr int rows = 140, in = 5, out = 7, tokens = 9;
    const auto read = normal<Shape<in>>(rows, Seed{1}), table = normal<Shape<in>>(rows, Seed{2});
    const auto dy = normal<Shape<out>>(rows, Seed{3});
    const auto dlogits = normal<Shape<tokens>>(rows, Seed{4});
    std::vector<float> ids(rows);
    for (int t = 0; t < rows; ++t) ids[static_cast<std::size_t>(t)] = static_cast<float>(t * t % tokens);
    // The gradients themselves: of a product and its bias, of a table's rows, and of a product to one value a token.
    double product[in][out] = {}, bias[out] = {}, looked_up[tokens][in] = {}, tied[tokens][in] = {};
    for (int t = 0; t < rows; ++t)
        for (int i = 0; i < in; ++i) {
            for (int o = 0; o < out; ++o) product[i][o] += double{read(t, i)} * double{dy(t, o)};
            for (int v = 0; v < tokens; ++v) tied[v][i] += double{dlogits(t, v)} * double{read(t, i)};
            looked_up[t * t % tokens][i] += double{table(t, i)};
        }
    for (int t = 0; t < rows; ++t)
        for (int o = 0; o < out; ++o) bias[o] += double{dy(t, o)};
    double with_bias = 0, of_table = 0, of_both = 0;
    for (int o = 0; o < out; ++o) {
        with_bias += bias[o] * bias[o];
        for (int i = 0; i < in; ++i) with_bias += product[i][o] * product[i][o];
    }
    for (int v = 0; v < tokens; ++v)
        for (int i = 0; i < in; ++i) {
            of_table += looked_up[v][i] * looked_up[v][i];
            of_both += 2 * looked_up[v][i] * tied[v][i];
        }
    on_tested_devices([&]<class Device>(Device device) {
        constexpr int capacity = detail::gram_rows;
        const MemoryExtent extent = detail::GramTiles<Device>::scratch(in, out, tokens);
        std::vector<float> of_samples(static_cast<std::size_t>(extent.per_sample * capacity + 1));
        std::vector<float> of_all(static_cast<std::size_t>(extent.fixed));
        const MemoryRegion scratch{of_samples.data(), of_all.data(), capacity};
        float norms[3] = {1, 1, 1};
        detail::add_gram_norm(device, rows, in, read.data(), out, dy.data(), true, norms, scratch);
        detail::add_gram_norm_of_table(device, rows, ids.data(), in, table.data(), norms + 1, scratch);
        detail::add_gram_of_both_uses(device, rows, tokens, in, ids.data(), dlogits.data(), read.data(), table.data(),
                                      norms + 2, scratch);
        CHECK(static_cast<double>(norms[0]) == doctest::Approx(1 + with_bias).epsilon(1e-5));
        CHECK(static_cast<double>(norms[1]) == doctest::Approx(1 + of_table).epsilon(1e-5));
        CHECK(static_cast<double>(norms[2]) == doctest::Approx(1 + of_both).epsilon(1e-5));
    });
}

TEST_CASE("issue 18.4: norms of texts are those of batches of one text: tokens, tied and not") {
    using Tied = LanguageModel<Embedding<20, 8>, Sequential<Linear<8, 8>, GELU>>;
    expect_of_texts<Tied>(short_texts);
    expect_of_texts<Tied>(long_texts);
    expect_of_texts<LanguageModel<Embedding<100, 100>, Sequential<Linear<100, 100>, GELU>>>({70, 3, 1});
    expect_of_texts<LanguageModel<Embedding<400, 8>, PositionalEmbedding<12, 8>, Linear<8, 400>>>(short_texts);
    expect_of_texts<LanguageModel<Embedding<20, 8>, Linear<8, 8>, Linear<8, 20>>>(short_texts);
    // Rows alone, of a table that is used twice.
    Tensor<Shape<1>> tokens(4);
    for (int i = 0; i < 4; ++i) tokens(i, 0) = static_cast<float>(i * 3 % 7);
    on_tested_devices([&]<class Device>(Device) {
        const auto found = check_sample_norms<Tied, Shape<1>, Device>(tokens);
        INFO(found.fault);
        CHECK(found.passed);
    });
}

TEST_CASE("issue 18.4: norms of texts are those of batches of one text: language models") {
    expect_of_texts<GPT2<GPT2Config{.vocabulary = 30, .context = 140, .width = 8, .layers = 2, .heads = 2}>>(
        long_texts);
    expect_of_texts<
        GPT2<GPT2Config{.vocabulary = 300, .context = 20, .width = 8, .layers = 1, .heads = 2, .tied = false}>>(
        short_texts);
    expect_of_texts<Llama<LlamaConfig{.vocabulary = 30,
                                      .width = 12,
                                      .layers = 2,
                                      .heads = 2,
                                      .key_value_heads = 1,
                                      .hidden = 20,
                                      .context = 140,
                                      .tied = true}>>(short_texts);
    const auto x = normal<Shape<6>>(18, Seed{5});
    expect_of_texts<Sequential<Linear<6, 4>, Save<condition>, Linear<4, 6>, MultiheadAttention<6, 2>,
                               CrossAttention<condition, 6, 3, Shape<4>>>>(x, short_texts);
}

TEST_CASE(
    "issue 18.4: norms of single images: attention, and convolutions whose gradients have more values than rows") {
    expect_everywhere<
        Sequential<Conv<2, 6, 1>, Save<condition>, Conv<6, 4, 2, 2, 0>, MultiheadAttention<4, 2>,
                   CrossAttention<condition, 4, 2, Shape<6, 4, 4>>, SiLU, Residual<MultiheadAttention<4, 1, NoBias>>>,
        Shape<2, 4, 4>>();
    expect_everywhere<Conv<40, 70, 3, 1, 1, Bias>, Shape<40, 3, 2>>();
    expect_everywhere<Sequential<Conv<40, 70, 3, 1, 0>, Flatten, Linear<70, 3>>, Shape<40, 3, 3>>();
}

TEST_CASE("issue 18.4: texts that are not the batch's rows are told") {
    using Net = LanguageModel<Embedding<20, 8>, Linear<8, 8>>;
    Workspace<Net, Shape<1>, Training, SampleNorms<Cpu>> run(8);
    Model<Net> model(Seed{1});
    const Tensor<Shape<1>> x(8);
    const Tensor<Shape<20>> dy(8);
    std::vector<float> norms(3);
    const auto norms_of = [&](const std::vector<kernels::SequenceRows>& list) {
        const kernels::Sequences texts{list.data(), static_cast<int>(list.size()), 0, false};
        run.forward(model, x, texts);
        run.squared_norms(model, x, dy, texts, norms.data());
    };
    CHECK_THROWS_WITH_AS(norms_of({{.row = 0, .count = 3}, {.row = 3, .count = 4}}),
                         "Workspace: rows of all texts: found 7, expected 8, those of the batch", Error);
    CHECK_THROWS_WITH_AS(
        norms_of({{.row = 0, .count = 3}, {.row = 4, .count = 4}}),
        "Workspace: rows of text 1: found 4 from row 4, expected 1 or more from row 3, behind the text "
        "before",
        Error);
    norms_of({{.row = 0, .count = 3}, {.row = 3, .count = 5}});
    const kernels::SequenceRows one{.row = 0, .count = 8};
    CHECK_THROWS_WITH_AS(
        run.squared_norms(model, x, dy, kernels::Sequences{&one, 2, 0, false}, norms.data(), {&one, 1}),
        "Workspace: texts as the host reads them: found 1, expected those of the sequences, 2", Error);
}

namespace {

/// Says that it has no bias where norms are worked out, and has one.
struct ForgetsBias : Linear<5, 7> {
    static constexpr bool has_bias = false;
};
/// Takes its neighbour's norms.
struct Shifted {
    template <class L, class Device>
    static constexpr MemoryExtent scratch(Dims in) {
        return ProductNorms::scratch<L, Device>(in);
    }
    template <class L, class Device>
    static void add_squared_norms(Device device, const Backward& pass, float* norms) {
        ProductNorms::add_squared_norms<L>(device, pass, SampleRows(pass.batch), norms);
        std::rotate(norms, norms + 1, norms + pass.batch);
    }
};
struct TakesNeighbours : Linear<5, 7> {
    using sample_norms = Shifted;
};

}  // namespace

TEST_CASE("issue 18.4: a check of norms that are wrong fails") {
    const SampleNormsCheck bias = check_sample_norms<ForgetsBias, Shape<5>>();
    CHECK_FALSE(bias.passed);
    CHECK(bias.fault.find("sample 0: the squared norm is ") == 0);
    CHECK_FALSE(check_sample_norms<TakesNeighbours, Shape<5>>().passed);
}

TEST_CASE("issue 18.4: norms clip gradients of single samples, with the same bits for any number of threads") {
    using Net = Sequential<Conv<3, 32, 3, 1, 1, Bias>, GroupNorm<4, 32>, ReLU, Flatten, Linear<32 * 64, 10>>;
    using In = Shape<3, 8, 8>;
    const auto norms_of = [](int threads) {
        const int before = omp_get_max_threads();
        omp_set_num_threads(threads);
        const Model<Net> model(Seed{1});
        Workspace<Net, In, Training, SampleNorms<Cpu>> run(9);
        const auto x = normal<In>(9, Seed{2});
        const auto dy = normal<Shape<10>>(9, Seed{3});
        std::vector<float> norms(9);
        Model<Net> trained(Seed{1});
        run.forward(trained, x);
        run.squared_norms(trained, x, dy, norms.data());
        omp_set_num_threads(before);
        return norms;
    };
    CHECK(norms_of(1) == norms_of(3));
}

TEST_CASE("issue 18.4: clipped output gradients give the sum of the samples' clipped gradients") {
    using Net = Sequential<Conv<2, 4, 3, 1, 1, Bias>, GroupNorm<2, 4>, ReLU, Flatten, Linear<4 * 16, 5>>;
    using In = Shape<2, 4, 4>;
    constexpr float longest = 3;
    on_tested_devices([]<class Device>(Device device) {
        Model<Net, Device> model(Seed{1});
        Workspace<Net, In, Training, SampleNorms<Device>> run(5);
        const auto x = normal<In>(5, Seed{2});
        auto dy = normal<Shape<5>>(5, Seed{3});
        for (int n = 0; n < 5; ++n)
            for (int i = 0; i < 5; ++i) dy(n, i) *= 0.02f * static_cast<float>(n * n * n + 1);
        const auto count = static_cast<std::size_t>(parameter_floats<Net>());
        std::vector<float> gradients(count), single(count), norms(5);
        std::vector<double> expected(count, 0.0);
        int clipped = 0;
        run.forward(model, x);
        for (int n = 0; n < 5; ++n) {
            Tensor<Shape<5>> only(5);
            std::copy_n(dy.data() + 5 * n, 5, only.data() + 5 * n);
            run.backward(model, x, only, {.gradients = single});
            double squares = 0;
            for (const float value : single) squares += static_cast<double>(value) * static_cast<double>(value);
            const double factor = std::min(1.0, longest / std::sqrt(squares));
            clipped += factor < 1;
            for (std::size_t i = 0; i < count; ++i) expected[i] += factor * static_cast<double>(single[i]);
        }
        CHECK((clipped > 0 && clipped < 5));
        run.squared_norms(model, x, dy, norms.data());
        clip_samples(device, 5, 5, norms.data(), longest, dy.data());
        run.backward(model, x, dy, {.gradients = gradients});
        double error = 0;
        for (std::size_t i = 0; i < count; ++i)
            error = std::max(error, std::abs(static_cast<double>(gradients[i]) - expected[i]));
        CHECK(error < 1e-5);
    });
}
