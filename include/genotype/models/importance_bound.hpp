// How likely data is under a VAE, by importance sampling.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "genotype/losses/loss_call.hpp"
#include "genotype/models/autoencode.hpp"
#include "genotype/models/labels.hpp"
#include "genotype/models/read_labels.hpp"
#include "genotype/network/inputs.hpp"
#include "genotype/random/random_state.hpp"

namespace genotype::inline v0_1 {

/// Options of `importance_bounds`.
struct ImportanceOptions {
    int draws = 500;  // latents of a sample: k
    std::uint64_t seed = 0;
};

namespace detail {

/// The logarithm of a sum of numbers of which each is given as its logarithm; nothing of it overflows.
class LogSum {
  public:
    void add(double logarithm) {
        if (logarithm > most_) {
            sum_ = sum_ * std::exp(most_ - logarithm) + 1;
            most_ = logarithm;
        } else if (logarithm > -std::numeric_limits<double>::infinity()) {
            sum_ += std::exp(logarithm - most_);
        }
    }
    double value() const { return most_ + std::log(sum_); }

  private:
    double most_ = -std::numeric_limits<double>::infinity(), sum_ = 0;
};

/// Runs a network on `x` with one label for all its samples, where it reads one.
template <Layer Net, ShapeType S, class Device>
auto run_with_label(const WeightsView& weights, View<S> x, [[maybe_unused]] const float* labels,
                    Workspace<Net, S, Inference, Device>& memory) {
    using Label = typename SortedNames<ReadNames<Net>>::Label;
    if constexpr (std::is_void_v<Label>)
        return memory.forward(weights, x);
    else
        return memory.forward(weights, x, {GivenValue<Label, MemoryOf<Device>>{labels, x.batch}});
}

}  // namespace detail

/// Of each sample x an estimate of -log p(x) under a VAE, in nats: -log of the mean of p(x | z) p(z) / q(z | x) over
/// `draws` latents z from the encoder's q. It is above -log p(x) on average and falls to that with the number of draws;
/// with one it is the negative evidence lower bound, drawn once. -log p(x | z) is the reconstruction loss, summed over
/// the sample's values: that of the Bernoulli distribution of `BCE` and `BCEWithLogits`; of `MSE` that of normal values
/// of variance 1/2, less log(pi) / 2 a value; of `L1` that of Laplace's of scale 1, less log(2) a value. The draws
/// depend on the seed and on the sample's place in `x`. Of a conditional VAE it is of p(x | label), and `labels` has
/// one for each sample; of another it is empty. `Error` where it has another number of them, or one is no class.
/// Source: Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders" (ICLR 2016).
/// PyTorch: k.log() - (log_p_x_given_z + log_p_z - log_q_z).logsumexp(0), of k draws.
template <Layer E, Layer D, class L, ShapeType I, class Device>
requires(Device::on_host) std::vector<double> importance_bounds(
    const Model<combinators::VariationalAutoencoder<E, D, L, I>, Device>& model, std::type_identity_t<View<I>> x,
    std::span<const int> labels, const ImportanceOptions& options = {}) {
    using Latent = InputShape<D>;
    constexpr int latents = static_cast<int>(Latent::count), most = 100, classes = detail::classes_read_by<E, D>();
    if (options.draws < 1) fail("importance_bounds", "draws", options.draws, "1 or more");
    if (classes == 0 && !labels.empty())
        fail("importance_bounds", "number of labels", labels.size(), "none: neither network reads one");
    if (classes > 0)
        detail::check_labels("importance_bounds", labels, x.batch, classes, "sample of x",
                             [] { return detail::concat("0 to ", classes - 1); });
    const int together = std::min(options.draws, most);
    const Device device = model.runs_on();
    Workspace<E, I, Inference, Device> encoder(1);
    Workspace<D, Latent, Inference, Device> decoder(together);
    Tensor<Latent> noise(together), z(together);
    std::vector<float> label(static_cast<std::size_t>(together));
    RandomState draws{.seed = options.seed, .stream = streams::evaluation};
    std::vector<double> bounds;
    for (int n = 0; n < x.batch; ++n) {
        const View<I> sample = x.slice(n, 1);
        if (classes > 0) std::ranges::fill(label, static_cast<float>(labels[static_cast<std::size_t>(n)]));
        const auto moments = detail::run_with_label(part<0>(model), sample, label.data(), encoder);
        detail::LogSum sum;
        for (int done = 0; done < options.draws; done += together) {
            const int count = std::min(together, options.draws - done);
            fill_normal(device, long{count} * latents, draws.take(long{count} * latents), noise.data());
            for (int k = 0; k < count; ++k)
                for (int i = 0; i < latents; ++i)
                    z.data()[k * latents + i] =
                        moments.data[i] + noise.data()[k * latents + i] * std::exp(moments.data[latents + i] / 2);
            const View<Latent> some = z.view().slice(0, count);
            const auto output = detail::run_with_label(part<1>(model), some, label.data(), decoder);
            for (int k = 0; k < count; ++k) {
                float loss = 0;
                L::evaluate(device, LossCall{.prediction = {output.data + k * I::count, 1, I::count},
                                             .target = {sample.data, 1, I::count},
                                             .reduction = Reduction::sum,
                                             .value = &loss});
                double weight = -static_cast<double>(loss);  // log p(x | z) + log p(z) - log q(z | x)
                for (int i = 0; i < latents; ++i) {
                    const double own = static_cast<double>(z.data()[k * latents + i]);
                    const double drawn = static_cast<double>(noise.data()[k * latents + i]);
                    weight += (drawn * drawn + static_cast<double>(moments.data[latents + i]) - own * own) / 2;
                }
                sum.add(weight);
            }
        }
        bounds.push_back(std::log(static_cast<double>(options.draws)) - sum.value());
    }
    return bounds;
}

template <Layer E, Layer D, class L, ShapeType I, class Device>
requires(Device::on_host) std::vector<double> importance_bounds(
    const Model<combinators::VariationalAutoencoder<E, D, L, I>, Device>& model, std::type_identity_t<View<I>> x,
    const ImportanceOptions& options = {}) {
    return importance_bounds(model, x, std::span<const int>(), options);
}

}  // namespace genotype::inline v0_1
