// Spectral norm and weight norm against PyTorch: some steps of SGD, and inference after them.
#include <string>

#include "genotype/genotype.hpp"
#include "support/devices.hpp"
#include "support/golden.hpp"

using namespace genotype;

namespace {

/// The arena's tensors against NAME/TENSOR + suffix; with `write` the arena is filled instead.
template <class Net, detail::Owned What>
void exchange(const golden::File& file, const std::string& name, const std::string& suffix, float* arena, bool write) {
    for_each_tensor<Net, What>([&](const std::string& tensor, const Parameter& parameter, long offset) {
        INFO(tensor << suffix);
        const golden::Values& values = file[name + "/" + tensor + suffix];
        REQUIRE(values.dims.size() == static_cast<std::size_t>(parameter.dims.rank));
        for (int axis = 0; axis < parameter.dims.rank; ++axis)
            REQUIRE(values.dims[static_cast<std::size_t>(axis)] == parameter.dims[axis]);
        const auto places = golden::places(parameter.dims, parameter.order);
        if (write) return golden::to_memory(places, 1, values.values.data(), arena + offset);
        std::vector<float> found(values.values.size());
        golden::from_memory(places, 1, arena + offset, found.data());
        golden::check_close(found, values.values);
    });
}

template <class Net, class In, class Device>
void check_on(const golden::File& file, const std::string& name) {
    using Out = OutputShape<Net, In>;
    const auto tensor = [&]<class S>(const char* what, std::type_identity<S>) {
        Tensor<S> result(file[name + what].batch());
        golden::to_memory(golden::sample_places(S::dims), result.batch(), file[name + what].values.data(),
                          result.data());
        return result;
    };
    const auto compare = [&]<ShapeType S>(const std::string& what, View<S> view) {
        INFO(what);
        std::vector<float> found(static_cast<std::size_t>(view.size()));
        golden::from_memory(golden::sample_places(S::dims), view.batch, view.data, found.data());
        golden::check_close(found, file[name + what].values);
    };
    const auto x = tensor("/x", std::type_identity<In>{});
    const auto dy = tensor("/dy", std::type_identity<Out>{});
    Model<Net, Device> model;
    exchange<Net, detail::Owned::parameters>(file, name, "", model.parameters.data(), true);
    exchange<Net, detail::Owned::buffers>(file, name, "", model.buffers.data(), true);
    model.prepare();
    exchange<Net, detail::Owned::buffers>(file, name, "", model.buffers.data(), false);

    Workspace<Net, In, Training, Device> run(x.batch());
    Gradients<Net, Device> gradients;
    Optimized<Net, Device, SGD> optimizer(SGD{.learning_rate = 0.05f, .momentum = 0.9f});
    Tensor<In> dx(x.batch());
    for (int step = 0; step < 4; ++step) {
        compare("/y." + std::to_string(step), run.forward(model, x.view()));
        run.backward(model, x.view(), dy, {.input_gradient = dx, .gradients = gradients});
        if (step == 0) {
            if (file.has(name + "/dx")) compare("/dx", dx.view());
            exchange<Net, detail::Owned::parameters>(file, name, ".grad", gradients.data(), false);
        }
        optimizer.step(model, gradients);
    }
    exchange<Net, detail::Owned::parameters>(file, name, ".after", model.parameters.data(), false);
    exchange<Net, detail::Owned::buffers>(file, name, ".after", model.buffers.data(), false);
    compare("/y.inference", model(x).view());
}

template <class Net, class In>
void check(const std::string& name) {
    const golden::File file("parametrizations");
    on_tested_devices([&]<class Device>(Device) { check_on<Net, In, Device>(file, name); });
}

template <template <class> class Norm>
using Convolutions = Sequential<Norm<Conv<3, 6, 4, 2, 1>>, LeakyReLU<0.2f>, Norm<ConvT<6, 5, 3, 2, 1, Bias>>,
                                LeakyReLU<0.2f>, Norm<Conv<5, 4, 1, 1, 0, Bias>>, Flatten, Norm<Linear<100, 3>>>;
template <template <class> class Norm>
using Videos = Sequential<Norm<Conv3d<2, 4, Size3{2, 3, 3}, 1, 1, Bias>>, LeakyReLU<0.2f>, Norm<ConvT3d<4, 3, 2, 2>>>;
template <class L>
using Weight = WeightNorm<L>;

}  // namespace

TEST_CASE("issue 18.9: spectral norm gives PyTorch's outputs, gradients and vectors over steps of SGD") {
    check<Convolutions<SpectralNorm>, Shape<3, 6, 6>>("spectral_convolutions");
    check<Videos<SpectralNorm>, Shape<2, 2, 3, 3>>("spectral_videos");
    check<Sequential<SpectralNorm<Embedding<7, 5>>>, Shape<1>>("spectral_embedding");
}

TEST_CASE("issue 18.9: weight norm gives PyTorch's outputs, gradients and weights over steps of SGD") {
    check<Convolutions<Weight>, Shape<3, 6, 6>>("weight_convolutions");
    check<Videos<Weight>, Shape<2, 2, 3, 3>>("weight_videos");
    check<Sequential<WeightNorm<Embedding<7, 5>>>, Shape<1>>("weight_embedding");
}
