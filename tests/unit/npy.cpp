// Arrays as .npy files and tables as .csv files.
#include "genotype/io/npy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "genotype/io/csv.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

std::string npy(const std::string& header, const std::string& data, char version = 1) {
    std::string file("\x93NUMPY", 6);
    file += version;
    file += '\0';
    file += static_cast<char>(header.size());
    file += static_cast<char>(header.size() >> 8);
    if (version > 1) file += std::string(2, '\0');
    return file + header + data;
}

const std::string two_floats("\0\0\x80\x3f\0\0\0\x40", 8);  // 1 and 2

}  // namespace

TEST_CASE("floats are written and read back") {
    TemporaryFolder folder;
    const std::vector<float> values{1.5f, -2.0f, std::numeric_limits<float>::infinity(), 1e-42f, 0.0f, -0.0f};
    for (const std::vector<std::size_t>& sizes : {std::vector<std::size_t>{6}, {2, 3}, {1, 3, 2, 1}}) {
        save_npy(values, sizes, folder / "a.npy");
        const FloatArray back = load_npy(folder / "a.npy");
        CHECK(back.sizes == sizes);
        CHECK(back.values == values);
        CHECK(content_of(folder / "a.npy").size() % 64 == 24);  // the header fills whole lines of 64 bytes
    }
    CHECK(contains(error_of([&] { save_npy(values, {7}, folder / "a.npy"); }),
                   "a.npy: number of values: found 6, expected 7, the product of 7"));
    CHECK(contains(error_of([&] {
                       save_npy({}, {std::size_t{1} << 32, std::size_t{1} << 32}, folder / "a.npy");
                   }),
                   "a.npy: shape: found more than 2^44 values"));
    CHECK(contains(error_of([&] {
                       save_npy(FloatArray{std::vector<std::size_t>(65, 1), {1}}, folder / "a.npy");
                   }),
                   "a.npy: axes: found 65, expected 64 at most"));
}

TEST_CASE("samples are written in their order in memory, images as bytes") {
    TemporaryFolder folder;
    const std::vector<float> values(24, 0.25f);
    save_npy(View<Shape<3, 2, 4>>{values.data(), 1}, folder / "a.npy");
    CHECK(load_npy(folder / "a.npy").sizes == std::vector<std::size_t>{1, 2, 4, 3});
    save_npy(View<Shape<12>>{values.data(), 2}, folder / "a.npy");
    CHECK(load_npy(folder / "a.npy").sizes == std::vector<std::size_t>{2, 12});
    ImageData images = blank_images(2, 3, 4, 1);
    images.bytes[23] = 77;
    save_npy(images, folder / "b.npy");
    const std::string file = content_of(folder / "b.npy");
    CHECK(contains(file, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4, 1), }"));
    CHECK(file.size() % 64 == 24);
    CHECK(file.back() == 77);
    images.bytes.pop_back();
    CHECK(contains(error_of([&] { save_npy(images, folder / "b.npy"); }), "b.npy: number of values: found 23"));
}

