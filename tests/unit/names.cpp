// Named values: chains bind them, layers read them, gradients of all readers are added, and networks take further
// inputs.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/devices.hpp"
#include "support/expect_gradients.hpp"
#include "support/kernel_arrays.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

struct skip : Name {};
struct outer : Name {};
struct condition : Name {};
struct moment : Given<Shape<1>> {};
struct label : Given<Class<10>> {};
struct image : Given<Shape<2, 3, 3>> {};
struct prompt : Given<Shape<5, 4, 1>> {};

std::vector<int> counts(5);

// Its input as it is; counts its backward runs.
template <int number>
struct Counted : LayerBase {
    using linear_map = Counted;
    static constexpr bool backward_reads_input = false;
    static constexpr Inferred output(Dims in) { return in; }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        map(device, pass.batch * pass.in.count(), kernels::Identity{}, pass.y, pass.x);
    }
    template <class Device>
    static void backward(Device device, const Backward& pass) {
        ++counts[number];
        if (pass.dx) map(device, pass.batch * pass.in.count(), kernels::Identity{}, pass.dx, pass.dy);
    }
};

template <class Net, class In>
void expect_everywhere(const GradientCheckOptions& options = {}) {
    expect_gradients<Net, In>(options);
    expect_gradients<Net, In, Reference>(options);
    // Inference, whose plan is another, gives what training gives.
    const Model<Net, TestedDevice> model(Seed{4});
    const Tensor<In> x = normal<In>(3, Seed{5});
    Workspace<Net, In, Training, TestedDevice> run(3);
    Model<Net, TestedDevice> trained(Seed{4});
    const auto y = run.forward(trained, x);
    const auto inferred = model(x);
    CHECK(std::equal(inferred.data(), inferred.data() + inferred.size(), y.data));
}

template <class Net>
std::vector<std::string> parameter_names() {
    std::vector<std::string> names;
    for_each_tensor<Net, detail::Owned::parameters>(
        [&](const std::string& name, const Parameter&, long) { names.push_back(name); });
    return names;
}

using Conditional =
    Sequential<Let<condition, Plus<Chain<Of<moment>, Linear<1, 6>, Tanh>, Chain<Of<label>, Embedding<10, 6>>>>,
               Linear<3, 4>, Modulate<condition, 6, 4>, Tanh, Residual<Linear<4, 4>, Modulate<condition, 6, 4>>,
               Linear<4, 2>>;

}  // namespace

TEST_CASE("a skip over layers that work in place, or keep their output") {
    expect_everywhere<Sequential<Conv<2, 3, 3, 1, 1>, Save<skip>, Tanh, Conv<3, 4, 3, 1, 1>, SiLU, Concat<skip, 3>>,
                      Shape<2, 4, 4>>();
    expect_everywhere<Sequential<Linear<4, 3>, Tanh, Save<skip>, LeakyReLU<0.2f>, Concat<skip, 3>, Linear<6, 2>>,
                      Shape<4>>();
    expect_everywhere<Sequential<Linear<4, 3>, Sigmoid, Save<skip>, ReLU, Concat<skip, 3>>, Shape<4>>();
}

TEST_CASE("a name for the input itself") {
    expect_everywhere<Sequential<Save<skip>, Tanh, Conv<2, 4, 3, 1, 1>, Concat<skip, 2>, Tanh>, Shape<2, 4, 4>>();
    expect_everywhere<Sequential<Save<skip>, Save<outer>, LeakyReLU<0.1f>, Concat<skip, 3>, Concat<outer, 3>>,
                      Shape<3>>();
}

TEST_CASE("gradients of several readers are added, within chains inside too") {
    using Net = Sequential<Conv<2, 3, 3, 1, 1>, Save<outer>, Conv<3, 4, 2, 2, 0>, SiLU, Save<skip>, Conv<4, 4, 1>,
                           Concat<skip, 4>, Concat<skip, 4>, Upsample<2>,
                           Residual<Conv<12, 5, 1>, Concat<outer, 3>, Conv<8, 12, 1>>, Concat<outer, 3>>;
    expect_everywhere<Net, Shape<2, 4, 4>>();
    expect_everywhere<Sequential<Linear<3, 4>, Save<skip>, Repeat<3, Concat<skip, 4>, Linear<8, 4>, Tanh>>, Shape<3>>();
}

