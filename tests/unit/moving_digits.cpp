// Videos of moving digits: that they go straight and bounce, what a frame holds, and that a place settles a video.
#include "genotype/data/moving_digits.hpp"

#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <string>
#include <vector>

using namespace genotype;

namespace {

ImageData filled(int height, int width, const std::vector<std::uint8_t>& bytes) {
    ImageData images = blank_images(static_cast<int>(bytes.size()), height, width, 1);
    for (int image = 0; image < images.count; ++image)
        for (std::uint8_t& byte : images[image]) byte = bytes[static_cast<std::size_t>(image)];
    return images;
}

template <ShapeType S>
std::vector<float> copy_of(View<S> view) {
    return {view.data, view.data + view.size()};
}

/// Where what moves between two walls is, step by step.
double bounced(double place, double step, int steps, double way) {
    for (int done = 0; done < steps; ++done) {
        place += step;
        if (place < 0 || place > way) {
            place = place < 0 ? -place : 2 * way - place;
            step = -step;
        }
    }
    return place;
}

/// The steps a frame, a hundredth of a pixel apart, that come as near as a pixel to all of these places.
std::vector<double> steps_through(const std::vector<int>& places, double way) {
    std::vector<double> found;
    for (int hundredths = -1000; hundredths <= 1000; ++hundredths) {
        bool fits = true;
        for (std::size_t frame = 0; frame < places.size() && fits; ++frame)
            fits =
                std::abs(bounced(places[0], hundredths / 100.0, static_cast<int>(frame), way) - places[frame]) < 1.01;
        if (fits) found.push_back(std::abs(hundredths / 100.0));
    }
    return found;
}

}  // namespace

TEST_CASE("a digit goes straight on at one speed and turns round at the edges") {
    using Video = Shape<1, 9, 101, 81>;
    MovingDigits<Video> videos(filled(1, 1, {255}), {.batch = 50, .videos = 50, .digits = 1, .seed = 3});
    const View<Video> clips = videos.next();
    int turned = 0, upward = 0, leftward = 0;
    for (int n = 0; n < clips.batch; ++n) {
        std::vector<int> rows, columns;
        for (int frame = 0; frame < 9; ++frame)
            for (int row = 0; row < 101; ++row)
                for (int column = 0; column < 81; ++column)
                    if (clips(n, 0, frame, row, column) == 1) {
                        rows.push_back(row);
                        columns.push_back(column);
                    }
        REQUIRE(rows.size() == 9);  // one in each frame
        const auto down = steps_through(rows, 100), across = steps_through(columns, 80);
        REQUIRE(!down.empty());
        REQUIRE(!across.empty());
        // A tenth of the way a frame: 10 rows, 8 columns, by a direction.
        bool is_one_speed = false;
        for (const double y : down)
            for (const double x : across)
                is_one_speed = is_one_speed || std::abs(std::hypot(y / 10, x / 8) - 1) < 0.005;
        CHECK(is_one_speed);
        for (std::size_t frame = 2; frame < 9; ++frame)
            turned += (rows[frame] - rows[frame - 1]) * (rows[1] - rows[0]) < 0;
        upward += rows[1] < rows[0];
        leftward += columns[1] < columns[0];
    }
    CHECK(turned > 20);
    CHECK((upward > 10 && upward < 40 && leftward > 10 && leftward < 40));
}

TEST_CASE("a frame holds whole digits, the lighter one in front, as floats of the range") {
    using Video = Shape<1, 2, 3, 2>;
    MovingDigits<Video> videos(filled(3, 2, {51, 204}), {.batch = 400, .videos = 400}, Range{-1, 1});
    const View<Video> clips = videos.next();
    int light = 0;
    for (int n = 0; n < clips.batch; ++n) {
        const float first = clips(n, 0, 0, 0, 0);
        CHECK((first == -1 + 2 * 51.0f / 255 || first == -1 + 2 * 204.0f / 255));
        for (int at = 0; at < Video::count; ++at) CHECK(clips.data[n * Video::count + at] == first);
        light += first > 0;
    }
    CHECK((light > 260 && light < 340));  // three of four: at least one of two draws

    ImageData corner = blank_images(1, 2, 2, 1);
    corner.bytes = {10, 20, 30, 40};
    MovingDigits<Shape<1, 1, 4, 5>> still(corner, {.batch = 20, .videos = 20, .digits = 1, .speed = 0}, Range{0, 255});
    const auto frames = still.next();
    for (int n = 0; n < frames.batch; ++n) {
        std::vector<float> seen;
        for (int row = 0; row < 4; ++row)
            for (int column = 0; column < 5; ++column)
                if (frames(n, 0, 0, row, column) == 10)
                    seen = {frames(n, 0, 0, row, column + 1), frames(n, 0, 0, row + 1, column),
                            frames(n, 0, 0, row + 1, column + 1)};
        CHECK((seen == std::vector<float>{20, 30, 40}));
    }
}

