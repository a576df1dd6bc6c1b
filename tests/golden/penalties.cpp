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

/// gamma / 2 times the mean of |dD/dx|^2; its gradient goes to `gradients`. With v = dD/dx held fixed, that of
/// |dD/dx|^2 / 2 is the one of <dD/dx, v>, which is D's tangent along v.
/// Source: Mescheder, Geiger, Nowozin, "Which training methods for GANs do actually converge?" (ICML 2018), R1.
template <class Net, class In, class Device>
float r1_penalty(Model<Net, Device>& model, const Tensor<In>& x, float gamma, Arena<Device>& gradients) {
    const int batch = x.batch();
    Workspace<Net, In, Training, Device> first(batch);
    TangentWorkspace<Net, In, Device> run(batch);
    Tensor<Shape<1>> weights(batch);
    Tensor<In> direction(batch);
    first.forward(model, x);
    std::ranges::fill(weights.values(), 1.f);
    first.backward(model, x, weights, {.input_gradient = direction});
    const View<Shape<1>> squares = run.tangent(model, x, direction).tangent;
    float sum = 0;
    for (const float square : squares.values()) sum += square;
    std::ranges::fill(weights.values(), gamma / static_cast<float>(batch));
    run.backward(model, {}, weights, {.gradients = gradients});
    return gamma / 2 * sum / static_cast<float>(batch);
}

}  // namespace

TEST_CASE("issue 18.4: R1's gradient is that of PyTorch's second backward") {
    const golden::File file("penalties");
    on_tested_devices([&]<class Device>(Device) {
        Tensor<Image> x(file["r1/x"].batch());
        golden::to_memory(golden::sample_places(Image::dims), x.batch(), file["r1/x"].values.data(), x.data());
        Model<Critic, Device> model;
        for_each_tensor<Critic, detail::Owned::parameters>(
            [&](const std::string& name, const Parameter& tensor, long offset) {
                golden::to_memory(golden::places(tensor.dims, tensor.order), 1, file["r1/" + name].values.data(),
                                  model.parameters.data() + offset);
            });
        model.prepare();
        Arena<Device> gradients(parameter_floats<Critic>());
        const float penalty = r1_penalty(model, x, 10.f, gradients);
        CHECK(penalty == doctest::Approx(file["r1/penalty"].scalar()).epsilon(1e-5));
        for_each_tensor<Critic, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor,
                                                               long offset) {
            INFO(name);
            const std::vector<float>& wanted = file["r1/" + name + ".grad"].values;
            std::vector<float> found(wanted.size());
            golden::from_memory(golden::places(tensor.dims, tensor.order), 1, gradients.data() + offset, found.data());
            golden::check_close(found, wanted);
        });
    });
}