TEST_CASE("a name of each round of a Repeat") {
    expect_everywhere<Repeat<3, Linear<4, 4>, Save<skip>, Tanh, Concat<skip, 4>, Linear<8, 4>>, Shape<4>>();
}

TEST_CASE("a sum of chains") {
    expect_everywhere<Plus<Chain<Linear<3, 5>, Tanh>, Chain<Linear<3, 5>, Sigmoid, Linear<5, 5>>, Chain<Linear<3, 5>>>,
                      Shape<3>>();
}

TEST_CASE("a condition that is worked out of what goes by") {
    using Block = Residual<Conv<4, 4, 1>, Modulate<condition, 6, 4>>;
    expect_everywhere<Sequential<Conv<2, 3, 3, 1, 1>, Let<condition, Flatten, Linear<12, 6>, Tanh>, Conv<3, 4, 3, 1, 1>,
                                 Modulate<condition, 6, 4>, SiLU, Block>,
                      Shape<2, 2, 2>>();
    expect_everywhere<
        Sequential<Let<condition, Flatten, Linear<8, 6>, Tanh>, Conv<2, 4, 3, 1, 1>, Modulate<condition, 6, 4>, SiLU>,
        Shape<2, 2, 2>>();
    // A norm in front of what reads it, and the same name read twice.
    expect_everywhere<
        Sequential<Let<condition, Flatten, Linear<8, 6>, Tanh>, Conv<2, 4, 3, 1, 1>, GroupNorm<2, 4>,
                   Modulate<condition, 6, 4>, SiLU, Conv<4, 6, 1>, GroupNorm<3, 6>, Modulate<condition, 6, 6>>,
        Shape<2, 2, 2>>();
    // A value that is worked out of another.
    expect_everywhere<Sequential<Linear<3, 4>, Save<skip>, Let<condition, Of<skip, Shape<4>>, Linear<4, 2>, Tanh>,
                                 Linear<4, 5>, Modulate<condition, 2, 5>, Concat<skip, 4>>,
                      Shape<3>>();
}

TEST_CASE("issue 20.2: conditional batch norm, a batch norm of which a class's vector tells scale and shift") {
    expect_gradients<Sequential<Let<condition, Flatten, Linear<8, 6>, Tanh>, Conv<2, 4, 3, 1, 1>, BN<4>,
                                Modulate<condition, 6, 4>, SiLU, Conv<4, 2, 1>>,
                     Shape<2, 2, 2>>();
    // By hand, for three classes: the batch's mean and variance first, and then each sample's own scale and shift.
    struct kind : Given<Class<3>> {};
    using Net = Sequential<Let<condition, Of<kind>, Embedding<3, 5>>, BN<4>, Modulate<condition, 5, 4>>;
    using In = Shape<4, 3, 2>;
    constexpr int batch = 6, pixels = 6;
    Model<Net> model(Seed{2});
    const auto x = normal<In>(batch, Seed{3});
    Tensor<Class<3>> kinds(batch);
    for (int n = 0; n < batch; ++n) kinds(n, 0) = static_cast<float>(n * n % 3);
    Workspace<Net, In, Training> run(batch);
    const View<In> y = run.forward(model, x, {given<kind>(kinds)});
    std::vector<const float*> parameters;  // the classes' vectors, the norm's two, the modulation's (5, 8) and 8
    for_each_tensor<Net, detail::Owned::parameters>(
        [&](const std::string&, const Parameter&, long at) { parameters.push_back(model.parameters.data() + at); });
    REQUIRE(parameters.size() == 5);
    const float *const table = parameters[0], *const weight = parameters[3], *const bias = parameters[4];
    for (int c = 0; c < 4; ++c) {
        double mean = 0, square = 0;
        for (int at = c; at < batch * pixels * 4; at += 4) {
            mean += static_cast<double>(x.data()[at]) / (batch * pixels);
            square += static_cast<double>(x.data()[at]) * static_cast<double>(x.data()[at]) / (batch * pixels);
        }
        for (int at = c; at < batch * pixels * 4; at += 4) {
            const float* const vector = table + 5 * static_cast<int>(kinds.data()[at / (pixels * 4)]);
            double scale = 1 + static_cast<double>(bias[c]), shift = static_cast<double>(bias[4 + c]);
            for (int i = 0; i < 5; ++i) {
                scale += static_cast<double>(weight[i * 8 + c]) * static_cast<double>(vector[i]);
                shift += static_cast<double>(weight[i * 8 + 4 + c]) * static_cast<double>(vector[i]);
            }
            const double wanted =
                (static_cast<double>(x.data()[at]) - mean) / std::sqrt(square - mean * mean + 1e-5) * scale + shift;
            CHECK(static_cast<double>(y.data[at]) == doctest::Approx(wanted).epsilon(1e-4));
        }
    }
}