TEST_CASE("samples and images are read back, and nothing but their own shape and type") {
    TemporaryFolder folder;
    const auto text = [](auto read) { return error_of(read); };
    Tensor<Shape<3, 2, 4>> samples(5);
    for (long value = 0; value < samples.size(); ++value) samples.data()[value] = static_cast<float>(value);
    save_npy(samples, folder / "a.npy");
    const Tensor<Shape<3, 2, 4>> back = load_npy<Shape<3, 2, 4>>(folder / "a.npy");
    REQUIRE(back.batch() == 5);
    CHECK(std::equal(back.values().begin(), back.values().end(), samples.values().begin()));
    CHECK(contains(text([&] { load_npy<Shape<4, 3, 2>>(folder / "a.npy"); }),
                   "a.npy: shape: found 5 x 2 x 4 x 3, expected N x 3 x 2 x 4"));
    CHECK(contains(text([&] { load_npy<Shape<24>>(folder / "a.npy"); }), "expected N x 24"));
    CHECK(contains(text([&] { load_npy_images(folder / "a.npy"); }), "a.npy: type: found <f4, expected |u1"));
    save_npy(std::vector<float>{1}, {}, folder / "a.npy");
    CHECK(contains(text([&] { load_npy<Shape<1>>(folder / "a.npy"); }), "shape: found one value, expected N x 1"));
    save_npy(Tensor<Shape<7>>(0), folder / "a.npy");
    CHECK(load_npy<Shape<7>>(folder / "a.npy").batch() == 0);

    ImageData images = blank_images(2, 3, 4, 3);
    images.bytes[70] = 77;
    save_npy(images, folder / "b.npy");
    const ImageData same = load_npy_images(folder / "b.npy");
    CHECK(same.count == 2);
    CHECK(size_text(same) == "3 x 4 x 3");
    CHECK(same.bytes == images.bytes);
    CHECK(contains(text([&] { load_npy(folder / "b.npy"); }), "b.npy: type: found |u1, expected <f4"));
    for (const std::string sizes : {"4,", "2, 2", "2, 2, 1", "1, 2, 2, 2", "1, 0, 4, 1", "4294967296, 0, 1, 1"})
        CHECK(contains(text([&] {
                           load_npy_images(folder.file("c.npy", npy("{'descr': '|u1', 'fortran_order': False, "
                                                                    "'shape': (" +
                                                                        sizes + ")}",
                                                                    "abcd")));
                       }),
                       "expected N x height x width x 1 or 3"));
    CHECK(contains(text([&] {
                       load_npy<Shape<3>>(folder.file(
                           "c.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 3)}", "")));
                   }),
                   "shape: found 4294967296 x 3"));
}

TEST_CASE("headers of other writers are understood") {
    TemporaryFolder folder;
    const auto read = [&](const std::string& file) { return load_npy(folder.file("a.npy", file)); };
    CHECK(read(npy("{'shape': (2,), 'fortran_order': False, 'descr': '<f4'}", two_floats)).values[1] == 2.0f);
    CHECK(read(npy("{'descr':'<f4','fortran_order':False,'shape':(1,2)}\n", two_floats, 2)).sizes.size() == 2);
    CHECK(read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }" + std::string(300, ' '),
                   two_floats.substr(0, 4)))
              .values == std::vector<float>{1.0f});
    CHECK(read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 5)}", "")).values.empty());
}

namespace {

/// A file of numbers as numpy writes them, most significant byte first where the type says so.
template <class Number>
std::string npy_of(const std::string& type, const std::string& sizes, const std::vector<Number>& values,
                   bool fortran_order = false) {
    std::string data;
    for (const Number value : values) {
        std::string bytes(reinterpret_cast<const char*>(&value), sizeof value);
        if (type[0] == '>') std::reverse(bytes.begin(), bytes.end());
        data += bytes;
    }
    return npy("{'descr': '" + type + "', 'fortran_order': " + (fortran_order ? "True" : "False") + ", 'shape': (" +
                   sizes + "), }\n",
               data);
}

}  // namespace

