// Arrays as .npy files and tables as .csv files.
#include "genotype/io/npy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
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

TEST_CASE("samples are written in their order in memory, pictures as bytes") {
    TemporaryFolder folder;
    const std::vector<float> values(24, 0.25f);
    save_npy(View<Shape<3, 2, 4>>{values.data(), 1}, folder / "a.npy");
    CHECK(load_npy(folder / "a.npy").sizes == std::vector<std::size_t>{1, 2, 4, 3});
    save_npy(View<Shape<12>>{values.data(), 2}, folder / "a.npy");
    CHECK(load_npy(folder / "a.npy").sizes == std::vector<std::size_t>{2, 12});
    Pictures pictures = blank_pictures(2, 3, 4, 1);
    pictures.bytes[23] = 77;
    save_npy(pictures, folder / "b.npy");
    const std::string file = content_of(folder / "b.npy");
    CHECK(contains(file, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4, 1), }"));
    CHECK(file.size() % 64 == 24);
    CHECK(file.back() == 77);
    pictures.bytes.pop_back();
    CHECK(contains(error_of([&] { save_npy(pictures, folder / "b.npy"); }), "b.npy: number of values: found 23"));
}

TEST_CASE("samples and pictures are read back, and nothing but their own shape and type") {
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
    CHECK(contains(text([&] { load_npy_pictures(folder / "a.npy"); }), "a.npy: type: found <f4, expected |u1"));
    save_npy(std::vector<float>{1}, {}, folder / "a.npy");
    CHECK(contains(text([&] { load_npy<Shape<1>>(folder / "a.npy"); }), "shape: found one value, expected N x 1"));
    save_npy(Tensor<Shape<7>>(0), folder / "a.npy");
    CHECK(load_npy<Shape<7>>(folder / "a.npy").batch() == 0);

    Pictures pictures = blank_pictures(2, 3, 4, 3);
    pictures.bytes[70] = 77;
    save_npy(pictures, folder / "b.npy");
    const Pictures same = load_npy_pictures(folder / "b.npy");
    CHECK(same.count == 2);
    CHECK(size_text(same) == "3 x 4 x 3");
    CHECK(same.bytes == pictures.bytes);
    CHECK(contains(text([&] { load_npy(folder / "b.npy"); }), "b.npy: type: found |u1, expected <f4"));
    for (const std::string sizes : {"1, 2, 2", "1, 2, 2, 2", "1, 0, 4, 1", "4294967296, 0, 1, 1"})
        CHECK(contains(text([&] {
                           load_npy_pictures(folder.file("c.npy", npy("{'descr': '|u1', 'fortran_order': False, "
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
