// The IDX reader: good files, and every way in which a file can be bad.
#include "genotype/images/idx.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <string>

#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

std::string big_endian(std::uint32_t value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
            static_cast<char>(value)};
}

std::string images_header(std::uint32_t magic, std::uint32_t count, std::uint32_t height, std::uint32_t width) {
    return big_endian(magic) + big_endian(count) + big_endian(height) + big_endian(width);
}

std::string two_images() {
    return images_header(0x803, 2, 2, 3) + "abcdefghijkl";
}
std::string two_labels() {
    return big_endian(0x801) + big_endian(2) + std::string("\x07\x02", 2);
}

std::string gzip(const std::string& plain) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string packed(deflateBound(&stream, plain.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

void check_two(const ImageData& images) {
    CHECK(images.count == 2);
    CHECK(images.height == 2);
    CHECK(images.width == 3);
    CHECK(images.channels == 1);
    CHECK(std::string(images.bytes.begin(), images.bytes.end()) == "abcdefghijkl");
}

/// All parts of the message must be there, the file's name first.
void check_error(const std::filesystem::path& file, std::initializer_list<const char*> parts) {
    const std::string text = error_of([&] { read_idx(file); });
    CAPTURE(text);
    CHECK(contains(text, file.string()));
    for (const char* part : parts) CHECK(contains(text, part));
}

}  // namespace

TEST_CASE("plain and gzip files are read alike") {
    TemporaryFolder folder;
    check_two(read_idx(folder.file("plain", two_images())));
    check_two(read_idx(folder.file("packed.gz", gzip(two_images()))));
    check_two(
        read_idx(folder.file("in-two-members.gz", gzip(two_images().substr(0, 9)) + gzip(two_images().substr(9)))));
    const ImageData labelled =
        read_idx(folder.file("images", two_images()), folder.file("labels.gz", gzip(two_labels())));
    check_two(labelled);
    CHECK(labelled.labels == std::vector<int>{7, 2});
}

TEST_CASE("issue 17.21: zeros after gzip's data, as gzip and Python pass them over") {
    TemporaryFolder folder;
    const std::string zeros(200'000, '\0');
    check_two(read_idx(folder.file("padded.gz", gzip(two_images()) + zeros)));
    const ImageData labelled =
        read_idx(folder.file("images.gz", gzip(two_images().substr(0, 9)) + zeros + gzip(two_images().substr(9))),
                 folder.file("labels.gz", gzip(two_labels()) + std::string(1, '\0')));
    check_two(labelled);
    CHECK(labelled.labels == std::vector<int>{7, 2});
    check_error(folder.file("more.gz", gzip(two_images()) + zeros + "more"), {"gzip data"});
}

TEST_CASE("a file cut anywhere is an error that names it") {
    TemporaryFolder folder;
    for (const std::string& whole : {two_images(), gzip(two_images())})
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto file = folder.file("cut", whole.substr(0, size));
            const std::string text = error_of([&] { read_idx(file); });
            CAPTURE(size);
            CHECK(contains(text, file.string()));
            CHECK(contains(text, "expected"));
        }
    check_error(folder.file("cut", two_images().substr(0, 20)), {"pixels", "found 4 bytes", "expected 12 bytes"});
}

TEST_CASE("wrong headers are errors") {
    TemporaryFolder folder;
    check_error(folder.file("a", two_labels() + two_labels()),
                {"magic number", "found 0x00000801", "expected 0x00000803"});
    check_error(folder.file("b", "PNG not IDX at all"), {"magic number"});
    check_error(folder.file("c", images_header(0x803, 0, 2, 3)), {"number of images", "found 0"});
    check_error(folder.file("d", images_header(0x803, 1, 0, 3)), {"height", "found 0"});
    check_error(folder.file("e", images_header(0x803, 1, 2, 0x80000000u)), {"width", "found 2147483648"});
    check_error(folder.file("f", two_images() + "x"), {"pixels", "more bytes"});
    check_error(folder.file("g.gz", gzip(two_images() + "x")), {"pixels", "more bytes"});
    check_error(folder.file("h.gz", gzip(two_images()) + "x"), {"gzip data"});
    check_error(folder / "absent", {"file"});
    check_error(folder.path(), {"a folder"});
}

TEST_CASE("a header that claims too much is refused before memory is taken") {
    TemporaryFolder folder;
    // The product wraps to 0 in 64 bits for the first, and is 2^47 for the second: 128 TiB that are not there.
    check_error(folder.file("a", images_header(0x803, 0x40000000, 0x40000000, 0x40000000)), {"size", "less than 2^48"});
    check_error(folder.file("b", images_header(0x803, 0x7fffffff, 0x100, 0x100) + "abc"), {"pixels", "found 3 bytes"});
    check_error(folder.file("c.gz", gzip(images_header(0x803, 0x7fffffff, 0x100, 0x100) + "abc")), {"found 3 bytes"});
}

TEST_CASE("damaged gzip data is an error") {
    TemporaryFolder folder;
    std::string packed = gzip(two_images());
    packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // the checksum
    check_error(folder.file("a.gz", packed), {"gzip data", "incorrect data check"});
}

TEST_CASE("labels must be as many as images") {
    TemporaryFolder folder;
    const auto images = folder.file("images", two_images());
    const auto labels = folder.file("labels", big_endian(0x801) + big_endian(3) + "abc");
    std::string text = error_of([&] { read_idx(images, labels); });
    CHECK(contains(text, labels.string()));
    CHECK(contains(text, "number of labels: found 3, expected 2"));
    CHECK(contains(text, images.string()));
    text = error_of([&] { read_idx(images, images); });
    CHECK(contains(text, "found 0x00000803 (IDX, 3 dimensions of uint8), expected 0x00000801"));
    text = error_of([&] { read_idx(images, folder.file("short", two_labels().substr(0, 9))); });
    CHECK(contains(text, "labels: found 1 bytes, expected 2 bytes"));
    text = error_of([&] { read_idx(images, folder.file("long", two_labels() + "x")); });
    CHECK(contains(text, "labels: found more bytes"));
}

TEST_CASE("issue 17.21: QMNIST's labels are read, and other types are named") {
    TemporaryFolder folder;
    const auto images = folder.file("images", two_images());
    const auto labels = [&](std::uint32_t columns, std::uint32_t first) {
        std::string bytes = big_endian(0xc02) + big_endian(2) + big_endian(columns);
        for (std::uint32_t row = 0; row < 2; ++row)
            for (std::uint32_t column = 0; column < columns; ++column)
                bytes += big_endian(column == 0 ? first + row : 1000 + column);
        return folder.file("labels", bytes);
    };
    CHECK(read_idx(images, labels(8, 4)).labels == std::vector<int>{4, 5});
    CHECK(contains(error_of([&] { read_idx(images, labels(7, 4)); }), "labels: columns: found 7, expected 8"));
    CHECK(contains(error_of([&] { read_idx(images, labels(8, 0xffffffff)); }), "label 0: found -1, expected 0 to 255"));
    CHECK(contains(error_of([&] { read_idx(images, labels(8, 256)); }), "label 0: found 256, expected 0 to 255"));
    labels(8, 4);
    std::filesystem::resize_file(folder / "labels", 70);
    CHECK(
        contains(error_of([&] { read_idx(images, folder / "labels"); }), "labels: found 22 bytes, expected 28 bytes"));
    const auto floats = folder.file("floats", images_header(0xd03, 2, 2, 3));
    check_error(floats, {"magic number: found 0x00000d03 (IDX, 3 dimensions of float32), expected 0x00000803"});
}

TEST_CASE("MNIST itself") {
    const auto folder = test_data("mnist");
    if (folder.empty()) {
        MESSAGE("skipped: GENOTYPE_TEST_DATA names no folder that holds mnist/");
        return;
    }
    const ImageData images = read_idx(folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz");
    CHECK(images.count == 10000);
    CHECK(images.height == 28);
    CHECK(images.width == 28);
    CHECK(images.labels[0] == 7);
    long sum = 0;
    for (const int byte : images.bytes) sum += byte;
    CHECK(sum == 264923200);
}
