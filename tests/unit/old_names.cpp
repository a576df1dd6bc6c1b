// Names of version 0.1 that 0.2 replaced: each means the same as the new one.
#include <doctest/doctest.h>

#include <concepts>
#include <string>

#include "genotype/data.hpp"
#include "genotype/genotype.hpp"
#include "genotype/io.hpp"
#include "genotype/io/gguf_types.hpp"
#include "genotype/testing.hpp"
#include "support/temporary_folder.hpp"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

using namespace genotype;

namespace {

struct Swish : Activation<Swish, SlopeOf::input> {
    template <class V>
    static constexpr V value(V x) {
        return x * sigmoid(x);
    }
    template <class V>
    static constexpr V slope(V x) {
        const V s = sigmoid(x);
        return s + x * s * (V(1.f) - s);
    }
};

struct Squares : PointwiseLoss<Squares> {
    template <class V>
    static constexpr V value(V prediction, V target) {
        return (prediction - target) * (prediction - target);
    }
    template <class V>
    static constexpr V slope(V prediction, V target) {
        return V(2.f) * (prediction - target);
    }
};

using Small = GAN<Sequential<Linear<4, 9>, Tanh, Reshape<1, 3, 3>>, Sequential<Flatten, Linear<9, 1>, Sigmoid>>;

static_assert(std::same_as<Pictures, ImageData> && std::same_as<PictureSize, ImageSize> &&
              std::same_as<PicturesReport, ImagesReport> && std::same_as<Exact<Cpu>, DirectConvolution<Cpu>> &&
              std::same_as<Small::Picture, Small::Image> &&
              std::same_as<Later<GanLosses, Cpu>, Pending<GanLosses, Cpu>>);
static_assert(std::same_as<Dtype, StorageType> && std::same_as<GgmlType, StorageType>);
static_assert(dtype_name(Dtype::F32) == "F32" && dtype_bits(Dtype::F4) == 4 && dtype_bytes(Dtype::F64) == 8 &&
              dtype_of_name("U8") == Dtype::U8 && !dtype_of_name("Q4_1"));
static_assert(ggml_type_name(GgmlType::Q4_1) == "Q4_1" && ggml_type_of_number(3) == GgmlType::Q4_1 &&
              ggml_type_of_number(0) == GgmlType::F32 && ggml_type_of_number(30) == GgmlType::BF16 &&
              !ggml_type_of_number(28) && !ggml_type_of_number(4) && !ggml_type_of_number(42));

}  // namespace

TEST_CASE("an activation and a loss with a slope have the gradients of their twins with a derivative") {
    CHECK(check_gradients<Sequential<Linear<3, 5>, Swish>, Shape<3>>().passed);

    using S = Shape<4>;
    Tensor<S> prediction(2), target(2), old(2), now(2);
    for (long i = 0; i < 8; ++i) prediction.data()[i] = static_cast<float>(i), target.data()[i] = 3;
    CHECK(Squares::evaluate(Cpu{}, prediction, target, old) == MSE::evaluate(Cpu{}, prediction, target, now));
    for (long i = 0; i < 8; ++i) CHECK(old.data()[i] == now.data()[i]);
}

TEST_CASE("readers of pictures read images") {
    ImageData two = blank_pictures(2, 3, 3, 1);
    CHECK(two.bytes == blank_images(2, 3, 3, 1).bytes);
    Tensor<Shape<1, 3, 3>> samples(2);
    for (long i = 0; i < 18; ++i) samples.data()[i] = static_cast<float>(i) / 17;
    two = to_images<Shape<1, 3, 3>>(samples, Range{0, 1});
    CHECK(to_pictures<Shape<1, 3, 3>>(samples, Range{0, 1}).bytes == two.bytes);
    CHECK(to_pictures(Tensor<Shape<1, 3, 3>>(1), Range{0, 1}).bytes == blank_images(1, 3, 3, 1).bytes);

    const TemporaryFolder folder;
    for (int i = 0; i < 2; ++i) save_png(slice(two, i, 1), folder / (std::to_string(i) + ".png"));
    CHECK(read_picture_folder(folder.path()).bytes == two.bytes);
    CHECK(load_pictures(folder.path().string(), Split::train).bytes == two.bytes);

    const Dataset<Shape<9>> dataset(two);
    CHECK(&dataset.pictures() == &dataset.images());
}

TEST_CASE("answers are outputs and targets") {
    const GanLosses losses{.discriminator = 1, .generator = 2, .real_output = 3, .fake_output = 4};
    CHECK(losses.real_answer == 3);
    CHECK(losses.fake_answer == 4);
    const auto [discriminator, generator, real, fake] = losses;
    CHECK(discriminator == 1);
    CHECK(generator == 2);
    CHECK(real == 3);
    CHECK(fake == 4);

    const std::vector<int> tokens{1, 2, 3, 4, 5};
    TextInOrder text(tokens, {.batch = 1, .context = 2});
    CHECK(text.answers() == 4);
    CHECK(text.next().answers == 2);
}
