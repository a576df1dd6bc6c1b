// The class-conditional U-Net of examples/programs/flow.cpp, trained by flow matching.
#include <genotype/flow.hpp>
#include <vector>

#include "flow_unet.hpp"
#include "models.hpp"

namespace race {

int flow(const Setting& setting) {
    using example::Grey;
    using example::UNet;
    const auto images = image_batch<Grey>(setting.batch, -1);
    std::vector<int> labels(static_cast<std::size_t>(setting.batch));
    for (std::size_t at = 0; at < labels.size(); ++at) labels[at] = static_cast<int>(at) % example::classes;
    Trainer<FlowMatching<UNet, Grey>> trainer({.optimizer = Adam{.learning_rate = 1e-3f, .beta2 = 0.99f},
                                               .clip_norm = 1,
                                               .average = 0.995f,
                                               .batch = setting.batch,
                                               .seed = setting.seed});
    const long batch = setting.batch;
    const long floats = trained<UNet> + parameter_floats<UNet>() +
                        Workspace<UNet, Grey, genotype::Training>::floats(batch) + batch * (5 * Grey::count + 5);
    return serve(floats, [&] { trainer.step(images, labels); });
}

}  // namespace race
