// A VQ-VAE: the nearest codes, how the codebook follows, a step's gradients, codes of samples, and that it learns.
#include "genotype/vqvae.hpp"

#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/network/model_name.hpp"
#include "support/devices.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

/// Quarters: their squared distances are exact.
std::vector<float> quarters(long n, std::uint64_t seed) {
    std::vector<float> x(static_cast<std::size_t>(n));
    fill_uniform(Reference{}, n, RandomState{.seed = seed}, -6, 6, x.data());
    for (float& value : x) value = std::round(value) / 4;
    return x;
}

constexpr int batch = 12;
using Image = Shape<1, 4, 4>;
using Encoder = Sequential<Conv<1, 5, 2, 2, 0, Bias>, Tanh, Conv<5, 3, 1, 1, 0, Bias>>;
using Decoder = Sequential<Conv<3, 5, 1, 1, 0, Bias>, Tanh, ConvT<5, 1, 2, 2, 0, Bias>>;
using Net = VQVAE<Encoder, Decoder, 6, MSE, Image>;
using Latent = Shape<3, 2, 2>;
static_assert(std::is_same_v<Net::Latent, Latent> && Net::positions == 4 && Net::codes == 6);
constexpr SGD frozen{.learning_rate = 0};

const Tensor<Image> images = normal<Image>(batch, Seed{1});

/// Codes of their own, each as if it had one vector of every batch.
template <class Trainer>
void set_codebook(Trainer& trainer) {
    constexpr long size = Net::Quantizer::count, all = size * Net::Quantizer::width;
    using Q = Net::Quantizer;
    float* const buffers = trainer.model().buffers.data();
    fill_normal(Reference{}, all, RandomState{.seed = 4}, buffers);
    for (long i = 0; i < all; ++i) buffers[i] *= 0.3f;
    std::copy_n(buffers, all, buffers + buffer_offset<Q>(2));
    std::fill_n(buffers + buffer_offset<Q>(1), size, 1.f);
}

std::vector<float> values(const auto& arena) {
    return {arena.data(), arena.data() + arena.size()};
}

}  // namespace

TEST_CASE_TEMPLATE("the nearest code by the squared distance, and of equal ones the first", Device,
                   GENOTYPE_TESTED_DEVICES) {
    for (const int codes : {1, 3, 32, 33, 70})
        for (const int dim : {1, 5})
            for (const long rows : {1L, 16L, 37L}) {
                CAPTURE(codes);
                CAPTURE(dim);
                const auto x = quarters(rows * dim, 1), embed = quarters(static_cast<long>(codes) * dim, 2);
                std::vector<float> indices(static_cast<std::size_t>(rows), -1), y(x.size()),
                    counts(static_cast<std::size_t>(codes)), wanted(counts.size());
                nearest_codes(Device{}, rows, codes, dim, x.data(), embed.data(), indices.data());
                gather_codes(Device{}, rows, codes, dim, indices.data(), embed.data(), y.data());
                count_codes(Device{}, rows, codes, indices.data(), counts.data());
                for (long row = 0; row < rows; ++row) {
                    const auto distance = [&](int code) {
                        float sum = 0;
                        for (int d = 0; d < dim; ++d) {
                            const float by = x[static_cast<std::size_t>(row * dim + d)] -
                                             embed[static_cast<std::size_t>(d * codes + code)];
                            sum += by * by;
                        }
                        return sum;
                    };
                    int nearest = 0;
                    for (int code = 1; code < codes; ++code)
                        if (distance(code) < distance(nearest)) nearest = code;
                    CHECK(indices[static_cast<std::size_t>(row)] == static_cast<float>(nearest));
                    ++wanted[static_cast<std::size_t>(nearest)];
                    for (int d = 0; d < dim; ++d)
                        CHECK(y[static_cast<std::size_t>(row * dim + d)] ==
                              embed[static_cast<std::size_t>(d * codes + nearest)]);
                }
                CHECK(counts == wanted);
            }
}

