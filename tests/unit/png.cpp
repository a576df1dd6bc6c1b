// PNG files in and out, animations, and grids.
#include "genotype/images/png.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "genotype/images/apng.hpp"
#include "genotype/images/grid.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

ImageData striped(int count, int height, int width, int channels) {
    ImageData images = blank_images(count, height, width, channels);
    for (std::size_t byte = 0; byte < images.bytes.size(); ++byte)
        images.bytes[byte] = static_cast<std::uint8_t>(byte * 37 + 11);
    return images;
}

/// Grey with transparency, 2 x 2, written by hand: values 10, 20, 30, 40 under four opacities.
std::string grey_alpha_file() {
    const std::vector<std::uint8_t> pixels{10, 0, 20, 255, 30, 128, 40, 1};
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = image.height = 2;
    image.format = PNG_FORMAT_GA;
    std::string file(1000, '\0');
    png_alloc_size_t size = file.size();
    REQUIRE(png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, nullptr));
    file.resize(size);
    return file;
}

std::string chunk(const std::string& type_and_data) {
    std::string file;
    const auto add = [&](std::size_t number) {
        for (const int shift : {24, 16, 8, 0}) file += static_cast<char>(number >> shift);
    };
    add(type_and_data.size() - 4);
    file += type_and_data;
    add(crc32(0, reinterpret_cast<const Bytef*>(type_and_data.data()), static_cast<uInt>(type_and_data.size())));
    return file;
}

/// 1 x 3 with 16 bits a value, written by hand; 0: grey, 2: colour, 4: grey with transparency.
std::string deep_file(char colour_type, const std::vector<int>& values) {
    std::string row(1, '\0');  // no filter
    for (const int value : values) {
        row += static_cast<char>(value >> 8);
        row += static_cast<char>(value);
    }
    std::string packed(compressBound(static_cast<uLong>(row.size())), '\0');
    uLongf size = packed.size();
    REQUIRE(compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(row.data()),
                     static_cast<uLong>(row.size())) == Z_OK);
    packed.resize(size);
    return "\x89PNG\r\n\x1a\n" +
           chunk(std::string("IHDR\0\0\0\3\0\0\0\1\x10", 13) + colour_type + std::string(3, '\0')) +
           chunk("IDAT" + packed) + chunk("IEND");
}

std::uint32_t number_at(const std::string& text, std::size_t place, std::size_t bytes) {
    std::uint32_t number = 0;
    for (std::size_t at = 0; at < bytes; ++at) number = number << 8 | static_cast<std::uint8_t>(text.at(place + at));
    return number;
}

/// Types and contents of a PNG file's chunks, whose sums are looked at.
std::vector<std::pair<std::string, std::string>> chunks_of(const std::string& file) {
    std::vector<std::pair<std::string, std::string>> chunks;
    for (std::size_t at = 8; at < file.size();) {
        const std::size_t size = number_at(file, at, 4);
        const std::string whole = file.substr(at + 4, size + 4);
        CHECK(file.substr(at, size + 12) == chunk(whole));
        chunks.emplace_back(whole.substr(0, 4), whole.substr(4));
        at += size + 12;
    }
    return chunks;
}

std::vector<std::uint8_t> unpacked_rows(const std::string& packed, int rows, int row_bytes) {
    std::string all(static_cast<std::size_t>(rows * (row_bytes + 1)), '\1');
    uLongf size = all.size();
    REQUIRE(uncompress(reinterpret_cast<Bytef*>(all.data()), &size, reinterpret_cast<const Bytef*>(packed.data()),
                       static_cast<uLong>(packed.size())) == Z_OK);
    REQUIRE(size == all.size());
    std::vector<std::uint8_t> pixels;
    for (std::size_t at = 0; at < all.size(); ++at) {
        const bool is_filter = at % static_cast<std::size_t>(row_bytes + 1) == 0;
        if (is_filter) CHECK(all[at] == '\0');
        if (!is_filter) pixels.push_back(static_cast<std::uint8_t>(all[at]));
    }
    return pixels;
}

}  // namespace