TEST_CASE("a video depends on the seed, the epoch and its place in that alone") {
    using Video = Shape<1, 8, 32, 32>;
    const ImageData digits = filled(14, 14, {40, 80, 120, 160, 200, 240});
    MovingDigits<Video> videos(digits, {.batch = 6, .videos = 20, .seed = 5});
    CHECK(videos.batches() == 3);
    omp_set_num_threads(3);
    std::vector<float> all;
    for (int batch = 0; batch < 3; ++batch) {
        const auto some = copy_of(videos.next());
        all.insert(all.end(), some.begin(), some.end());
    }
    CHECK(videos.position() == LoaderPosition{1, 0});
    const auto second_epoch = copy_of(videos.next());
    CHECK(second_epoch != std::vector<float>(all.begin(), all.begin() + 6 * Video::count));

    omp_set_num_threads(1);
    MovingDigits<Video> other(digits, {.batch = 9, .videos = 20, .seed = 5});
    const auto nine = copy_of(other.next()), next_nine = copy_of(other.next());
    CHECK(nine == std::vector<float>(all.begin(), all.begin() + 9 * Video::count));
    CHECK(next_nine == std::vector<float>(all.begin() + 9 * Video::count, all.end()));
    CHECK(copy_of(other.next()) != nine);
    videos.seek({0, 0});
    videos.seek({1, 0});
    CHECK(copy_of(videos.next()) == second_epoch);
    MovingDigits<Video> third(digits, {.batch = 9, .videos = 20, .seed = 6});
    CHECK(copy_of(third.next()) != nine);
}

TEST_CASE("a seed's videos never change") {
    MovingDigits<Shape<1, 3, 20, 20>> videos(filled(2, 2, {1, 2, 3}), {.batch = 2, .videos = 2, .seed = 9}, {0, 255});
    const auto clips = videos.next();
    std::vector<long> lit;  // the first pixel of each frame that is lit, and how light
    for (int frame = 0; frame < 6; ++frame)
        for (long at = 0; at < 400; ++at)
            if (const float value = clips.data[frame * 400 + at]; value > 0) {
                lit.insert(lit.end(), {at, std::lround(value)});
                break;
            }
    CHECK((lit == std::vector<long>{20, 3, 1, 3, 42, 3, 135, 2, 94, 2, 53, 2}));
}

TEST_CASE("what cannot be made is an error") {
    using Videos = MovingDigits<Shape<1, 2, 4, 4>>;
    const auto refuse = [](const ImageData& images, MovingDigitsOptions options, const char* words) {
        CHECK_THROWS_WITH_AS(Videos(images, options), doctest::Contains(words), Error);
    };
    const ImageData right = filled(4, 4, {9});
    ImageData colours = blank_images(1, 2, 2, 3), cut = right;
    cut.bytes.pop_back();
    refuse(colours, {}, "moving digits: channels of the images: found 3, expected 1");
    refuse(blank_images(0, 2, 2, 1), {}, "moving digits: number of images: found 0, expected at least 1");
    refuse(filled(5, 4, {9}), {}, "size of the images: found 5 x 4, expected at most that of a frame, 4 x 4");
    refuse(cut, {}, "moving digits: pixels: found 15 bytes, expected 16 bytes");
    refuse(right, {.batch = 0}, "moving digits: batch: found 0, expected at least 1");
    refuse(right, {.batch = 5, .videos = 4}, "moving digits: videos: found 4, expected at least one batch of 5");
    refuse(right, {.digits = 0}, "moving digits: digits: found 0, expected at least 1");
    refuse(right, {.speed = std::nanf("")}, "moving digits: speed: found nan, expected 0 to 1");
    Videos videos(right, {.batch = 2, .videos = 5});
    CHECK_THROWS_WITH_AS(videos.seek({0, 2}), "moving digits: batch: found 2, expected 0 to 1", Error);
    CHECK_THROWS_WITH_AS(videos.seek({-1, 0}), "moving digits: epoch: found -1, expected 0 or more", Error);
}
