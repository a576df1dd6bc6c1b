// Residual against PyTorch: a training step through the model's own memory plan, and inference after it.
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
        const std::vector<float>& values = file[name + "/" + tensor + suffix].values;
        const auto places = golden::places(parameter.dims, parameter.order);
        std::vector<float> found(values.size());
        if (parameter.initial.kind == Initial::counter) return;
        if (write) return golden::to_memory(places, 1, values.data(), arena + offset);
        golden::from_memory(places, 1, arena + offset, found.data());
        golden::check_close(found, values);
    });
}

template <class Net, class In, class Device>
void check_on(const golden::File& file, const std::string& name) {
    const auto find = [&](const char* what) -> const std::vector<float>& { return file[name + what].values; };
    const auto compare = [&]<ShapeType S>(const char* what, View<S> view) {
        INFO(what);
        std::vector<float> found(static_cast<std::size_t>(view.size()));
        golden::from_memory(golden::sample_places(S::dims), view.batch, view.data, found.data());
        golden::check_close(found, find(what));
    };
    const auto tensor = [&]<class S>(const char* what, std::type_identity<S>) {
        Tensor<S> result(file[name + what].batch());
        golden::to_memory(golden::sample_places(S::dims), result.batch(), find(what).data(), result.data());
        return result;
    };
    using Out = OutputShape<Net, In>;
    const auto x = tensor("/x", std::type_identity<In>{});
    const auto dy = tensor("/dy", std::type_identity<Out>{});
    Tensor<In> dx(x.batch());
    Model<Net, Device> model;
    exchange<Net, detail::Owned::parameters>(file, name, "", model.parameters.data(), true);
    exchange<Net, detail::Owned::buffers>(file, name, "", model.buffers.data(), true);
    model.prepare();

    Workspace<Net, In, Training, Device> run(x.batch() + 1);  // not full
    compare("/y", run.forward(model, x.view()));
    exchange<Net, detail::Owned::buffers>(file, name, ".after", model.buffers.data(), false);
    std::vector<float> gradients(static_cast<std::size_t>(parameter_floats<Net>()));
    run.backward(model, x.view(), dy, {.input_gradient = dx, .gradients = gradients});
    compare("/dx", dx.view());
    exchange<Net, detail::Owned::parameters>(file, name, ".grad", gradients.data(), false);
    compare("/y.inference", model(x).view());
}

template <class Net, class In>
void check(const std::string& name) {
    const golden::File file("residuals");
    on_tested_devices([&]<class Device>(Device) { check_on<Net, In, Device>(file, name); });
}

}  // namespace

TEST_CASE("an identity beside the branch") {
    check<Residual<Conv<5, 5, 3, 1, 1>, BN<5>, ReLU, Conv<5, 5, 3, 1, 1, Bias>>, Shape<5, 6, 4>>("residual");
}
TEST_CASE("a projection beside the branch") {
    check<Residual<Conv<4, 6, 3, 2, 1>, BN<6>, ReLU, Conv<6, 6, 3, 1, 1, Bias>, Projection<Conv<4, 6, 1, 2, 0>>>,
          Shape<4, 6, 6>>("residual_projection");
}
