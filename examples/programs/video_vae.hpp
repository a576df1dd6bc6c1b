// The VAE of examples/programs/video.cpp: its network and training.
#pragma once

#include "video_training.hpp"

namespace example {

using VideoLatent = Shape<64>;

// Windows of three frames, two frames apart and without padding: the first layer reads frames 1 to 7, and never the
// eighth. So the decoder, which draws all of them, learns to foretell the last one.
using FirstFrames = Conv3d<1, 16, Size3{3, 4, 4}, 2, Size3{0, 1, 1}, Bias>;
static_assert(std::same_as<OutputShape<FirstFrames, Video>, OutputShape<FirstFrames, Shape<1, 7, 32, 32>>>);
using VideoEncoder = Sequential<FirstFrames, SiLU, Conv3d<16, 32, Size3{3, 4, 4}, Size3{1, 2, 2}, 1, Bias>, SiLU,
                                Conv3d<32, 64, Size3{3, 4, 4}, Size3{1, 2, 2}, 1, Bias>, SiLU, Flatten,
                                Linear<64 * 3 * 4 * 4, 256>, SiLU, Linear<256, 2 * 64>>;
using VideoDecoder = Sequential<Linear<64, 256>, SiLU, Linear<256, 64 * 2 * 4 * 4>, SiLU, Reshape<64, 2, 4, 4>,
                                ConvT3d<64, 48, 4, 2, 1, Bias>, SiLU, ConvT3d<48, 16, 4, 2, 1, Bias>, SiLU,
                                ConvT3d<16, 1, Size3{3, 4, 4}, Size3{1, 2, 2}, 1, Bias>, Sigmoid>;
using VideoVae = VariationalAutoencoder<VideoEncoder, VideoDecoder, BCE, Video>;

/// How far from a video's last frame is what was made of the others: mean squared errors of its pixels, white being 1.
struct NextFrameErrors {
    double drawn = 0, copied = 0, black = 0;
    int videos = 0;

    void add(View<Video> made, View<Video> real) {
        const auto square = [](float x) { return static_cast<double>(x) * static_cast<double>(x) / Frame::count; };
        for (int n = 0; n < real.batch; ++n) {
            const float *const ours = made.slice(n, 1).data, *const theirs = real.slice(n, 1).data;
            for (long at = Video::count - Frame::count; at < Video::count; ++at) {
                drawn += square(ours[at] - theirs[at]);
                copied += square(theirs[at - Frame::count] - theirs[at]);
                black += square(theirs[at]);
            }
        }
        videos += real.batch;
    }
    void say() const {
        std::printf(
            "the last frame of %d videos, which the encoder has not read: mean squared error %.5f drawn, %.5f "
            "copied from the frame before it, %.5f black\n",
            videos, drawn / videos, copied / videos, black / videos);
    }
};

/// Trains, measures, and writes videos and losses. The exit code.
inline int train_video_vae(const VideoSettings& settings) {
    constexpr Range range{0, 1};
    const Flags& flags = settings.flags;
    auto videos = moving_digits(flags, true, {.batch = flags.batch, .videos = settings.videos}, range);
    Trainer<VideoVae> trainer({.optimizer = Adam{.learning_rate = flags.learning_rate},
                               .schedule = schedule_of(settings, videos.batches()),
                               .average = flags.average,
                               .beta = settings.beta,
                               .batch = flags.batch,
                               .seed = flags.seed});
    std::printf("%s\n", summary<VideoVae, Video>(flags.batch).c_str());
    Training training(flags, trainer, videos, {"reconstruction", "kl"},
                      {flags.epochs, videos.batches(), flags.batch, settings.seconds, "videos"});
    while (training.goes_on())
        training.step([&](const VaeLosses& losses) {
            char text[64];
            std::snprintf(text, sizeof text, "reconstruction %.1f  KL %.1f", static_cast<double>(losses.reconstruction),
                          static_cast<double>(losses.kl));
            training.note({losses.reconstruction, losses.kl}, text);
        });
    if (!training.finish()) return training.exit_code();
    training.draw_losses({"reconstruction", "KL"}, "VAE on moving " + flags.data, "loss a video", 50);

    const int together = std::min(drawn_together, settings.videos);
    with_result(trainer, [&](const auto& model) {
        Workspace<VideoVae, Video, Inference> run(together);
        Workspace<VideoDecoder, VideoLatent, Inference> decoder(drawn_together);
        const auto draw = [&](int count, std::uint64_t seed) {
            const Tensor<VideoLatent> latents = normal<VideoLatent>(count, Seed{seed});
            return frames_of(decode(model, latents, decoder), range);
        };
        auto others = moving_digits(flags, false, {.batch = together, .videos = std::min(500, settings.videos)}, range);
        NextFrameErrors errors;
        for (int batch = 0; batch < others.batches(); ++batch) {
            const View<Video> some = others.next();
            errors.add(run.forward(model, some), some);
        }
        errors.say();
        others.seek({0, 0});
        const View<Video> real = others.next().slice(0, 8);
        const ImageData seen = frames_of(real, range), made = frames_of(run.forward(model, real), range);
        const ImageData drawn = draw(8, flags.seed + 2);
        ImageData rows = slice(seen, 0, 0);
        for (int video = 0; video < 4; ++video)
            for (const ImageData* of : {&seen, &made}) rows = join(std::move(rows), slice(*of, video * frames, frames));
        save_strip(join(std::move(rows), slice(drawn, 0, 4 * frames)), flags);
        save_moving(join(join(seen, made), drawn), flags);
        save_drawn(flags, [&](int count, int first) {
            return draw(count, flags.seed + 3 + static_cast<std::uint64_t>(first));
        });
    });
    say_end(training, flags);
    return 0;
}

}  // namespace example
