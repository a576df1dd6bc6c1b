// Videos of digits that move and bounce, made of images while they are asked for.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "genotype/data/loader_position.hpp"
#include "genotype/images/images.hpp"
#include "genotype/images/range.hpp"
#include "genotype/memory/view.hpp"
#include "genotype/random/draws.hpp"
#include "genotype/random/random_state.hpp"
#include "genotype/random/word_draws.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1 {

struct MovingDigitsOptions {
    int batch = 64;       // videos at a time
    int videos = 10'000;  // of an epoch; those at its end that fill no batch are left out
    int digits = 2;       // in each video
    float speed = 0.1f;   // of a digit in one frame, as a part of the way that it has from one edge to the other
    std::uint64_t seed = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [together, whole, objects, step, draws] = *this;
        visit("batch", together);
        visit("videos", whole);
        visit("digits", objects);
        visit("speed", step);
        visit("seed", draws);
    }
};

/// Gives videos of shape `S`, (1, frames, height, width), in which some of the images, drawn at random, go straight on
/// and bounce off the frames' edges; where they meet, a pixel is the lighter one's. Each video has digits, places and
/// directions of its own, which depend on the seed, the epoch and its place in that alone: neither on the batch nor on
/// the number of threads. All memory is allocated by the constructor.
///
///     MovingDigits<Shape<1, 8, 32, 32>> videos(resize(load_images("mnist", Split::train), 14, 14), {.batch = 32});
///     trainer.step(videos.next());
///
/// torchvision equivalent: `torchvision.datasets.MovingMNIST`, a file of 10 000 videos of 20 frames of 64 x 64 pixels.
/// Source: Srivastava, Mansimov and Salakhutdinov, "Unsupervised learning of video representations using LSTMs" (ICML
/// 2015), whose digits have the same speed, in a quarter of the frame's area, too. There one that would leave the frame
/// stops at the edge before it turns; here it turns at once.
template <ShapeType S>
class MovingDigits {
    static_assert(S::rank == 4 && S::dims.channels() == 1,
                  "moving digits are grey videos: Shape<1, frames, height, width>");
    static_assert(S::dims.height() < 65536 && S::dims.width() < 65536,
                  "frames of moving digits have sides below 65536");

  public:
    using Options = MovingDigitsOptions;

    /// Keeps the images, grey ones that fit into a frame; bytes 0 to 255 become `range.low` to `range.high`, and black
    /// is where no digit is. Throws `Error` where they do not fit, or an option makes no sense.
    explicit MovingDigits(ImageData images, Options options = {}, Range range = {})
        : images_(std::move(images)), options_(options) {
        constexpr const char* where = "moving digits";
        if (images_.channels != 1)
            fail(where, "channels of the images", images_.channels, "1 (to_grey makes one of three)");
        if (images_.count < 1) fail(where, "number of images", images_.count, "at least 1");
        if (images_.height < 1 || images_.width < 1 || images_.height > S::dims.height() ||
            images_.width > S::dims.width())
            fail(where, "size of the images", detail::concat(images_.height, " x ", images_.width),
                 detail::concat("at most that of a frame, ", S::dims.height(), " x ", S::dims.width(),
                                " (resize makes others)"));
        const std::size_t bytes = static_cast<std::size_t>(images_.count) * images_.stride();
        if (images_.bytes.size() != bytes)
            fail(where, "pixels", detail::concat(images_.bytes.size(), " bytes"), detail::concat(bytes, " bytes"));
        if (options.batch < 1) fail(where, "batch", options.batch, "at least 1");
        if (options.videos < options.batch)
            fail(where, "videos", options.videos, detail::concat("at least one batch of ", options.batch));
        if (options.digits < 1) fail(where, "digits", options.digits, "at least 1");
        if (!(options.speed >= 0 && options.speed <= 1)) fail(where, "speed", std::to_string(options.speed), "0 to 1");
        for (int byte = 0; byte < 256; ++byte) {
            const double part = static_cast<double>(static_cast<float>(byte) / 255.0f);  // as ToTensor rounds it
            const double low = range.low, high = range.high;
            values_of_bytes_[static_cast<std::size_t>(byte)] = static_cast<float>(low + (high - low) * part);
        }
        const auto values = static_cast<std::size_t>(options.batch) * static_cast<std::size_t>(S::count);
        bytes_.resize(values);
        values_.resize(values);
    }