TEST_CASE("issue 20.4: an animation holds its frames in order, and readers of images see the first") {
    TemporaryFolder folder;
    for (const int channels : {1, 3})
        for (const int count : {1, 4}) {
            const ImageData frames = striped(count, 5, 7, channels);
            save_apng(frames, folder / "moving.png", 40);
            CHECK(load_png(folder / "moving.png").bytes == slice(frames, 0, 1).bytes);
            const auto chunks = chunks_of(content_of(folder / "moving.png"));
            REQUIRE(chunks.size() == static_cast<std::size_t>(3 + 2 * count));
            CHECK(chunks[0].first == "IHDR");
            CHECK(chunks[1].first == "acTL");
            CHECK(number_at(chunks[1].second, 0, 4) == static_cast<std::uint32_t>(count));
            CHECK(number_at(chunks[1].second, 4, 4) == 0);
            CHECK((chunks.back() == std::pair<std::string, std::string>("IEND", "")));
            std::uint32_t sequence = 0;
            for (int frame = 0; frame < count; ++frame) {
                const auto& [control, facts] = chunks[static_cast<std::size_t>(2 + 2 * frame)];
                auto [kind, packed] = chunks[static_cast<std::size_t>(3 + 2 * frame)];
                CHECK(control == "fcTL");
                REQUIRE(facts.size() == 26);
                CHECK(number_at(facts, 0, 4) == sequence++);
                CHECK(number_at(facts, 4, 4) == 7);
                CHECK(number_at(facts, 8, 4) == 5);
                CHECK(facts.substr(12) == std::string("\0\0\0\0\0\0\0\0\0\x28\x03\xe8\0\0", 14));
                CHECK(kind == (frame == 0 ? "IDAT" : "fdAT"));
                if (frame > 0) {
                    CHECK(number_at(packed, 0, 4) == sequence++);
                    packed.erase(0, 4);
                }
                CHECK(unpacked_rows(packed, 5, 7 * channels) == slice(frames, frame, 1).bytes);
            }
        }
    CHECK(folder.entries() == 1);
    const auto refuse = [&](const ImageData& frames, int milliseconds, const char* words) {
        CHECK_THROWS_WITH_AS(save_apng(frames, folder / "no.png", milliseconds), doctest::Contains(words), Error);
    };
    ImageData cut = striped(2, 5, 7, 1);
    cut.bytes.pop_back();
    refuse(striped(0, 5, 7, 1), 40, "no.png: number of frames: found 0, expected at least 1");
    refuse(striped(1, 5, 7, 2), 40, "no.png: channels: found 2, expected 1 or 3");
    refuse(striped(1, 0, 7, 1), 40, "no.png: frame: found 0 x 7 x 1, expected a size that PNG can hold");
    refuse(cut, 40, "no.png: pixels: found 69 bytes, expected 70 bytes");
    refuse(striped(1, 5, 7, 1), 0, "no.png: milliseconds of a frame: found 0, expected 1 to 65535");
    CHECK(folder.entries() == 1);
}

TEST_CASE("what is written is read back") {
    TemporaryFolder folder;
    for (const int channels : {1, 3})
        for (const int side : {1, 7, 32}) {
            const ImageData image = striped(1, side, side + 2, channels);
            save_png(image, folder / "image.png");
            const ImageData back = load_png(folder / "image.png");
            CHECK(back.count == 1);
            CHECK(back.height == side);
            CHECK(back.width == side + 2);
            CHECK(back.channels == channels);
            CHECK(back.bytes == image.bytes);
        }
    CHECK(folder.entries() == 1);
}

TEST_CASE("transparency is dropped, not blended") {
    TemporaryFolder folder;
    const ImageData image = load_png(folder.file("alpha.png", grey_alpha_file()));
    CHECK(image.channels == 1);
    CHECK(image.bytes == std::vector<std::uint8_t>{10, 20, 30, 40});
}