TEST_CASE(
    "issue 17.20: other types, big-endian numbers and Fortran's order are converted when asked, and refused else") {
    TemporaryFolder folder;
    const auto check = [&](const std::string& file, const std::vector<float>& wanted) {
        const auto path = folder.file("a.npy", file);
        CAPTURE(file.substr(10, 40));
        CHECK(load_npy(path, {.convert = true}).values == wanted);
        CHECK(contains(error_of([&] { load_npy(path); }), "(NpyOptions::convert = true converts)"));
    };
    const std::vector<float> wanted{1.5f, -2.0f, 3e30f};
    check(npy_of<double>("<f8", "3,", {1.5, -2, static_cast<double>(3e30f)}), wanted);
    check(npy_of<double>(">f8", "3,", {1.5, -2, static_cast<double>(3e30f)}), wanted);
    check(npy_of<float>(">f4", "3,", wanted), wanted);
    check(npy_of<std::uint16_t>("<f2", "3,", {0x3e00, 0xc000, 0x7c00}),
          {1.5f, -2.0f, std::numeric_limits<float>::infinity()});
    check(npy_of<std::uint16_t>(">f2", "1,", {0x3e00}), {1.5f});
    check(npy_of<std::int8_t>("|i1", "2,", {-1, 127}), {-1.0f, 127.0f});
    check(npy_of<std::uint8_t>("|u1", "2,", {0, 255}), {0.0f, 255.0f});
    check(npy_of<std::int16_t>(">i2", "2,", {-300, 300}), {-300.0f, 300.0f});
    check(npy_of<std::uint16_t>("<u2", "1,", {65535}), {65535.0f});
    check(npy_of<std::int32_t>("<i4", "1,", {-70000}), {-70000.0f});
    check(npy_of<std::int64_t>("<i8", "2,", {-1, 16777217}), {-1.0f, 16777216.0f});  // the nearest float
    check(npy_of<std::int64_t>(">i8", "1,", {5}), {5.0f});
    check(npy_of<std::uint64_t>("<u8", "1,", {~std::uint64_t{0}}), {18446744073709551616.0f});
    check(npy_of<std::uint8_t>("|b1", "2,", {0, 1}), {0.0f, 1.0f});
    check(npy_of<double>("<f8", "1,", {std::numeric_limits<double>::infinity()}),
          {std::numeric_limits<float>::infinity()});
    // Of 2 x 3 values the first index runs fastest.
    check(npy_of<float>("<f4", "2, 3", {1, 4, 2, 5, 3, 6}, true), {1, 2, 3, 4, 5, 6});
    check(npy_of<double>(">f8", "2, 3", {1, 4, 2, 5, 3, 6}, true), {1, 2, 3, 4, 5, 6});
    check(npy_of<float>("<f4", "2, 1, 2, 2", {1, 5, 3, 7, 2, 6, 4, 8}, true), {1, 2, 3, 4, 5, 6, 7, 8});
    check(npy_of<float>("<f4", "2,", {1, 2}, true), {1, 2});
    check(npy_of<float>("<f4", "", {7}, true), {7});
    check(npy_of<float>("<f4", "0, 3", {}, true), {});

    const auto samples = folder.file("s.npy", npy_of<double>("<f8", "2, 3", {1, 4, 2, 5, 3, 6}, true));
    const Tensor<Shape<3>> tensor = load_npy<Shape<3>>(samples, {.convert = true});
    CHECK(tensor(1, 0) == 4.0f);
    CHECK(contains(error_of([&] { load_npy<Shape<3>>(samples); }), "s.npy: type: found <f8, expected <f4"));
    for (const std::string type : {"<c8", "<U3", "|S3", "|O", "|V2", "<M8[ns]", "<f16", "<i3", "", "f", "<f44"}) {
        CAPTURE(type);
        const auto path = folder.file("b.npy", npy_of<std::uint8_t>(type.empty() ? "|" : type, "1,", {0}));
        CHECK(contains(error_of([&] { load_npy(path, {.convert = true}); }), "b.npy: type: found "));
    }
    CHECK(contains(error_of([&] {
                       load_npy(folder.file("c.npy", npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': "
                                                         "(1,)}",
                                                         "abcd")));
                   }),
                   "found rows of named fields (a structured array), expected numbers: save each field by itself"));
    CHECK(contains(error_of([&] {
                       load_npy(folder.file("e.npy", npy_of<double>("<f8", "2,", {1, -1e300})), {.convert = true});
                   }),
                   "e.npy: value 1: found a number beyond float32's, expected one up to 3.4e38"));
    CHECK(contains(error_of([&] {
                       load_npy(folder.file("d.npy", npy_of<double>("<f8", "3,", {1, 2})), {.convert = true});
                   }),
                   "d.npy: values: found 16 bytes, expected 24 bytes"));
}