TEST_CASE_TEMPLATE("the layer in training: codes of before, averages of after, and a gradient that goes past", Device,
                   GENOTYPE_TESTED_DEVICES) {
    constexpr int codes = 4, dim = 2, rows = 3 * 4;
    using Q = VectorQuantizer<codes, dim, 0.75f, 1e-3f, 0.25f>;
    using In = Shape<dim, 2, 2>;
    Model<Q, Device> model(Seed{1});
    float* const embed = model.buffers.data();
    float *const cluster_size = embed + buffer_offset<Q>(1), *const embed_avg = embed + buffer_offset<Q>(2);
    // The third is far away, the fourth is dead.
    const float start[] = {-1, 1, 50, 9, -1, 1, 50, 9}, sizes[] = {2, 3, 0.5f, 0.125f};
    std::copy_n(start, 8, embed);
    std::copy_n(sizes, codes, cluster_size);
    for (int i = 0; i < 8; ++i) embed_avg[i] = start[i] * sizes[i % codes];
    const Tensor<In> x = normal<In>(3, Seed{2});
    Workspace<Q, In, Training, Device> run(3);
    CHECK_THROWS_WITH_AS(run.forward(model, x), doctest::Contains("VectorQuantizer: random state"), Error);
    RandomState random{.seed = 5, .stream = streams::layers};
    const auto y = run.forward(model, x, &random);
    CHECK(random.position == 1);  // a word for each code

    // A vector of this batch took the fourth's place before any was quantized.
    const auto at = [](const auto& tensor, int row, int d) {
        return static_cast<double>(tensor.data[row * dim + d]);  // (H, W, channels)
    };
    const View<In> given = x;
    const double word = philox(5, 0, streams::layers)[3];
    const int drawn = static_cast<int>(word * rows / 4294967296.0);
    double code[codes][dim] = {{-1, -1}, {1, 1}, {50, 50}, {at(given, drawn, 0), at(given, drawn, 1)}};
    double count[codes] = {}, sum[codes][dim] = {}, size[codes] = {2, 3, 0.5, 1}, total = 0;
    for (int row = 0; row < rows; ++row) {
        int nearest = 0;
        const auto distance = [&](int k) {
            return std::pow(at(given, row, 0) - code[k][0], 2) + std::pow(at(given, row, 1) - code[k][1], 2);
        };
        for (int k = 1; k < codes; ++k)
            if (distance(k) < distance(nearest)) nearest = k;
        ++count[nearest];
        for (int d = 0; d < dim; ++d) {
            sum[nearest][d] += at(given, row, d);
            CHECK(at(y, row, d) == doctest::Approx(code[nearest][d]));
        }
    }
    CHECK(count[0] + count[1] + count[3] == rows);
    CHECK(count[3] > 0);
    for (int k = 0; k < codes; ++k) total += 0.75 * size[k] + 0.25 * count[k];
    for (int k = 0; k < codes; ++k) {
        const double now = 0.75 * size[k] + 0.25 * count[k];
        CHECK(cluster_size[k] == doctest::Approx(now));
        for (int d = 0; d < dim; ++d) {
            const double average = 0.75 * size[k] * code[k][d] + 0.25 * sum[k][d];
            CHECK(embed_avg[d * codes + k] == doctest::Approx(average));
            CHECK(embed[d * codes + k] ==
                  doctest::Approx(average / ((now + 1e-3) / (total + codes * 1e-3) * total)).epsilon(1e-5));
        }
    }

    const Tensor<In> dy = normal<In>(3, Seed{3});
    Tensor<In> dx(3);
    run.backward(model, x, dy, {.input_gradient = dx});
    CHECK(std::equal(dy.data(), dy.data() + dy.size(), dx.data()));
    // Inference is by the codes as they are now, and changes none.
    const auto before = values(model.buffers);
    const Tensor<In> inferred = model(x);
    CHECK(values(model.buffers) == before);
    CHECK(inferred(0, 0, 0, 0) != y(0, 0, 0, 0));
}

TEST_CASE_TEMPLATE("a codebook begins as vectors of the first batch, each drawn by itself, for any number of threads",
                   Device, GENOTYPE_TESTED_DEVICES) {
    using Q = VectorQuantizer<40, 3>;
    using In = Shape<3>;
    const Tensor<In> x = normal<In>(64, Seed{2});
    std::vector<std::vector<float>> found;
    for (const int threads : {1, 3}) {
        omp_set_num_threads(threads);
        Model<Q, Device> model(Seed{1});
        kernels::Codebook book{40, 3, model.buffers.data(), model.buffers.data() + buffer_offset<Q>(1),
                               model.buffers.data() + buffer_offset<Q>(2)};
        restart_codes(Device{}, 64, book, Q::rule, RandomState{.seed = 9}, x.data());
        std::set<long> rows;
        for (long code = 0; code < 40; ++code) {
            long row = 0;
            while (row < 64 && x(static_cast<int>(row), 0) != book.embed[code]) ++row;
            REQUIRE(row < 64);
            for (int d = 0; d < 3; ++d) {
                CHECK(book.embed[d * 40 + code] == x(static_cast<int>(row), d));
                CHECK(book.embed_avg[d * 40 + code] == x(static_cast<int>(row), d));
            }
            CHECK(book.cluster_size[code] == 1);
            rows.insert(row);
        }
        CHECK(rows.size() > 20);  // of 40 draws of 64, 30 on average
        CHECK(*rows.rbegin() > 50);
        // None of these is dead, and another draw changes nothing.
        const auto before = values(model.buffers);
        restart_codes(Device{}, 64, book, Q::rule, RandomState{.seed = 10}, x.data());
        CHECK(values(model.buffers) == before);
        Workspace<Q, In, Training, Device> run(64);
        RandomState random{.seed = 3};
        for (int step = 0; step < 3; ++step) run.forward(model, x, &random);
        found.push_back(values(model.buffers));
    }
    CHECK(found[0] == found[1]);
}

