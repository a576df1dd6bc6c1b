// Where the time of a step goes: one JSON object for each "run N".
#include <genotype/flow.hpp>
#include <genotype/training/profile.hpp>

#include "flow_unet.hpp"
#include "models.hpp"

namespace race {
namespace {

void print(const Profile& profile) {
    std::printf("{\"steps\": %ld, \"rows\": [", profile.steps());
    const char* separator = "";
    for (const Profile::Row& row : profile.rows()) {
        const double scale = 1e3 / static_cast<double>(profile.steps());
        std::printf(
            "%s{\"name\": \"%s\", \"input\": \"%s\", \"forward_ms\": %.6g, \"backward_ms\": %.6g, "
            "\"weight_gradient_ms\": %.6g}",
            separator, row.name().c_str(), row.input().c_str(), row.seconds[Profile::forward] * scale,
            row.seconds[Profile::backward] * scale, row.seconds[Profile::weight_gradient] * scale);
        separator = ", ";
    }
    std::puts("]}");
}

template <class Step>
int answer(Step step) {
    Profile profile;
    for (int i = 0; i < 3; ++i) step();
    std::puts("{\"ready\": \"genotype\"}");
    std::fflush(stdout);
    std::string word;
    int steps = 0;
    while (std::cin >> word >> steps && word == "run") {
        profile.clear();
        for (int i = 0; i < steps; ++i) profile.step(step);
        print(profile);
        std::fflush(stdout);
    }
    return 0;
}

}  // namespace

int profile_dcgan(const Setting& setting) {
    const auto real = image_batch<Shape<3, 32, 32>>(setting.batch, -1);
    Trainer<Dcgan<64>, Profiled<Cpu>> trainer({.batch = setting.batch, .seed = setting.seed});
    return answer([&] { trainer.step(real); });
}

int profile_vae(const Setting& setting) {
    const auto images = image_batch<Shape<784>>(setting.batch, 0);
    Trainer<ImageVae<256>, Profiled<Cpu>> trainer({.batch = setting.batch, .seed = setting.seed});
    return answer([&] { trainer.step(images); });
}

int profile_flow(const Setting& setting) {
    const auto images = image_batch<example::Grey>(setting.batch, -1);
    const std::vector<int> labels(static_cast<std::size_t>(setting.batch), 3);
    Trainer<FlowMatching<example::UNet, example::Grey>, Profiled<Cpu>> trainer(
        {.clip_norm = 1, .average = 0.995f, .batch = setting.batch, .seed = setting.seed});
    return answer([&] { trainer.step(images, labels); });
}

}  // namespace race