TEST_CASE("issue 17.20: images without a channel are grey ones, and whole numbers become bytes when asked") {
    TemporaryFolder folder;
    const std::vector<std::uint8_t> bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const ImageData grey = load_npy_images(folder.file("a.npy", npy_of("|u1", "1, 2, 5", bytes)));
    CHECK(grey.count == 1);
    CHECK(size_text(grey) == "2 x 5 x 1");
    CHECK(grey.bytes == bytes);
    for (const std::string type : {"<u1", ">u1", "u1"})  // one byte has no order
        CHECK(load_npy_images(folder.file("b.npy", npy_of(type, "1, 2, 5, 1", bytes))).bytes == bytes);
    const Tensor<Shape<1, 2, 5>> floats =
        load_npy<Shape<1, 2, 5>>(folder.file("c.npy", npy_of("|u1", "1, 2, 5", bytes)), {.convert = true});
    CHECK(floats(0, 0, 1, 4) == 10.0f);

    const auto numbers = folder.file("d.npy", npy_of<std::int64_t>("<i8", "1, 1, 2", {255, 0}));
    CHECK(load_npy_images(numbers, {.convert = true}).bytes == std::vector<std::uint8_t>{255, 0});
    CHECK(contains(error_of([&] { load_npy_images(numbers); }), "type: found <i8, expected |u1 (NpyOptions::convert"));
    const auto turned = folder.file("e.npy", npy_of<std::uint8_t>("|u1", "2, 1, 2", {1, 3, 2, 4}, true));
    CHECK(load_npy_images(turned, {.convert = true}).bytes == std::vector<std::uint8_t>{1, 2, 3, 4});
    const auto error = [&](const std::string& file) {
        return error_of([&] { load_npy_images(folder.file("f.npy", file), {.convert = true}); });
    };
    CHECK(contains(error(npy_of<std::uint16_t>("<u2", "1, 1, 2", {0, 300})),
                   "f.npy: value 1: found 300, expected 0 to 255"));
    CHECK(contains(error(npy_of<std::int16_t>("<i2", "1, 1, 2", {-1, 0})),
                   "f.npy: value 0: found -1, expected 0 to 255"));
    CHECK(contains(error(npy_of<float>("<f4", "1, 1, 2", {0, 1})), "(array * 255).round().astype(\"uint8\")"));
    CHECK(contains(error(npy_of<std::uint8_t>("|b1", "1, 1, 2", {0, 1})), "(array * 255).astype(\"uint8\")"));
    CHECK(
        contains(error(npy_of("|u1", "1, 3, 1, 2", bytes)), "(channels are first here: array.transpose(0, 2, 3, 1))"));
    CHECK(contains(error(npy_of("|u1", "2, 5, 3", bytes)), "(of one image: array[None])"));  // or two of 5 x 3
    CHECK(contains(error(npy_of("|u1", "1, 2, 2, 4", bytes)), "(without alpha: array[..., :3])"));
    CHECK(contains(
        error_of([&] { load_npy<Shape<3, 1, 2>>(folder.file("g.npy", npy_of<float>("<f4", "1, 3, 1, 2", {}))); }),
        "expected N x 1 x 2 x 3 (channels are first here: array.transpose(0, 2, 3, 1))"));
}

TEST_CASE("issue 18.9: videos are N x depth x height x width x channels") {
    TemporaryFolder folder;
    Tensor<Shape<3, 2, 4, 5>> videos(2);
    for (long i = 0; i < videos.size(); ++i) videos.data()[i] = static_cast<float>(i);
    const auto path = folder.path() / "videos.npy";
    save_npy(videos, path);
    CHECK(load_npy(path).sizes == std::vector<std::size_t>{2, 2, 4, 5, 3});
    CHECK(load_npy<Shape<3, 2, 4, 5>>(path)(1, 2, 1, 3, 4) == videos(1, 2, 1, 3, 4));
    const auto first = folder.file("first.npy", npy_of<float>("<f4", "1, 3, 2, 4, 5", {}));
    CHECK(contains(error_of([&] { load_npy<Shape<3, 2, 4, 5>>(first); }),
                   "found 1 x 3 x 2 x 4 x 5, expected N x 2 x 4 x 5 x 3 (channels are first here: "
                   "array.transpose(0, 2, 3, 4, 1))"));
    const std::vector<float> values(24, 2.0f);
    const auto grey = folder.file("grey.npy", npy_of<float>("<f4", "1, 2, 3, 4", values));
    CHECK(load_npy<Shape<1, 2, 3, 4>>(grey)(0, 0, 1, 2, 3) == 2.0f);
    CHECK(contains(error_of([&] { load_npy<Shape<1, 3, 2, 4>>(grey); }), "expected N x 3 x 2 x 4 x 1"));
}

