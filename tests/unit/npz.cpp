// Several arrays in one .npz file.
#include "genotype/io/npz.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

struct Member {
    std::string name, content;
};

std::string archive_of(const std::vector<Member>& members) {
    std::vector<detail::ZipPart> parts;
    for (const Member& member : members) parts.push_back({member.name, member.content, {}});
    detail::ZipWriter archive("test");
    for (const detail::ZipPart& part : parts) archive.add(part, false);
    return archive.finish();
}

std::string replaced(std::string text, const std::string& old, const std::string& by) {
    REQUIRE(contains(text, old));
    for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += by.size())
        text.replace(at, old.size(), by);
    return text;
}

struct Arrays {
    FloatArray floats{{2, 3}, {1, 2, 3, 4, 5, 6}};
    Tensor<Shape<20>> latents{3};
    ImageData images = blank_images(2, 3, 4, 1);

    Arrays() {
        latents(2, 19) = -0.5f;
        images.bytes[23] = 77;
    }
    std::vector<NpzEntry> entries() const { return {{"floats", floats}, {"z", latents}, {"x", images}}; }
};

}  // namespace

TEST_CASE("arrays are written stored and deflated, and read back by name") {
    TemporaryFolder folder;
    const Arrays our;
    save_npz(our.entries(), folder / "stored.npz");
    save_npz_compressed(our.entries(), folder / "deflated.npz");
    CHECK(content_of(folder / "deflated.npz").size() < content_of(folder / "stored.npz").size());
    for (const std::string file : {"stored.npz", "deflated.npz"}) {
        Npz archive(folder / file);
        CHECK(archive.names() == std::vector<std::string>{"floats", "z", "x"});
        const ImageData images = archive.read_images("x");  // in any order, and more than once
        CHECK(size_text(images) == "3 x 4 x 1");
        CHECK(images.bytes == our.images.bytes);
        for (int time = 0; time < 2; ++time) {
            const FloatArray floats = archive.read("floats");
            CHECK(floats.sizes == our.floats.sizes);
            CHECK(floats.values == our.floats.values);
        }
        const Tensor<Shape<20>> latents = archive.read<Shape<20>>("z");
        REQUIRE(latents.batch() == 3);
        CHECK(std::equal(latents.values().begin(), latents.values().end(), our.latents.values().begin()));
    }
    const std::string once = content_of(folder / "stored.npz");
    save_npz(our.entries(), folder / "stored.npz");
    CHECK(content_of(folder / "stored.npz") == once);  // no time of day in it
}

TEST_CASE("what cannot be written is an error, and leaves the old file") {
    TemporaryFolder folder;
    const Arrays our;
    const auto path = folder / "a.npz";
    save_npz({{"old", our.floats}}, path);
    const auto error = [&](const std::vector<NpzEntry>& entries) { return error_of([&] { save_npz(entries, path); }); };
    CHECK(contains(error({}), "a.npz: number of arrays: found 0"));
    CHECK(contains(error({{"", our.floats}}), "a.npz: name of array 0: found ''"));
    CHECK(contains(error({{"b", our.floats}, {std::string("a\0b", 3), our.floats}}), "name of array 1"));
    CHECK(contains(error({{"z", our.floats}, {"z", our.latents}}), "a.npz: member z.npy: found File already exists"));
    CHECK(contains(error({{"\xff\xfe", our.floats}}), "expected a new name in UTF-8"));
    CHECK(contains(error({{"z", FloatArray{{7}, {1}}}}), "a.npz: z: number of values: found 1, expected 7"));
    CHECK(contains(error_of([&] { save_npz({{"z", our.floats}}, folder / "no/a.npz"); }), "folder"));
    CHECK(Npz(path).names() == std::vector<std::string>{"old"});
    CHECK(folder.entries() == 1);
    save_npz({{"größe/z", our.floats}}, path);
    CHECK(Npz(path).read("größe/z").values == our.floats.values);
}

TEST_CASE("another name, type or shape is an error that names file and array") {
    TemporaryFolder folder;
    const Arrays our;
    save_npz(our.entries(), folder / "a.npz");
    Npz archive(folder / "a.npz");
    CHECK(contains(error_of([&] { archive.read("y"); }), "a.npz: array: found no y, expected one of floats, z, x"));
    CHECK(contains(error_of([&] { archive.read("x"); }), "a.npz: x: type: found |u1, expected <f4"));
    CHECK(contains(error_of([&] { archive.read_images("z"); }), "a.npz: z: shape: found 3 x 20"));
    CHECK(contains(error_of([&] { archive.read<Shape<21>>("z"); }), "a.npz: z: shape: found 3 x 20, expected N x 21"));
}