TEST_CASE("binding a name takes no number, so that files of the network without it load") {
    using Plain = Sequential<Linear<3, 4>, Tanh, Linear<4, 2>>;
    using Named = Sequential<Linear<3, 4>, Save<skip>, Tanh, Linear<4, 2>, Concat<skip, 4>>;
    CHECK(parameter_names<Named>() == parameter_names<Plain>());
    CHECK(parameter_names<Conditional>()[0] == "condition.0.0.1.weight");
}

TEST_CASE("what a network reads and does not bind are its further inputs") {
    static_assert(std::same_as<InputsOf<Conditional>, Inputs<moment, label>>);
    static_assert(std::same_as<InputsOf<Sequential<Linear<3, 4>, Save<skip>, Concat<skip, 4>>>, Inputs<>>);

    Model<Conditional> model(Seed{1});
    Workspace<Conditional, Shape<3>, Training> run(2);
    const auto x = normal<Shape<3>>(2, Seed{2});
    const auto moments = normal<Shape<1>>(2, Seed{3});
    Tensor<Class<10>> labels(2);
    labels.data()[0] = 3;
    labels.data()[1] = 9;
    Tensor<Shape<2>> cotangent(2);
    std::fill_n(cotangent.data(), cotangent.size(), 0.7f);
    const auto sum = [&] {
        model.prepare();
        const auto y = run.forward(model, x, {given<label>(labels), given<moment>(moments)});
        double total = 0;
        for (long i = 0; i < y.size(); ++i) total += static_cast<double>(y.data[i]) * cotangent.data()[i];
        return total;
    };
    sum();
    Gradients<Conditional> gradients;
    run.backward(model, x, cotangent, {.gradients = gradients});
    for (long i = 0; i < gradients.size(); ++i) {
        float& value = model.parameters.data()[i];
        const float before = value;
        value = before + 1e-2f;
        const double above = sum();
        value = before - 1e-2f;
        const double below = sum();
        value = before;
        CAPTURE(i);
        CHECK(gradients.data()[i] == doctest::Approx((above - below) / 2e-2).epsilon(0.01).scale(0.1));
    }
    // The class that a label does not name has nothing to do with it.
    const double here = sum();
    labels.data()[1] = 8;
    CHECK(sum() != here);
}

TEST_CASE("issue 18.3: a discriminator that projects on the class's row") {
    using Net = Sequential<Linear<3, 40>, Tanh, Project<label, 10, 40>>;
    static_assert(std::same_as<InputsOf<Net>, Inputs<label>>);
    CHECK(parameter_names<Net>() ==
          std::vector<std::string>{"0.weight", "0.bias", "2.linear.weight", "2.linear.bias", "2.embedding.weight"});
    const int batch = 900;  // enough for all threads
    Tensor<Class<10>> labels(batch);
    for (int i = 0; i < batch; ++i) labels.data()[i] = static_cast<float>(i * 7 % 10);
    const auto x = normal<Shape<3>>(batch, Seed{2});
    const auto cotangent = normal<Shape<1>>(batch, Seed{3});
    on_tested_devices([&]<class Device>(Device) {
        Model<Net, Device> model(Seed{1});
        Workspace<Net, Shape<3>, Training, Device> run(batch);
        const auto pass = [&] {
            Gradients<Net, Device> gradients;
            const auto y = run.forward(model, x, {given<label>(labels)});
            run.backward(model, x, cotangent, {.gradients = gradients});
            std::vector<float> all(gradients.data(), gradients.data() + gradients.size());
            all.insert(all.end(), y.data, y.data + y.size());
            return all;
        };
        const auto found = pass();
        CHECK(found == kernel_test::with_threads(1, pass));
        // A label that names no class is told.
        float* const labelled = labels.data();
        labelled[3] = 10;
        CHECK(error_of([&] { run.forward(model, x, {given<label>(labels)}); }) ==
              "label: label of sample 3: found 10.000000, expected a whole number from 0 to 9");
        labelled[3] = 1;
    });
}