TEST_CASE("issue 17.20: samples of one channel may have other axes where they are converted") {
    TemporaryFolder folder;
    std::vector<float> values(24);
    for (std::size_t at = 0; at < values.size(); ++at) values[at] = static_cast<float>(at);
    for (const std::string sizes : {"2, 3, 4", "2, 1, 3, 4", "2, 3, 4, 1", "2, 12", "2, 1, 12"}) {
        CAPTURE(sizes);
        const auto path = folder.file("a.npy", npy_of<float>("<f4", sizes, values));
        const Tensor<Shape<12>> flat = load_npy<Shape<12>>(path, {.convert = true});
        CHECK(std::equal(values.begin(), values.end(), flat.values().begin()));
        const Tensor<Shape<1, 3, 4>> grey = load_npy<Shape<1, 3, 4>>(path, {.convert = true});
        CHECK(std::equal(values.begin(), values.end(), grey.values().begin()));
        CHECK(contains(error_of([&] { load_npy<Shape<12>>(path); }), "(NpyOptions::convert") == (sizes != "2, 12"));
        CHECK(error_of([&] { load_npy<Shape<3, 2, 2>>(path, {.convert = true}); }) != "no error");
        const bool is_flat = contains(sizes, "12");
        CHECK((error_of([&] { load_npy<Shape<1, 4, 3>>(path, {.convert = true}); }) == "no error") == is_flat);
    }
    const auto colours = folder.file("b.npy", npy_of<float>("<f4", "2, 2, 2, 3", values));
    CHECK(contains(error_of([&] { load_npy<Shape<12>>(colours, {.convert = true}); }),
                   "found 2 x 2 x 2 x 3, expected N x 12"));
    const auto other = folder.file("c.npy", npy_of<float>("<f4", "2, 4, 3", values));
    CHECK(contains(error_of([&] { load_npy<Shape<1, 3, 4>>(other, {.convert = true}); }),
                   "found 2 x 4 x 3, expected N x 3 x 4 x 1"));
    const auto one = folder.file("d.npy", npy_of<float>("<f4", "1, 1", {7}));
    CHECK(load_npy<Shape<1, 1, 1>>(one, {.convert = true})(0, 0, 0, 0) == 7.0f);
}

TEST_CASE("issue 17.20: labels are whole numbers of any type") {
    TemporaryFolder folder;
    const auto labels = [&](const std::string& file) { return load_npy_labels(folder.file("y.npy", file)); };
    CHECK(labels(npy_of<std::uint8_t>("|u1", "3,", {5, 0, 4})) == std::vector<int>{5, 0, 4});
    CHECK(labels(npy_of<std::int64_t>("<i8", "2, 1", {5, 2147483647})) == std::vector<int>{5, 2147483647});
    CHECK(labels(npy_of<std::int32_t>(">i4", "2,", {70000, 1}, true)) == std::vector<int>{70000, 1});
    CHECK(labels(npy_of<std::uint64_t>("<u8", "1,", {3})) == std::vector<int>{3});
    const auto error = [&](const std::string& file) { return error_of([&] { labels(file); }); };
    CHECK(contains(error(npy_of<std::int64_t>("<i8", "2,", {5, -1})),
                   "y.npy: value 1: found -1, expected 0 to 2147483647"));
    CHECK(contains(error(npy_of<std::int64_t>("<i8", "1,", {2147483648})), "found 2147483648, expected 0 to"));
    CHECK(contains(error(npy_of<float>("<f4", "1,", {1})), "type: found <f4, expected whole numbers"));
    CHECK(contains(error(npy_of<std::uint8_t>("|u1", "1, 2", {0, 1})), "expected N or N x 1 (of a row for each label"));
    CHECK(contains(error(npy_of<std::uint8_t>("|u1", "", {0})), "found one value, expected N or N x 1"));
    const std::vector<int> classes{3, 0, 70000};
    save_npy(std::span<const int>(classes), folder / "z.npy");
    CHECK(load_npy_labels(folder / "z.npy") == classes);
}

TEST_CASE("issue 17.20: headers of other programs' Python are understood") {
    TemporaryFolder folder;
    const auto read = [&](const std::string& file) { return load_npy(folder.file("a.npy", file)); };
    CHECK(read(npy("{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2,)}", two_floats)).values[1] == 2.0f);
    CHECK(read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 1L)}", two_floats)).sizes.size() == 2);
    CHECK(read(npy("{'descr': '=f4',\t'fortran_order': False, 'shape': (2,)}\r\n", two_floats)).values[0] == 1.0f);
    CHECK(contains(error_of([&] { read(npy("{'descr\": '<f4', 'fortran_order': False, 'shape': (2,)}", two_floats)); }),
                   "a.npy: header"));
}