    /// Batches in one epoch.
    int batches() const { return options_.videos / options_.batch; }
    const Options& options() const { return options_; }
    /// Images that digits are drawn from.
    long size() const { return images_.count; }

    /// The batch that comes next. Belongs into a checkpoint.
    LoaderPosition position() const { return position_; }

    /// Continues from there, as if all batches before had been given.
    void seek(LoaderPosition position) {
        if (position.epoch < 0) fail("moving digits", "epoch", position.epoch, "0 or more");
        if (position.batch < 0 || position.batch >= batches())
            fail("moving digits", "batch", position.batch, detail::concat("0 to ", batches() - 1));
        position_ = position;
    }

    /// The next batch; continues into the next epoch without end. Lives here until the next call.
    View<S> next() {
        const long first = position_.epoch * options_.videos + long{position_.batch} * options_.batch;
#pragma omp parallel for schedule(static) if (values_.size() >= 32768)
        for (int sample = 0; sample < options_.batch; ++sample) make(first + sample, sample * S::count);
        if (++position_.batch == batches()) position_ = {position_.epoch + 1, 0};
        return {values_.data(), options_.batch};
    }

  private:
    static constexpr long unit = 4096;  // parts of a pixel: whole numbers are the same on every machine

    /// Along one side, a digit's way and where it is on it at frame 0, and what it moves in a frame.
    struct Motion {
        long way, start, step;

        /// The digit's first pixel. At an end the way turns round.
        int at(int frame) const {
            if (way == 0) return 0;
            const long round = 2 * way;
            const long gone = ((start + frame * step) % round + round) % round;
            return static_cast<int>((std::min(gone, round - gone) + unit / 2) / unit);
        }
    };

    Motion draw_motion(detail::WordDraws& words, int room) const {
        const long way = room * unit;
        return {way, static_cast<long>(words.below(static_cast<std::uint32_t>(way + 1))), 0};
    }
    long step_of(float part, long way) const {
        return std::lround(static_cast<double>(part) * static_cast<double>(options_.speed) * static_cast<double>(way));
    }

    /// Video `number` of all, written at `to`.
    void make(long number, long to) {
        std::uint8_t* const video = bytes_.data() + to;
        std::fill_n(video, S::count, std::uint8_t{0});
        detail::WordDraws words(options_.seed, static_cast<std::uint64_t>(number) << 16, streams::videos);
        for (int digit = 0; digit < options_.digits; ++digit) {
            const int image = static_cast<int>(words.below(static_cast<std::uint32_t>(images_.count)));
            Motion down = draw_motion(words, S::dims.height() - images_.height);
            Motion across = draw_motion(words, S::dims.width() - images_.width);
            const detail::Direction direction = detail::direction_of(words.next());
            down.step = step_of(direction.sine, down.way);
            across.step = step_of(direction.cosine, across.way);
            for (int frame = 0; frame < S::dims.depth(); ++frame)
                put(image, down.at(frame), across.at(frame),
                    video + static_cast<long>(frame) * S::dims.height() * S::dims.width());
        }
        for (long at = 0; at < S::count; ++at) values_[static_cast<std::size_t>(to + at)] = values_of_bytes_[video[at]];
    }

    void put(int image, int top, int left, std::uint8_t* frame) const {
        const std::uint8_t* from = images_[image].data();
        for (int row = 0; row < images_.height; ++row, from += images_.width) {
            std::uint8_t* const to = frame + static_cast<long>(top + row) * S::dims.width() + left;
            for (int column = 0; column < images_.width; ++column) to[column] = std::max(to[column], from[column]);
        }
    }

    ImageData images_;
    Options options_;
    LoaderPosition position_;
    std::array<float, 256> values_of_bytes_;
    std::vector<std::uint8_t> bytes_;
    std::vector<float> values_;
};

}  // namespace genotype::inline v0_1