TEST_CASE_TEMPLATE("a step's losses and gradients", Device, GENOTYPE_TESTED_DEVICES) {
    using Options = VqvaeOptions<SGD>;
    const auto made = [](float beta, long index = 0, float by = 0) {
        Trainer<Net, Device, SGD> trainer(Options{.optimizer = frozen, .beta = beta, .batch = batch, .seed = 3});
        set_codebook(trainer);
        trainer.model().parameters.data()[index] += by;
        trainer.model().prepare();
        return trainer;
    };
    auto plain = made(0), committed = made(2);
    // By hand: encode, the codes, decode; and back, past the codes.
    Workspace<Encoder, Image, Training, Device> encoder(batch);
    Workspace<Decoder, Latent, Training, Device> decoder(batch);
    const WeightsView of_encoder = part<0>(plain.model()), of_decoder = part<2>(plain.model());
    const auto z = encoder.forward(of_encoder, images);
    Tensor<Latent> q(batch), dz(batch);
    std::vector<float> indices(4 * batch);
    Net::Quantizer::quantize(Device{}, 4 * batch, z.data, plain.model().buffers.data(), indices.data(), q.data());
    const auto output = decoder.forward(of_decoder, q);
    Tensor<Image> dy(batch);
    double squares = 0, distance = 0, entropy = 0;
    for (long i = 0; i < dy.size(); ++i) {
        const float difference = output.data[i] - images.data()[i];
        squares += static_cast<double>(difference * difference);
        dy.data()[i] = 2 * difference / static_cast<float>(dy.size());
    }
    for (long i = 0; i < q.size(); ++i) distance += std::pow(static_cast<double>(z.data[i] - q.data()[i]), 2);
    for (int code = 0; code < 6; ++code) {
        const double share =
            static_cast<double>(std::count(indices.begin(), indices.end(), static_cast<float>(code))) / (4 * batch);
        if (share > 0) entropy -= share * std::log(share);
    }
    Gradients<Decoder, Device> by_decoder;
    Gradients<Encoder, Device> by_encoder;
    decoder.backward(of_decoder, q, dy, {.input_gradient = dz, .gradients = by_decoder});
    encoder.backward(of_encoder, images, dz, {.gradients = by_encoder});

    CHECK(plain.evaluate(images).perplexity == doctest::Approx(std::exp(entropy)));
    const auto before = values(plain.model().buffers);
    const VqvaeLosses evaluated = plain.evaluate(images);
    CHECK(values(plain.model().buffers) == before);
    const VqvaeLosses losses = plain.step(images);
    CHECK(values(plain.model().buffers) != before);
    CHECK(losses.reconstruction == doctest::Approx(squares / static_cast<double>(dy.size())));
    CHECK(losses.commitment == doctest::Approx(distance / static_cast<double>(q.size())));
    CHECK(losses.perplexity == doctest::Approx(std::exp(entropy)));
    CHECK(losses.perplexity > 2);
    CHECK(evaluated.reconstruction == doctest::Approx(losses.reconstruction));
    CHECK(evaluated.commitment == doctest::Approx(losses.commitment));
    CHECK(losses.total(3) == doctest::Approx(losses.reconstruction + 3 * losses.commitment));

    const auto near = [](const float* found, const float* wanted, long count) {
        float largest = 0, difference = 0;
        for (long i = 0; i < count; ++i) {
            largest = std::max(largest, std::abs(wanted[i]));
            difference = std::max(difference, std::abs(found[i] - wanted[i]));
        }
        return largest > 1e-4f && difference < 1e-4f * largest;
    };
    const float* const gradients = plain.gradients().data();
    CHECK(near(gradients, by_encoder.data(), by_encoder.size()));
    CHECK(near(gradients + by_encoder.size(), by_decoder.data(), by_decoder.size()));

    // With beta the encoder follows the commitment's slope, too, and the decoder does not.
    committed.step(images);
    const float* const both = committed.gradients().data();
    CHECK(near(both + by_encoder.size(), by_decoder.data(), by_decoder.size()));
    int checked = 0;
    for_each_tensor<Encoder, detail::Owned::parameters>([&](const std::string& name, const Parameter& of, long at) {
        for (long i = at; i < at + of.count(); ++i) {
            INFO(name << "[" << i - at << "]");
            const auto commitment = [&](float by) {
                auto moved = made(2, i, by);
                return static_cast<double>(moved.evaluate(images).commitment);
            };
            const double slope = (commitment(2e-3f) - commitment(-2e-3f)) / 4e-3;
            const double found = static_cast<double>(both[i] - gradients[i]) / 2;
            CHECK(std::abs(found - slope) < 1e-3 + 1e-2 * std::abs(slope));
            checked += std::abs(slope) > 2e-2;
        }
    });
    CHECK(checked >= 5);
}