TEST_CASE("bad files are errors that name the file") {
    TemporaryFolder folder;
    const auto error = [&](const std::string& file) {
        return error_of([&] { load_npy(folder.file("bad.npy", file)); });
    };
    const std::string good = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", two_floats);
    CHECK(error(good) == "no error");
    for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        CHECK(contains(error(good.substr(0, size)), "bad.npy"));
    }
    for (std::size_t byte = 0; byte < good.size(); ++byte) {  // no crash, whichever byte is wrong
        std::string damaged = good;
        damaged[byte] = static_cast<char>(damaged[byte] ^ 0x15);
        CHECK(error(damaged) != "");
    }
    CHECK(contains(error(good + "x"), "values: found more bytes"));
    CHECK(contains(error("\x93NUMPZ\1\1"), "magic string"));
    CHECK(
        contains(error(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", two_floats)), "type: found <f8"));
    // What numpy writes for ml_dtypes' bfloat16 and float8 is no number to anybody, also where numbers are converted.
    for (const std::string type : {"<V2", "<V1", "|V1", "<f1"}) {
        const std::string file = npy("{'descr': '" + type + "', 'fortran_order': False, 'shape': (2,)}", two_floats);
        const std::string words = "type: found " + type + (type[1] == 'V' ? " (raw" : " (floats of another size)");
        CHECK(contains(error(file), words));
        CHECK(contains(error_of([&] { load_npy(folder.file("bad.npy", file), {.convert = true}); }), words));
    }
    CHECK(contains(error(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2,)}", two_floats)),
                   "order: found Fortran"));
    CHECK(contains(error(npy("{'descr': '<f4', 'shape': (2,)}", two_floats)), "found 2 keys"));
    CHECK(contains(error(npy("{'descr': '<f4', 'descr': '<f4', 'descr': '<f4'}", two_floats.substr(0, 4))),
                   "found the key 'descr' twice"));
    CHECK(contains(error(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} }", two_floats)),
                   "found '}', expected nothing but spaces"));
    CHECK(contains(error(std::string("\x93NUMPY\1\1", 8) + good.substr(8)), "version: found 1.1"));
    CHECK(contains(error(std::string("\x93NUMPY\3\0\1\0\1\0", 12) + std::string(65537, ' ')),
                   "header length: found 65537, expected 65536 at most"));
    std::string axes;
    for (int axis = 0; axis < 65; ++axis) axes += "1,";
    CHECK(contains(error(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (" + axes + ")}", "abcd")),
                   "shape: found more axes, expected 64 at most"));
    CHECK(contains(error(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", two_floats)), "found '-'"));
    CHECK(contains(
        error(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999, 999999999999999)}", "")),
        "shape: found more than 2^44"));
    CHECK(contains(error(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}", two_floats)),
                   "values: found 8 bytes, expected 4000000000000 bytes"));
}

TEST_CASE("a table grows line by line") {
    TemporaryFolder folder;
    CsvFile table(folder / "t.csv", {"epoch", "loss"});
    CHECK(content_of(folder / "t.csv") == "epoch,loss\n");
    table.row({1, 0.1});
    CHECK(content_of(folder / "t.csv") == "epoch,loss\n1,0.1\n");  // before it is closed
    table.row({2, 1e-20});
    CHECK(content_of(folder / "t.csv") == "epoch,loss\n1,0.1\n2,1e-20\n");
    CHECK(contains(error_of([&] { table.row({1}); }), "t.csv: row: found 1 values, expected 2 values"));
    CHECK(contains(error_of([&] { CsvFile(folder / "no/t.csv", {"a"}); }), "no/t.csv: file"));
    CHECK(contains(error_of([&] { CsvFile(folder / "u.csv", {"a,b"}); }), "column: found a,b"));
    CHECK(contains(error_of([] { CsvFile("/dev/full", {"a"}); }), "/dev/full: line"));
}
