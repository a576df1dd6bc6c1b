// A gradient penalty and its gradient by the parameters against PyTorch's second backward (create_graph=True).
#include <algorithm>

#include "genotype/genotype.hpp"
#include "genotype/tangents.hpp"
#include "support/devices.hpp"
#include "support/golden.hpp"

using namespace genotype;

namespace {

using Image = Shape<2, 4, 4>;
using Critic = Sequential<Conv<2, 4, 3, 1, 1, Bias>, LeakyReLU<0.2f>, GroupNorm<2, 4>, SiLU, Conv<4, 6, 4, 2, 1>, GELU,
                          Flatten, LayerNorm<24>, Tanh, Linear<24, 1>>;

struct label : Given<Class<3>> {};
using Conditional = Sequential<SpectralNorm<Conv<2, 4, 3, 1, 1, Bias>>, LeakyReLU<0.2f>,
                               SpectralNorm<Conv<4, 6, 4, 2, 1>>, SiLU, Flatten, SpectralNorm<Linear<24, 12>>,
                               Gated<SiLU>, WeightNorm<Linear<6, 5>>, Tanh, Project<label, 3, 5>>;

using Attentive = Sequential<Conv<2, 6, 3, 1, 1, Bias>, SiLU, MultiheadAttention<6, 2>, Tanh, Flatten, Linear<96, 1>>;

/// gamma / 2 times the mean of |dD/dx|^2; its gradient goes to `gradients`. With v = dD/dx held fixed, that of
/// |dD/dx|^2 / 2 is the one of <dD/dx, v>, which is D's tangent along v.
/// Source: Mescheder, Geiger, Nowozin, "Which training methods for GANs do actually converge?" (ICML 2018), R1.
template <class Net, class In, class Device, class... Inputs>
float r1_penalty(Model<Net, Device>& model, const Tensor<In>& x, float gamma, Arena<Device>& gradients,
                 const Inputs&... inputs) {
    const int batch = x.batch();
    Workspace<Net, In, Training, Device> first(batch);
    TangentWorkspace<Net, In, Device> run(batch);
    Tensor<Shape<1>> weights(batch);
    Tensor<In> direction(batch);
    first.forward(model, x, inputs...);
    std::ranges::fill(weights.values(), 1.f);
    first.backward(model, x, weights, {.input_gradient = direction});
    const View<Shape<1>> squares = run.tangent(model, x, direction, inputs...).tangent;
    float sum = 0;
    for (const float square : squares.values()) sum += square;
    std::ranges::fill(weights.values(), gamma / static_cast<float>(batch));
    run.backward(model, {}, weights, {.gradients = gradients});
    return gamma / 2 * sum / static_cast<float>(batch);
}

template <class Net>
void check(const std::string& stem) {
    const golden::File file("penalties");
    on_tested_devices([&]<class Device>(Device) {
        Tensor<Image> x(file[stem + "/x"].batch());
        golden::to_memory(golden::sample_places(Image::dims), x.batch(), file[stem + "/x"].values.data(), x.data());
        Model<Net, Device> model;
        const auto load = [&](float* arena) {
            return [&file, &stem, arena](const std::string& name, const Parameter& tensor, long offset) {
                golden::to_memory(golden::places(tensor.dims, tensor.order), 1, file[stem + "/" + name].values.data(),
                                  arena + offset);
            };
        };
        for_each_tensor<Net, detail::Owned::parameters>(load(model.parameters.data()));
        for_each_tensor<Net, detail::Owned::buffers>(load(model.buffers.data()));
        model.prepare();
        Arena<Device> gradients(parameter_floats<Net>());
        const float penalty = [&] {
            if constexpr (InputsOf<Net>::count > 0) {
                Tensor<Class<3>> labels(x.batch());
                std::ranges::copy(file[stem + "/label"].values, labels.data());
                return r1_penalty(model, x, 10.f, gradients, InputsOf<Net>{given<label>(labels)});
            } else {
                return r1_penalty(model, x, 10.f, gradients);
            }
        }();
        CHECK(penalty == doctest::Approx(file[stem + "/penalty"].scalar()).epsilon(1e-5));
        for_each_tensor<Net, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor,
                                                            long offset) {
            INFO(name);
            const std::vector<float>& wanted = file[stem + "/" + name + ".grad"].values;
            std::vector<float> found(wanted.size());
            golden::from_memory(golden::places(tensor.dims, tensor.order), 1, gradients.data() + offset, found.data());
            golden::check_close(found, wanted);
        });
    });
}

}  // namespace

TEST_CASE("issue 18.4: R1's gradient is that of PyTorch's second backward") {
    check<Critic>("r1");
}

TEST_CASE("issue 18.4: R1's gradient of a discriminator with spectral norm, weight norm, a gate and a projection") {
    check<Conditional>("r1_projection");
}

TEST_CASE("issue 18.4: R1's gradient through full attention") {
    check<Attentive>("r1_attention");
}
