// Images that the generators of examples/programs/dcgan.cpp draw.
#pragma once

#include <algorithm>
#include <cstdint>
#include <genotype/genotype.hpp>
#include <genotype/images/float_images.hpp>

#include "training.hpp"

namespace example {

using namespace genotype;

using Noise = Shape<100, 1, 1>;

constexpr int gan_classes = 10;
struct label : Given<Class<gan_classes>> {};  // what the networks of a conditional one read

/// The classes one after the other, from sample `first` on.
inline Tensor<Class<gan_classes>> labels_in_turns(int first, int count) {
    Tensor<Class<gan_classes>> labels(count);
    for (int n = 0; n < count; ++n) labels(n, 0) = static_cast<float>((first + n) % gan_classes);
    return labels;
}

/// An image for each noise, a few at a time; of a generator that reads a label of the classes in turns, which the
/// images have then.
template <ShapeType Image, class G, class Device>
ImageData draw_images(const Model<G, Device>& generator, const Tensor<Noise>& noise) {
    constexpr int together = 250;
    constexpr bool reads_label = InputsOf<G>::count > 0;
    ImageData all = blank_images(noise.batch(), Image::dims.height(), Image::dims.width(), 3);
    for (int first = 0; first < noise.batch(); first += together) {
        const int count = std::min(together, noise.batch() - first);
        Tensor<Noise> part(count);
        std::copy_n(noise.data() + first * Noise::count, part.size(), part.data());
        const Tensor<Image> drawn = [&] {
            if constexpr (reads_label)
                return generator(part, {given<label>(labels_in_turns(first, count))});
            else
                return generator(part);
        }();
        std::ranges::copy(to_images(drawn, Range{-1, 1}).bytes, all[first].data());
        for (int n = 0; reads_label && n < count; ++n) all.labels.push_back((first + n) % gan_classes);
    }
    return all;
}

/// Runs a generator on batches of noise, as training does, so that its batch statistics are those of its own weights.
template <class G, class Device>
void renew_statistics_of(Model<G, Device>& generator, int batch, std::uint64_t seed) {
    Workspace<G, Noise, genotype::Training, Device> memory(batch, generator.runs_on());
    detail::Input<Noise, Device> input(batch);
    renew_statistics(generator, 50, [&] {
        const Tensor<Noise> noise = normal<Noise>(batch, Seed{seed++});
        if constexpr (InputsOf<G>::count > 0)
            memory.forward(generator, input.take(noise), {given<label>(labels_in_turns(0, batch))});
        else
            memory.forward(generator, input.take(noise));
    });
}

/// By a GAN's generator or, where there is one, the average of its weights, whose batch statistics are made anew: those
/// that were averaged are of other weights.
template <ShapeType Image, class Trainer>
ImageData draw_result(const Trainer& trainer, const Tensor<Noise>& noise) {
    const auto& options = trainer.options();
    if (options.average == 0) return draw_images<Image>(trainer.generator(), noise);
    auto average = trainer.average_generator();
    renew_statistics_of(average, options.batch, options.seed + 1000);
    return draw_images<Image>(average, noise);
}

}  // namespace example