TEST_CASE("values of 16 bits are rounded to 8, whatever is beside them, and never cut off or shifted") {
    TemporaryFolder folder;
    const auto bytes = [&](char colour_type, const std::vector<int>& values) {
        return load_png(folder.file("deep.png", deep_file(colour_type, values))).bytes;
    };
    CHECK(bytes(0, {1000, 32768, 65535}) == std::vector<std::uint8_t>{4, 128, 255});
    CHECK(bytes(2, {0, 128, 129, 385, 386, 1000, 65534, 65406, 257}) ==
          std::vector<std::uint8_t>{0, 0, 1, 1, 2, 4, 255, 254, 1});
    CHECK(bytes(4, {1000, 0, 32768, 1, 65535, 65535}) == std::vector<std::uint8_t>{4, 128, 255});
}

TEST_CASE("gamma does not change the bytes") {
    TemporaryFolder folder;
    save_png(striped(1, 5, 6, 3), folder / "plain.png");
    std::string file = content_of(folder / "plain.png");
    std::string gamma("gAMA\0\x01\x86\xa0", 8);  // 1.0: linear light
    const auto sum = crc32(0, reinterpret_cast<const Bytef*>(gamma.data()), 8);
    for (const int shift : {24, 16, 8, 0}) gamma += static_cast<char>(sum >> shift);
    constexpr std::size_t header_end = 33;
    const std::size_t pixels = file.find("IDAT") - 4;  // what lies between says sRGB, which would count for more
    file.replace(header_end, pixels - header_end, std::string("\0\0\0\x04", 4) + gamma);
    CHECK(load_png(folder.file("gamma.png", file)).bytes == striped(1, 5, 6, 3).bytes);
}

TEST_CASE("a PNG cut anywhere is an error that names it") {
    TemporaryFolder folder;
    save_png(striped(1, 5, 6, 3), folder / "whole.png");
    const std::string whole = content_of(folder / "whole.png");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const auto file = folder.file("cut.png", whole.substr(0, size));
        CHECK(contains(error_of([&] { load_png(file); }), file.string() + ": "));
    }
    CHECK(error_of([&] { load_png(folder.file("cut.png", whole)); }) == "no error");
}

TEST_CASE("damaged and lying PNGs are errors") {
    TemporaryFolder folder;
    save_png(striped(1, 5, 6, 3), folder / "whole.png");
    const std::string whole = content_of(folder / "whole.png");
    for (std::size_t byte = 0; byte < whole.size(); ++byte) {  // never a crash, whatever byte is wrong
        std::string damaged = whole;
        damaged[byte] = static_cast<char>(damaged[byte] ^ 0x55);
        const auto file = folder.file("damaged.png", damaged);
        const std::string text = error_of([&] { load_png(file); });
        CHECK(text != "");
    }
    std::string flipped = whole;
    flipped[whole.size() - 20] = static_cast<char>(flipped[whole.size() - 20] ^ 0x55);  // within the pixels
    CHECK(contains(error_of([&] { load_png(folder.file("flipped.png", flipped)); }), "flipped.png: pixels"));
    // A header that claims 100,000 x 100,000 pixels (with its right checksum) in a file of about a hundred bytes.
    std::string large = whole;
    large.replace(16, 8, std::string("\0\x01\x86\xa0\0\x01\x86\xa0", 8));
    std::uint32_t sum = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(large.data()) + 12, 17));
    for (int byte = 0; byte < 4; ++byte, sum <<= 8)
        large[static_cast<std::size_t>(29 + byte)] = static_cast<char>(sum >> 24);
    const std::string text = error_of([&] { load_png(folder.file("large.png", large)); });
    CHECK(contains(text, "large.png: size: found 100000 x 100000"));
    CHECK(contains(error_of([&] { load_png(folder / "absent.png"); }), "absent.png: file"));
    CHECK(contains(error_of([&] { load_png(folder.path()); }), "file: found no plain file"));
}

