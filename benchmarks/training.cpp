// Whole training steps of a DCGAN and a VAE on random images, and how fast their generator and decoder draw.
// The argument is the batch. FLOPs are two for each multiply-add of convolutions and matrix products, which is what the
// share of the peak is of; normalisation, activations, losses, random numbers and the optimiser cost time and count 0.
// Threads: OMP_NUM_THREADS (with OMP_PROC_BIND=true, so that each has a core of its own).
#include <benchmark/benchmark.h>
#include <omp.h>

#include <chrono>
#include <genotype/genotype.hpp>

#include "peak.hpp"

using namespace genotype;

namespace {

using Generator = Sequential<
    ConvT<100, 256, 4, 1, 0>, BN<256>, ReLU,
    ConvT<256, 128, 4, 2, 1>, BN<128>, ReLU,
    ConvT<128,  64, 4, 2, 1>, BN<64>,  ReLU,
    ConvT< 64,   3, 4, 2, 1>, Tanh>;
using Discriminator = Sequential<
    Conv<  3,  64, 4, 2, 1>, LeakyReLU<0.2f>,
    Conv< 64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,
    Conv<128, 256, 4, 2, 1>, BN<256>, LeakyReLU<0.2f>,
    Conv<256,   1, 4, 1, 0>, Sigmoid>;
using Dcgan = GAN<Generator, Discriminator>;
using ImageVae = VAE<784, 256, 20>;

/// Multiply-adds of one sample in each pass. Every weight is used once in the forward pass, once for its gradient and
/// once for the input's; the gradient of a network's own input is worked out only where somebody wants it.
template <class Net, class In>
struct Cost {
    static constexpr long forward = multiply_adds<Net, In>;
    using First = typename Net::template child<0>;
    static constexpr long first = multiply_adds_of_leaf<First>(In::dims, output_dims<First>(In::dims));
    static constexpr long weight_gradients = forward;
    static constexpr long inner_gradients = forward - first;
    static constexpr long input_gradient = forward;
};

/// Real images: the discriminator learns. Generated ones: the generator runs, the discriminator learns, and runs
/// again to hand a gradient to the generator, which needs none of the discriminator's weights.
constexpr long dcgan_step = [] {
    using G = Cost<Generator, Dcgan::Noise>;
    using D = Cost<Discriminator, Dcgan::Image>;
    const long discriminator_learns = D::forward + D::weight_gradients + D::inner_gradients;
    const long generator_learns = D::forward + D::input_gradient + G::weight_gradients + G::inner_gradients;
    return discriminator_learns + G::forward + discriminator_learns + generator_learns;
}();

constexpr long vae_step = [] {
    using E = Cost<ImageVae::Encoder, Shape<784>>;
    using D = Cost<ImageVae::Decoder, Shape<20>>;
    return E::forward + E::weight_gradients + E::inner_gradients + D::forward + D::weight_gradients + D::input_gradient;
}();

template <class S>
Tensor<S> random_batch(int batch, float low, float high) {
    Tensor<S> values(batch);
    fill_uniform(Cpu{}, values.size(), RandomState{.seed = 1}, low, high, values.data());
    return values;
}

template <class Work>
void measure(benchmark::State& state, long multiply_adds_a_sample, Work work) {
    const double limit = benchmarks::peak();
    work();  // wakes the threads and touches all memory
    const auto start = std::chrono::steady_clock::now();
    for (auto _ : state) work();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double samples = static_cast<double>(state.range(0)) * static_cast<double>(state.iterations());
    const double operations = 2 * samples * static_cast<double>(multiply_adds_a_sample);
    state.counters["threads"] = omp_get_max_threads();
    state.counters["pictures/s"] = samples / seconds;
    state.counters["GFLOP/s"] = operations / seconds * 1e-9;
    state.counters["percent_of_peak"] = 100 * operations / seconds / limit;
}

void dcgan_training_step(benchmark::State& state) {
    const int batch = static_cast<int>(state.range(0));
    const auto images = random_batch<Dcgan::Image>(batch, -1, 1);
    Trainer<Dcgan> trainer({.batch = batch});
    measure(state, dcgan_step, [&] { benchmark::DoNotOptimize(trainer.step(images)); });
}

void vae_training_step(benchmark::State& state) {
    const int batch = static_cast<int>(state.range(0));
    const auto images = random_batch<Shape<784>>(batch, 0, 1);
    Trainer<ImageVae> trainer({.batch = batch});
    measure(state, vae_step, [&] { benchmark::DoNotOptimize(trainer.step(images)); });
}

template <class Net>
void inference(benchmark::State& state) {
    using In = InputShape<Net>;
    const int batch = static_cast<int>(state.range(0));
    const auto noise = normal<In>(batch, Seed{1});
    const Model<Net> model;
    Workspace<Net, In> workspace(batch);
    measure(state, multiply_adds<Net, In>, [&] { benchmark::DoNotOptimize(model(noise, workspace).data); });
}

void dcgan_generator(benchmark::State& state) {
    inference<Generator>(state);
}
void vae_decoder(benchmark::State& state) {
    inference<ImageVae::Decoder>(state);
}

BENCHMARK(dcgan_training_step)->Arg(16)->Arg(64)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(vae_training_step)->Arg(16)->Arg(64)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(dcgan_generator)->Arg(1)->Arg(64)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(vae_decoder)->Arg(1)->Arg(64)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
