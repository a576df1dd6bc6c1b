// Products by cuBLASLt, against those of thrust on the host. Linked with the stand-in for cuBLASLt, which multiplies in
// the host's memory what it is told of: a wrong size, pitch or transposition gives other values. Kernels run on the
// processor.
#include <doctest/doctest.h>

#include <cmath>
#include <thread>
#include <type_traits>

#include "cublas_stand_in.hpp"
#include "genotype/cuda.hpp"
#include "support/convolution_runs.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using convolution_test::linear;
using cublas_stand_in::counts;

namespace {

/// Some products.
void multiply_some(int batch = 9) {
    convolution_test::run(Cuda{}, kernels::ProductGeometry(kernels::ConvGeometry{3, 4}), batch, true);
}

std::string words_of_error(const std::string& call) {
    cublas_stand_in::refuse(call);
    std::string words;
    try {
        multiply_some();
    } catch (const Error& error) {
        words = error.what();
    }
    cublas_stand_in::refuse("");
    return words;
}

}  // namespace

TEST_CASE("cuBLAS is asked for the products of all directions") {
    for (const auto& c : {linear(9, 9, 9), linear(5, 7, 11), linear(300, 33, 20), linear(1, 17, 64), linear(16, 1, 10),
                          linear(784, 20, 100)})
        for (const bool with_bias : {false, true}) {
            CAPTURE(c);
            const kernels::ProductGeometry g(c.geometry);
            const int before = counts().products;
            const auto found = convolution_test::run(Cuda{}, g, c.batch, with_bias);
            CHECK(counts().products == before + 4);
            const auto wanted = convolution_test::run(Reference{}, g, c.batch, with_bias);
            CHECK(convolution_test::distance(found.small, wanted.small, 1 + g.large_channels) < 1);
            CHECK(convolution_test::distance(found.large, wanted.large, 1 + g.small_channels) < 1);
            CHECK(convolution_test::distance(found.gradient, wanted.gradient, 1 + c.batch) < 1);
            CHECK(convolution_test::distance(found.added, wanted.added, 1 + c.batch) < 1);
        }
}

namespace {

/// The output of some layers whose products have 20 rows. Memory of the host will do, see above.
template <class Device, class Net>
kernel_test::Array answer(bool training) {
    constexpr int batch = 20;
    Model<Net, Reference> model(Seed{3});
    const kernel_test::Array x = kernel_test::random_array(batch * 6, 1);
    const WeightsView weights = view_of(model);
    const auto run = [&]<class Mode>(Workspace<Net, Shape<6>, Mode, Device> workspace) {
        const auto y = workspace.forward(weights, ViewOn<Shape<6>, Device>{x.data(), batch});
        return kernel_test::Array(y.data, y.data + y.size());
    };
    if (training) return run(Workspace<Net, Shape<6>, Training, Device>(batch));
    return run(Workspace<Net, Shape<6>, Inference, Device>(batch));
}

}  // namespace

TEST_CASE("it applies the activations that it knows, and adds a residual's other side") {
    const auto same = [](const auto& net, int products) {
        using Net = typename std::remove_cvref_t<decltype(net)>::type;
        for (const bool training : {false, true}) {
            CAPTURE(training);
            const int before = counts().products;
            const auto found = answer<Cuda, Net>(training), wanted = answer<Reference, Net>(training);
            CHECK(counts().products == before + products);
            CHECK(kernel_test::difference(found, wanted) < 1e-5);
        }
    };
    same(std::type_identity<Sequential<Linear<6, 19>, ReLU, Linear<19, 6, NoBias>, ReLU>>{}, 2);
    same(std::type_identity<Sequential<Linear<6, 19>, GELUTanh, Linear<19, 6, NoBias>, GELUTanh>>{}, 2);
    same(std::type_identity<Sequential<Linear<6, 19>, Sigmoid, Linear<19, 6>, SiLU>>{}, 2);
    same(std::type_identity<Residual<Linear<6, 19>, Tanh, Linear<19, 6>>>{}, 2);
    same(std::type_identity<Residual<Linear<6, 6>, SiLU>>{}, 1);
}