TEST_CASE("what PNG cannot hold is an error") {
    TemporaryFolder folder;
    CHECK(contains(error_of([&] { save_png(striped(2, 4, 4, 1), folder / "a.png"); }), "number of images: found 2"));
    CHECK(contains(error_of([&] { save_png(striped(1, 4, 4, 2), folder / "a.png"); }), "channels: found 2"));
    CHECK(contains(error_of([&] { save_png(striped(1, 0, 4, 1), folder / "a.png"); }), "a.png: image"));
    CHECK(folder.entries() == 0);
}

TEST_CASE("a grid is laid out as torchvision's") {
    ImageData three = blank_images(3, 1, 2, 1);
    three.bytes = {1, 2, 3, 4, 5, 6};
    const ImageData whole = grid(three, 2, 1);
    CHECK(whole.count == 1);
    CHECK(whole.height == 5);
    CHECK(whole.width == 7);
    CHECK(whole.bytes == std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0, 0,  //
                                                   0, 1, 2, 0, 3, 4, 0,  //
                                                   0, 0, 0, 0, 0, 0, 0,  //
                                                   0, 5, 6, 0, 0, 0, 0,  //
                                                   0, 0, 0, 0, 0, 0, 0});
    CHECK(grid(three, 8, 0).bytes == three.bytes);
    CHECK(grid(striped(1, 4, 5, 3)).bytes == striped(1, 4, 5, 3).bytes);
    CHECK(grid(striped(9, 4, 5, 3)).width == 8 * 7 + 2);
    CHECK(contains(error_of([&] { grid(ImageData{}); }), "number of images: found 0"));
    CHECK(contains(error_of([&] { grid(three, 0); }), "columns: found 0"));
    CHECK(contains(error_of([&] { grid(three, 1, -1); }), "padding: found -1"));
    CHECK(contains(error_of([&] { grid(three, 1, 1 << 30); }), "size: found"));
}

TEST_CASE("images are cut and joined with their labels") {
    ImageData four = striped(4, 1, 2, 1);
    four.labels = {5, 6, 7, 8};
    const ImageData middle = slice(four, 1, 2);
    CHECK(middle.count == 2);
    CHECK(middle.labels == std::vector<int>{6, 7});
    CHECK(middle.bytes == std::vector<std::uint8_t>(four.bytes.begin() + 2, four.bytes.begin() + 6));
    const ImageData back = join(slice(four, 0, 1), slice(four, 1, 3));
    CHECK(back.count == 4);
    CHECK(back.bytes == four.bytes);
    CHECK(back.labels == four.labels);
    CHECK(join(four, striped(1, 1, 2, 1)).labels.empty());
    CHECK(slice(four, 4, 0).count == 0);
    CHECK(contains(error_of([&] { slice(four, 3, 2); }), "slice: found 3 and 2 more, expected a part of 4"));
    CHECK(contains(error_of([&] { slice(four, -1, 2); }), "slice"));
    CHECK(contains(error_of([&] { join(four, striped(1, 2, 1, 1)); }), "size: found 2 x 1 x 1, expected 1 x 2 x 1"));
}

TEST_CASE("floats become the nearest bytes") {
    const std::vector<float> values{-1.0f, 1.0f, 0.0f, -3.0f, 7.0f, 0.0039f};
    const View<Shape<3, 1, 2>> view{values.data(), 1};
    CHECK(to_images(view, {-1, 1}).bytes == std::vector<std::uint8_t>{0, 255, 128, 0, 255, 128});
    CHECK(grid(view, {0, 1}).bytes == std::vector<std::uint8_t>{0, 255, 0, 0, 255, 1});
    const ImageData square = to_images<Shape<1, 2, 3>>(View<Shape<6>>{values.data(), 1}, {0, 1});
    CHECK(square.height == 2);
    CHECK(square.channels == 1);
    const std::vector<float> bad{0.0f, std::numeric_limits<float>::quiet_NaN()};
    CHECK(contains(error_of([&] { to_images(View<Shape<1, 1, 2>>{bad.data(), 1}, {0, 1}); }), "not a number"));
    CHECK(contains(error_of([&] { to_images(View<Shape<1, 1, 2>>{bad.data(), 1}, {1, 1}); }), "range"));
}