TEST_CASE("issue 17.20: Keras's mnist.npz is images and labels, and doubles are converted when asked") {
    const auto npy = [](const std::string& type, const std::string& sizes, const std::string& values) {
        const std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + sizes + "), }\n";
        return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size()) + '\0' + header + values;
    };
    TemporaryFolder folder;
    const std::string pixels = "abcdefghijklmnop", one("\0\0\0\0\0\0\xf0\x3f", 8);
    const auto path = folder.file("mnist.npz", archive_of({{"x_train.npy", npy("|u1", "2, 4, 2", pixels)},
                                                           {"y_train.npy", npy("|u1", "2,", "\5\1")},
                                                           {"z.npy", npy("<f8", "1, 1", one)}}));
    Npz archive(path);
    ImageData images = archive.read_images("x_train");
    CHECK(images.count == 2);
    CHECK(size_text(images) == "4 x 2 x 1");
    CHECK(std::string(images.bytes.begin(), images.bytes.end()) == pixels);
    images.labels = archive.read_labels("y_train");
    CHECK(images.labels == std::vector<int>{5, 1});
    CHECK(archive.read("z", {.convert = true}).values == std::vector<float>{1.0f});
    CHECK(archive.read<Shape<1>>("z", {.convert = true})(0, 0) == 1.0f);
    CHECK(contains(error_of([&] { archive.read("z"); }), "mnist.npz: z: type: found <f8, expected <f4 (NpyOptions"));
    CHECK(
        contains(error_of([&] { archive.read_labels("z"); }), "mnist.npz: z: type: found <f8, expected whole numbers"));
}

TEST_CASE("damaged archives are errors") {
    TemporaryFolder folder;
    const Arrays our;
    const auto read = [&](const std::string& file) {
        return error_of([&] {
            Npz archive(folder.file("bad.npz", file));
            for (const std::string& name : archive.names()) archive.read(name);
        });
    };
    for (const bool deflate : {false, true}) {
        detail::save_npz({{"a", our.floats}, {"b", our.latents}}, folder / "good.npz", deflate);
        const std::string good = content_of(folder / "good.npz");
        CHECK(read(good) == "no error");
        for (std::size_t size = 0; size < good.size(); ++size) {
            CAPTURE(size);
            CHECK(contains(read(good.substr(0, size)), "bad.npz"));
        }
        for (std::size_t byte = 0; byte < good.size(); ++byte) {  // no crash, whichever byte is wrong
            std::string damaged = good;
            damaged[byte] = static_cast<char>(damaged[byte] ^ 0x15);
            CHECK(read(damaged) != "");
        }
    }
    save_npz({{"a", our.floats}}, folder / "good.npz");
    const std::string good = content_of(folder / "good.npz");
    const std::string three("\0\0\x40\x40", 4), four("\0\0\x80\x40", 4);
    CHECK(contains(read(replaced(good, three, four)), "bad.npz: a: bytes: found CRC error"));
    CHECK(contains(read(archive_of({{"a.npy", "no array"}})), "bad.npz: a: magic string"));
    CHECK(contains(read(replaced(archive_of({{"a.npy", ""}, {"b.npy", ""}}), "b.npy", "a.npy")),
                   "names: found 'a' twice"));
    CHECK(read(archive_of({{"readme.txt", "words"}})) == "no error");
    CHECK(contains(read(""), "bad.npz: file: found an empty file, expected a zip archive"));
    CHECK(contains(read("no archive"), "bad.npz: file: found Not a zip archive"));
    CHECK(contains(error_of([&] { Npz(folder / "absent.npz"); }), "absent.npz: file: found no plain file"));
    CHECK(contains(error_of([&] { Npz{folder.path()}; }), "found no plain file"));
}

TEST_CASE("other compressions and encryption are refused") {
    TemporaryFolder folder;
    save_npz({{"a", FloatArray{{1}, {1}}}}, folder / "good.npz");
    const std::string good = content_of(folder / "good.npz");
    const auto with = [&](std::size_t local, std::size_t central, char value) {
        std::string file = good;
        file[local] = value;
        file[file.find("PK\1\2") + central] = value;
        return error_of([&] { Npz(folder.file("a.npz", file)).read("a"); });
    };
    CHECK(contains(with(8, 10, 12), "a.npz: a: compression: found method 12, expected 0 (stored) or 8 (deflated)"));
    CHECK(contains(with(6, 8, 1), "a.npz: a: encryption: found an encrypted member"));
}