TEST_CASE("issue 18.3: gradients by further inputs, where they are requested") {
    using Net = Sequential<Let<condition, Of<moment>, Linear<1, 6>, Tanh>, Conv<2, 4, 3, 1, 1>,
                           Modulate<condition, 6, 4>, Concat<image, 2>, SiLU, CrossAttention<prompt, 6, 2>,
                           Residual<Concat<image, 2>, Conv<8, 6, 1>, CrossAttention<prompt, 6, 3>>,
                           Modulate<moment, 1, 6>, GlobalAvgPool, Flatten, Project<label, 10, 6>>;
    static_assert(std::same_as<InputsOf<Net>, Inputs<moment, image, prompt, label>>);
    constexpr int batch = 2;
    const auto x = normal<Shape<2, 3, 3>>(batch, Seed{2});
    const auto cotangent = normal<Shape<1>>(batch, Seed{3});
    auto moments = normal<Shape<1>>(batch, Seed{4});
    auto images = normal<Shape<2, 3, 3>>(batch, Seed{5});
    auto prompts = normal<Shape<5, 4, 1>>(batch, Seed{6});
    Tensor<Class<10>> labels(batch);
    labels.data()[0] = 9;
    labels.data()[1] = 0;
    on_tested_devices([&]<class Device>(Device) {
        Model<Net, Device> model(Seed{1});
        Workspace<Net, Shape<2, 3, 3>, Training, Device> run(batch);
        const auto sum = [&] {
            const auto y = run.forward(
                model, x, {given<label>(labels), given<moment>(moments), given<image>(images), given<prompt>(prompts)});
            double total = 0;
            for (long i = 0; i < y.size(); ++i) total += static_cast<double>(y.data[i]) * cotangent.data()[i];
            return total;
        };
        Tensor<Shape<1>> dmoments(batch), alone(batch);
        Tensor<Shape<2, 3, 3>> dimages(batch);
        Tensor<Shape<5, 4, 1>> dprompts(batch);
        const auto fill = [](auto& tensor) { std::fill_n(tensor.data(), tensor.size(), std::nanf("")); };
        (fill(dmoments), fill(alone), fill(dimages), fill(dprompts));
        Gradients<Net, Device> without, with;
        sum();
        run.backward(model, x, cotangent, {.gradients = without});
        run.backward(
            model, x, cotangent,
            {.gradients = with,
             .inputs = {gradient_by<prompt>(dprompts), gradient_by<moment>(dmoments), gradient_by<image>(dimages)}});
        CHECK(std::equal(with.data(), with.data() + with.size(), without.data()));
        // Alone, where no other gradient is requested, and written over.
        run.backward(model, x, cotangent, {.inputs = {gradient_by<moment>(alone)}});
        CHECK(std::equal(alone.data(), alone.data() + batch, dmoments.data()));
        const auto compare = [&](auto& values, const auto& gradient) {
            for (long i = 0; i < values.size(); ++i) {
                float& value = values.data()[i];
                const float before = value;
                value = before + 1e-2f;
                const double above = sum();
                value = before - 1e-2f;
                const double below = sum();
                value = before;
                CAPTURE(i);
                CHECK(gradient.data()[i] == doctest::Approx((above - below) / 2e-2).epsilon(0.02).scale(0.1));
            }
        };
        compare(moments, dmoments);
        compare(images, dimages);
        compare(prompts, dprompts);
        Tensor<Shape<1>> one(1);
        sum();
        CHECK(error_of([&] { run.backward(model, x, cotangent, {.inputs = {gradient_by<moment>(one)}}); }) ==
              "moment: batch of the gradient: found 1, expected 2, as the input's");
    });
}

