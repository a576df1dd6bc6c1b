// What the trainings of examples/programs/video.cpp share: videos of moving digits, and what shows others.
#pragma once

#include <algorithm>
#include <cstdio>
#include <genotype/data/moving_digits.hpp>
#include <genotype/genotype.hpp>
#include <genotype/images/apng.hpp>
#include <genotype/images/float_images.hpp>
#include <genotype/images/grey.hpp>
#include <genotype/images/grid.hpp>
#include <string>
#include <utility>

#include "images.hpp"
#include "training.hpp"

namespace example {

using namespace genotype;

using Video = Shape<1, 8, 32, 32>;
using Frame = Shape<1, 32, 32>;

struct VideoSettings {
    Flags flags{};
    std::string model = "vae";
    float seconds = 0, beta = 1;
    int videos = 10'000, sampling_steps = 20;
};

constexpr int frames = Video::dims.depth();

/// Videos to learn from, or others: of the images to test with, where there are some, and of another seed.
inline MovingDigits<Video> moving_digits(const Flags& flags, bool to_learn, MovingDigitsOptions options, Range range) {
    options.seed = to_learn ? flags.seed : flags.seed + 1;
    const Split split = to_learn || !has_tests(flags) ? Split::train : Split::test;
    return MovingDigits<Video>(to_grey(load_images(flags, split, 14, 14)), options, range);
}

/// All frames, one video after another.
inline ImageData frames_of(View<Video> videos, Range range) {
    return to_images(View<Frame>{videos.data, videos.batch * frames}, range);
}

/// Writes what flags.out/strip.png shows, a video a row.
inline void save_strip(const ImageData& all, const Flags& flags) {
    save_grid(all, flags.out / "strip.png", frames);
}
/// Writes flags.out/moving.png, an animation of the videos, eight in a row.
inline void save_moving(const ImageData& all, const Flags& flags) {
    ImageData moving;
    for (int frame = 0; frame < frames; ++frame) {
        ImageData now = slice(all, frame, 1);
        for (int at = frame + frames; at < all.count; at += frames) now = join(std::move(now), slice(all, at, 1));
        moving = frame == 0 ? grid(now, 8) : join(std::move(moving), grid(now, 8));
    }
    save_apng(moving, flags.out / "moving.png", 150);
}

constexpr int drawn_together = 100;

/// By --samples: draw(count, number of the first) gives the frames of so many videos, `drawn_together` at most.
template <class Draw>
void save_drawn(const Flags& flags, const Draw& draw) {
    constexpr int together = drawn_together;
    if (flags.samples == 0) return;
    ImageData all = draw(std::min(together, flags.samples), 0);
    for (int done = together; done < flags.samples; done += together)
        all = join(std::move(all), draw(std::min(together, flags.samples - done), done));
    save_samples(all, flags);
}

inline void say_end(const Record& training, const Flags& flags) {
    std::printf("%ld steps, %.1f s; written:\n", training.history().rows(), training.seconds());
    name_files(flags.out, {"strip.png", "moving.png", "training.csv", "losses.png"});
}

/// As a cosine where it is known which step is the last.
inline Schedule schedule_of(const VideoSettings& settings, long batches) {
    const long steps = settings.flags.epochs * batches, warmup = std::clamp(steps / 2, 1L, 200L);
    return settings.seconds > 0 ? Schedule::linear_warmup(warmup) : Schedule::cosine(steps, warmup, 0.01f);
}

/// By --model: each trains, and writes videos and losses. The exit code.
int train_video_flow(const VideoSettings& settings);

}  // namespace example
