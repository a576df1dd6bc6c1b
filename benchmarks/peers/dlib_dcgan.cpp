// The same DCGAN, with its training step, in dlib: measured for what it costs to compile, never linked.
#include <dlib/dnn.h>

#include <array>
#include <vector>

using namespace dlib;

namespace {

template <long filters, long kernel, int stride, int padding, class Below>
using Conv = add_layer<con_<filters, kernel, kernel, stride, stride, padding, padding>, Below>;
template <long filters, long kernel, int stride, int padding, class Below>
using ConvT = add_layer<cont_<filters, kernel, kernel, stride, stride, padding, padding>, Below>;

using Noise = std::array<matrix<float, 1, 1>, 100>;
using Image = std::array<matrix<float>, 3>;

// dlib nests layers from the last to the first; its binary losses contain the sigmoid.
using Generator = loss_mean_squared_per_channel_and_pixel<
    3, htan<ConvT<3, 4, 2, 1,
       relu<bn_con<ConvT<64, 4, 2, 1,
       relu<bn_con<ConvT<128, 4, 2, 1,
       relu<bn_con<ConvT<256, 4, 1, 0, input<Noise>>>>>>>>>>>>>;
using Discriminator = loss_binary_log<
    Conv<1, 4, 1, 0,
    leaky_relu<bn_con<Conv<256, 4, 2, 1,
    leaky_relu<bn_con<Conv<128, 4, 2, 1,
    leaky_relu<Conv<64, 4, 2, 1, input<Image>>>>>>>>>>>;

struct Trainer {
    Generator generator;
    Discriminator discriminator;
    std::vector<adam> generator_solvers{generator.num_computational_layers, adam(0.f, 0.9f, 0.999f)};
    std::vector<adam> discriminator_solvers{discriminator.num_computational_layers, adam(0.f, 0.9f, 0.999f)};
    resizable_tensor real_tensor, noise_tensor;

    void learn(const resizable_tensor& images, const std::vector<float>& labels) {
        discriminator.compute_loss(images, labels.begin());
        discriminator.back_propagate_error(images);
        discriminator.update_parameters(discriminator_solvers, 2e-4);
    }

    void step(const std::vector<Image>& real, const std::vector<Noise>& noise) {
        const std::vector<float> ones(real.size(), 1.f), minus_ones(real.size(), -1.f);
        discriminator.to_tensor(real.begin(), real.end(), real_tensor);
        learn(real_tensor, ones);
        generator.to_tensor(noise.begin(), noise.end(), noise_tensor);
        const resizable_tensor fake = generator.subnet().forward(noise_tensor);
        learn(fake, minus_ones);
        discriminator.compute_loss(fake, ones.begin());
        discriminator.back_propagate_error(fake);
        generator.subnet().back_propagate_error(noise_tensor, discriminator.subnet().get_final_data_gradient());
        generator.subnet().update_parameters(generator_solvers, 2e-4);
    }
};

}  // namespace

int main() {
    Trainer trainer;
    std::vector<Image> real(64);
    for (Image& image : real)
        for (auto& channel : image) channel = zeros_matrix<float>(32, 32);
    trainer.step(real, std::vector<Noise>(64));
}