TEST_CASE("trainings are the same for any number of threads, and resume to the bit, with micro-batches and averages") {
    const VqvaeOptions<Adam> options{.average = 0.9f, .accumulate = 2, .batch = batch, .seed = 3};
    Trainer<Net> whole(options), stopped(options), resumed(options);
    const TemporaryFolder folder;
    omp_set_num_threads(1);
    for (int step = 0; step < 6; ++step) whole.step(images);
    omp_set_num_threads(3);
    for (int step = 0; step < 3; ++step) stopped.step(images);
    stopped.save(folder.path() / "vqvae");
    // In between codes die: what restarts them is part of the file.
    const auto kill = [](auto& trainer) {
        std::fill_n(trainer.model().buffers.data() + buffer_offset<Net::Quantizer>(1), 3, 0.01f);
    };
    resumed.resume(folder.path() / "vqvae");
    CHECK(values(resumed.model().buffers) == values(stopped.model().buffers));
    kill(stopped);
    kill(resumed);
    VqvaeLosses left, right;
    for (int step = 3; step < 6; ++step) {
        left = stopped.step(images);
        right = resumed.step(images);
    }
    CHECK(left.reconstruction == right.reconstruction);
    CHECK(left.commitment == right.commitment);
    CHECK(left.perplexity == right.perplexity);
    CHECK(values(resumed.model().parameters) == values(stopped.model().parameters));
    CHECK(values(resumed.model().buffers) == values(stopped.model().buffers));
    CHECK(values(resumed.average().buffers) == values(stopped.average().buffers));
    CHECK(values(whole.model().buffers) != values(resumed.model().buffers));
    resumed.resume(folder.path() / "vqvae");
    for (int step = 3; step < 6; ++step) resumed.step(images);
    CHECK(values(resumed.model().parameters) == values(whole.model().parameters));
    CHECK(values(resumed.model().buffers) == values(whole.model().buffers));
    CHECK(error_of([] { Trainer<Net>({.beta = -1}); }) == "Trainer: beta: found -1.000000, expected 0 or more");
}

TEST_CASE_TEMPLATE("codes of samples, and samples of codes", Device, GENOTYPE_TESTED_DEVICES) {
    Trainer<Net, Device> trainer({.batch = batch, .seed = 3});
    for (int step = 0; step < 3; ++step) trainer.step(images);
    const auto& model = trainer.model();
    std::string names;
    for_each_tensor<Net, detail::Owned::buffers>(
        [&](const std::string& name, const Parameter&, long) { names += name + " "; });
    CHECK(names == "quantizer.embed quantizer.cluster_size quantizer.embed_avg ");
    CHECK(model_name<Net>().find("VectorQuantizer<6, 3>") != std::string::npos);
    const std::vector<int> codes = encode_codes(model, images);
    REQUIRE(codes.size() == 4 * batch);
    CHECK(std::set<int>(codes.begin(), codes.end()).size() > 2);
    const Tensor<Image> decoded = decode_codes(model, codes), whole = model(images);
    REQUIRE(decoded.batch() == batch);
    for (long i = 0; i < decoded.size(); ++i) CHECK(decoded.data()[i] == doctest::Approx(whole.data()[i]));
    // Row by row: the code at (0, 1) is the second, and makes the upper right.
    std::vector<int> one(4, codes[0]);
    const Tensor<Image> same = decode_codes(model, one);
    one[1] = codes[0] == 5 ? 0 : codes[0] + 1;
    const Tensor<Image> other = decode_codes(model, one);
    for (int h = 0; h < 4; ++h)
        for (int w = 0; w < 4; ++w) CHECK((same(0, 0, h, w) != other(0, 0, h, w)) == (h < 2 && w >= 2));

    CHECK(encode_codes(model, images.view().slice(0, 0)).empty());
    CHECK(decode_codes(model, std::vector<int>{}).batch() == 0);
    CHECK(error_of([&] { decode_codes(model, std::vector<int>(6)); }) ==
          "decode_codes: codes: found 6, expected a multiple of 4, the positions of a sample");
    CHECK(error_of([&] {
              decode_codes(model, std::vector<int>{0, 0, 0, 0, 0, 6, 0, 0});
          }) == "decode_codes: code 1 of sample 1: found 6, expected 0 to 5");
    CHECK(error_of([&] { decode_codes(model, std::vector<int>{-1, 0, 0, 0}); }).find("found -1") != std::string::npos);
}