TEST_CASE("issue 18: no layer is asked for gradients that are not requested") {
    using Net = Sequential<Let<condition, Of<moment>, Counted<0>, Linear<1, 6>, Tanh>, Counted<1>, Save<skip>, Tanh,
                           Concat<skip, 3>, Counted<2>, Sequential<Counted<3>, Linear<6, 4>>, Counted<4>, Save<outer>,
                           Modulate<condition, 6, 4>, Concat<skip, 3>, Concat<outer, 4>>;
    constexpr int batch = 3;
    const auto x = normal<Shape<3>>(batch, Seed{2});
    const auto cotangent = normal<Shape<11>>(batch, Seed{3});
    const auto moments = normal<Shape<1>>(batch, Seed{4});
    on_tested_devices([&]<class Device>(Device) {
        Model<Net, Device> model(Seed{1});
        Workspace<Net, Shape<3>, Training, Device> run(batch);
        run.forward(model, x, {given<moment>(moments)});
        Gradients<Net, Device> without, with;
        Tensor<Shape<3>> dx(batch);
        Tensor<Shape<1>> dmoments(batch);
        using Counts = std::vector<int>;
        counts = Counts(5);
        run.backward(model, x, cotangent, {.gradients = without});
        CHECK(counts == Counts{0, 0, 0, 0, 1});
        run.backward(model, x, cotangent, {.gradients = with, .inputs = {gradient_by<moment>(dmoments)}});
        CHECK(counts == Counts{1, 0, 0, 0, 2});
        CHECK(std::equal(with.data(), with.data() + with.size(), without.data()));
        run.backward(model, x, cotangent, {.input_gradient = dx, .gradients = with});
        CHECK(counts == Counts{1, 1, 1, 1, 3});
        CHECK(std::equal(with.data(), with.data() + with.size(), without.data()));
    });
    expect_everywhere<Sequential<Counted<0>, Save<skip>, Counted<1>, Concat<skip, 3>, Linear<6, 4>>, Shape<3>>();
}

TEST_CASE("a workspace may move between its two passes") {
    using Net = Sequential<Linear<3, 4>, Modulate<moment, 1, 4>, Concat<label, 1>>;
    Model<Net> model(Seed{1});
    const auto x = normal<Shape<3>>(2, Seed{2});
    const auto moments = normal<Shape<1>>(2, Seed{3});
    Tensor<Class<10>> labels(2);
    std::fill_n(labels.data(), 2, 1.f);
    Tensor<Shape<5>> cotangent(2);
    std::fill_n(cotangent.data(), cotangent.size(), 0.7f);
    using Run = Workspace<Net, Shape<3>, Training>;
    Gradients<Net> stayed, moved;
    Run run(2);
    run.forward(model, x, {given<label>(labels), given<moment>(moments)});
    run.backward(model, x, cotangent, {.gradients = stayed});
    std::optional<Run> first(std::in_place, 2);
    first->forward(model, x, {given<label>(labels), given<moment>(moments)});
    Run second(std::move(*first));
    const auto others = normal<Shape<1>>(2, Seed{4});
    first.emplace(2);  // where the list was there is another now
    first->forward(model, x, {given<label>(labels), given<moment>(others)});
    second.backward(model, x, cotangent, {.gradients = moved});
    CHECK(std::equal(stayed.data(), stayed.data() + stayed.size(), moved.data()));
}

TEST_CASE("values that do not fit are told by the name") {
    Model<Conditional> model;
    Workspace<Conditional, Shape<3>> run(2);
    const auto x = normal<Shape<3>>(2, Seed{2});
    Tensor<Shape<1>> moments(2), one(1);
    Tensor<Class<10>> labels(2);
    std::fill_n(moments.data(), 2, 0.f);
    std::fill_n(labels.data(), 2, 0.f);
    const auto run_with = [&](const auto& times) {
        return error_of([&] { run.forward(model, x, {given<moment>(times), given<label>(labels)}); });
    };
    CHECK(run_with(moments) == "no error");
    CHECK(run_with(one) == "moment: batch: found 1, expected 2, as the input's");
    for (const float wrong : {10.f, -1.f, 2.5f}) {
        labels.data()[1] = wrong;
        CHECK(run_with(moments) ==
              "label: label of sample 1: found " + std::to_string(wrong) + ", expected a whole number from 0 to 9");
    }
}