TEST_CASE("it rounds to TF32 where the device does") {
    const kernels::ProductGeometry g(kernels::ConvGeometry{100, 33});
    const auto found = convolution_test::run(CudaTf32{}, g, 20, true);
    const auto wanted = convolution_test::run(Reference{}, g, 20, true);
    CHECK(kernel_test::difference(found.small, wanted.small) < 1e-2);
    CHECK(kernel_test::difference(found.small, wanted.small) > 1e-5);
    CHECK(kernel_test::difference(found.large, wanted.large) > 1e-5);
    CHECK(kernel_test::difference(found.gradient, wanted.gradient) > 1e-5);
}

TEST_CASE("it is told how addresses are aligned, and uses only the scratch") {
    constexpr float guard = -7;
    const long rows = 10, terms = 5, columns = 6, scratch_floats = kernels::detail::product_scratch(Cuda{}).fixed;
    kernel_test::Array left = kernel_test::random_array(rows * terms + 1, 1);
    kernel_test::Array right = kernel_test::random_array(terms * columns + 1, 2);
    kernel_test::Array scratch(static_cast<unsigned long>(scratch_floats + 200), guard);
    for (const long first : {0, 1, 3, 16, 63}) {
        CAPTURE(first);
        const auto product = [&](auto device, const MemoryRegion& region) {
            kernel_test::Array to = kernel_test::unwritten(rows * columns + 1);
            kernels::detail::multiply_by_weights(device, region, rows, terms, columns,
                                                 kernels::detail::Matrix{left.data() + 1, terms},
                                                 kernels::detail::Matrix{right.data() + 1, columns},
                                                 kernels::detail::WithBias<>{nullptr, columns, to.data() + 1});
            CHECK(std::isnan(to[0]));
            to.erase(to.begin());
            return to;
        };
        const kernel_test::Array wanted = product(ThrustCpp{}, {});
        std::fill(scratch.begin(), scratch.end(), guard);
        float* const begin = scratch.data() + 100 + first;
        CHECK(kernel_test::difference(product(Cuda{}, MemoryRegion{begin, begin, rows}), wanted) < 1e-5);
        CHECK(counts().workspace_bytes > 4000000);
        CHECK(begin[-1] == guard);
        CHECK(begin[scratch_floats] == guard);
        CHECK(kernel_test::difference(product(Cuda{}, {}), wanted) < 1e-5);
        CHECK(counts().workspace_bytes == 0);
    }
}

TEST_CASE("its refusals are errors with the call and its words") {
    for (const std::string call :
         {"cublasLtMatmulDescInit", "cublasLtMatmulDescSetAttribute", "cublasLtMatrixLayoutInit",
          "cublasLtMatmulPreferenceInit", "cublasLtMatmulPreferenceSetAttribute", "cublasLtMatmulAlgoGetHeuristic",
          "cublasLtMatmul"})
        CHECK(words_of_error(call) ==
              "Cuda: " + call + ": found CUBLAS_STATUS_INTERNAL_ERROR (words of the stand-in's), expected success");
    CHECK(words_of_error("nothing") ==
          "Cuda: cublasLtMatmulAlgoGetHeuristic: found CUBLAS_STATUS_NOT_SUPPORTED (words "
          "of the stand-in's), expected success");
    std::string of_new_thread;
    std::thread([&] { of_new_thread = words_of_error("cublasLtCreate"); }).join();
    CHECK(of_new_thread ==
          "Cuda: cublasLtCreate: found CUBLAS_STATUS_INTERNAL_ERROR (words of the stand-in's), expected success");
}

TEST_CASE("each thread has one handle, as long as it runs") {
    multiply_some();
    const auto before = counts();
    multiply_some();
    CHECK(counts().created == before.created);
    std::thread([] {
        multiply_some();
        multiply_some();
    }).join();
    CHECK(counts().created == before.created + 1);
    CHECK(counts().destroyed == before.destroyed + 1);
}
