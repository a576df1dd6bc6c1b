// The flow of examples/programs/video.cpp: its network and training.
#include <genotype/flow.hpp>
#include <genotype/training/progress.hpp>

#include "video_training.hpp"

namespace example {
namespace {

// What the network of a flow reads beside the video: how far it is on its way from noise.
struct video_time : Given<Shape<1>> {};
struct video_condition : Name {};
struct video_skip : Name {};

// A convolution within the frames, and one along them.
template <int from, int to, class... Side>
using VideoBlock =
    Residual<GroupNorm<8, from>, SiLU, Conv3d<from, to, Size3{1, 3, 3}, 1, Size3{0, 1, 1}>, GroupNorm<8, to>,
             Modulate<video_condition, 128, to>, SiLU, Conv3d<to, to, Size3{3, 1, 1}, 1, Size3{1, 0, 0}>, Side...>;

// A U-Net over patches of 4 x 4 pixels: 8 x 8 of them in 8 frames, then 4 x 4 in 4.
using VideoUNet = Sequential<
    Let<video_condition, Chain<Of<video_time>, Sinusoid<64, 1000.f>, Linear<64, 128>, SiLU, Linear<128, 128>, SiLU>>,
    Conv3d<1, 48, Size3{1, 4, 4}, Size3{1, 4, 4}, 0, Bias>, VideoBlock<48, 48>, Save<video_skip>,
    Conv3d<48, 96, 4, 2, 1>, VideoBlock<96, 96>, VideoBlock<96, 96>, ConvT3d<96, 48, 4, 2, 1>, Concat<video_skip, 48>,
    VideoBlock<96, 48, Projection<Conv3d<96, 48, 1>>>, VideoBlock<48, 48>, GroupNorm<8, 48>, SiLU,
    ConvT3d<48, 1, Size3{1, 4, 4}, Size3{1, 4, 4}, 0, Bias>>;
using VideoFlow = FlowMatching<VideoUNet, Video>;

}  // namespace

int train_video_flow(const VideoSettings& settings) {
    constexpr Range range{-1, 1};
    const Flags& flags = settings.flags;
    auto videos = moving_digits(flags, true, {.batch = flags.batch, .videos = settings.videos}, range);
    Trainer<VideoFlow> trainer({.optimizer = Adam{.learning_rate = flags.learning_rate, .beta2 = 0.99f},
                                .schedule = schedule_of(settings, videos.batches()),
                                .clip_norm = 1,
                                .average = flags.average,
                                .batch = flags.batch,
                                .seed = flags.seed});
    std::printf("%s\n", summary<VideoUNet, Video>(flags.batch).c_str());
    Training training(flags, trainer, videos, {"loss"},
                      {flags.epochs, videos.batches(), flags.batch, settings.seconds, "videos"});
    while (training.goes_on())
        training.step([&](float loss) {
            char text[32];
            std::snprintf(text, sizeof text, "loss %.4f", static_cast<double>(loss));
            training.note({loss}, text);
        });
    if (!training.finish()) return training.exit_code();
    training.draw_losses({"velocity"}, "Flow matching on moving " + flags.data, "mean squared error", 50);

    with_result(trainer, [&](const auto& model) {
        FlowSampler<VideoFlow> sampler(drawn_together);
        const auto draw = [&](int count, std::uint64_t seed, const auto& on_step) {
            return frames_of(sampler(model, count, {}, {.steps = settings.sampling_steps, .seed = seed}, on_step),
                             range);
        };
        const ImageData drawn = draw(16, flags.seed + 2, [](const auto&) {});
        const ImageData seen = frames_of(moving_digits(flags, false, {.batch = 8, .videos = 8}, range).next(), range);
        save_strip(join(slice(seen, 0, 4 * frames), slice(drawn, 0, 8 * frames)), flags);
        save_moving(join(seen, drawn), flags);
        Progress progress(1, (flags.samples + drawn_together - 1L) / drawn_together * settings.sampling_steps, 1, 0,
                          "steps");
        save_drawn(flags, [&](int count, int first) {
            return draw(count, flags.seed + 3 + static_cast<std::uint64_t>(first), [&](const auto& step) {
                progress.step(0, long{first} / drawn_together * step.steps + step.done - 1,
                              "samples " + std::to_string(first) + "/" + std::to_string(flags.samples));
            });
        });
    });
    say_end(training, flags);
    return 0;
}

}  // namespace example
