// Folders of PNG files, and data sets by name.
#include "genotype/data/picture_folder.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "genotype/data/named.hpp"
#include "genotype/io/png.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

void write_picture(const std::filesystem::path& path, int value, int height = 4, int width = 5, int channels = 1) {
    std::filesystem::create_directories(path.parent_path());
    Pictures picture = blank_pictures(1, height, width, channels);
    for (std::uint8_t& byte : picture.bytes) byte = static_cast<std::uint8_t>(value);
    save_png(picture, path);
}

}  // namespace

TEST_CASE("pictures that lie flat come in the order of their names, without labels") {
    TemporaryFolder folder;
    write_picture(folder / "b.png", 2);
    write_picture(folder / "a.PNG", 1);
    write_picture(folder / ".hidden.png", 9);
    folder.file("notes.txt", "no picture");
    const Pictures pictures = read_picture_folder(folder.path());
    CHECK(pictures.count == 2);
    CHECK(pictures.height == 4);
    CHECK(pictures.width == 5);
    CHECK(pictures.channels == 1);
    CHECK(pictures[0][0] == 1);
    CHECK(pictures[1][0] == 2);
    CHECK(pictures.labels.empty());
    CHECK(pictures.class_names.empty());
}

TEST_CASE("subfolders are classes, sorted by name; empty ones are none") {
    TemporaryFolder folder;
    write_picture(folder / "dog/z.png", 3);
    write_picture(folder / "cat/b/deep.png", 2);
    write_picture(folder / "cat/a.png", 1);
    std::filesystem::create_directory(folder / "ape");
    const Pictures pictures = read_picture_folder(folder.path());
    CHECK(pictures.class_names == std::vector<std::string>{"cat", "dog"});
    CHECK(pictures.labels == std::vector<int>{0, 0, 1});
    for (int picture = 0; picture < 3; ++picture) CHECK(pictures[picture][0] == picture + 1);
    write_picture(folder / "loose.png", 4);
    CHECK(contains(error_of([&] { read_picture_folder(folder.path()); }), "arrangement: found loose.png beside"));
}

TEST_CASE("one picture in colour makes all colour, whichever comes first") {
    for (const bool grey_first : {true, false}) {
        TemporaryFolder folder;
        write_picture(folder / "1.png", 10, 2, 2, grey_first ? 1 : 3);
        write_picture(folder / "2.png", 20, 2, 2, grey_first ? 3 : 1);
        const Pictures pictures = read_picture_folder(folder.path());
        CHECK(pictures.channels == 3);
        CHECK(pictures.bytes.size() == 24);
        for (std::size_t byte = 0; byte < 24; ++byte) CHECK(pictures.bytes[byte] == (byte < 12 ? 10 : 20));
    }
}

TEST_CASE("mixed sizes are an error that names both files, unless a size is named") {
    TemporaryFolder folder;
    write_picture(folder / "a.png", 1, 4, 5);
    write_picture(folder / "b.png", 2, 4, 6);
    const std::string text = error_of([&] { read_picture_folder(folder.path()); });
    CHECK(contains(text, "b.png: size: found 4 x 6, expected 4 x 5 as "));
    CHECK(contains(text, (folder / "a.png").string()));
    const Pictures pictures = read_picture_folder(folder.path(), PictureSize{8, 9});
    CHECK(pictures.count == 2);
    CHECK(pictures.height == 8);
    CHECK(pictures.width == 9);
    CHECK(pictures[1][71] == 2);
}

TEST_CASE("an empty or absent folder and a cut file are errors") {
    TemporaryFolder folder;
    CHECK(contains(error_of([&] { read_picture_folder(folder.path()); }), "number of pictures: found 0"));
    CHECK(contains(error_of([&] { read_picture_folder(folder / "absent"); }), "absent: folder: found no such folder"));
    write_picture(folder / "a.png", 1);
    folder.file("b.png", content_of(folder / "a.png").substr(0, 60));
    CHECK(contains(error_of([&] { read_picture_folder(folder.path()); }), "b.png: PNG chunk"));
}

TEST_CASE("a data set is found by name, or the places tried are named") {
    TemporaryFolder folder;
    setenv("GENOTYPE_DATA", folder.path().c_str(), 1);
    const std::string text = error_of([] { load_pictures("mnist", Split::train); });
    CHECK(contains(text, "data set mnist: train-images-idx3-ubyte.gz: found nothing in "));
    CHECK(contains(text, (folder / "mnist").string() + ", data/mnist"));
    CHECK(contains(error_of([] { load_pictures("cifar10", Split::test); }), "cifar10: test_batch.bin: found nothing"));
    CHECK(contains(error_of([] { load_pictures("cats", Split::test); }), "name: found cats, expected fashion-mnist"));
    const std::string header("\0\0\x08\x03\0\0\0\x01\0\0\0\x01\0\0\0\x02", 16), labels("\0\0\x08\x01\0\0\0\x01\x05", 9);
    folder.file("mnist/t10k-images-idx3-ubyte", header + "ab");
    folder.file("mnist/t10k-labels-idx1-ubyte", labels);
    const Pictures pictures = load_pictures("mnist", Split::test);
    CHECK(pictures.count == 1);
    CHECK(pictures.class_names[5] == "5");
    CHECK(load_pictures("mnist", Split::test, PictureSize{3, 3}).height == 3);
    folder.file("mnist/t10k-labels-idx1-ubyte", labels.substr(0, 8) + '\x0a');
    CHECK(contains(error_of([] { load_pictures("mnist", Split::test); }), "label: found 10"));
}

TEST_CASE("a folder of one's own may be in two parts") {
    TemporaryFolder folder;
    write_picture(folder / "train/a.png", 1);
    write_picture(folder / "train/b.png", 2);
    write_picture(folder / "test/c.png", 3);
    CHECK(load_pictures(folder.path().string(), Split::train).count == 2);
    CHECK(load_pictures(folder.path().string(), Split::test).count == 1);
    CHECK(load_pictures((folder / "test").string(), Split::train).count == 1);
}

TEST_CASE("Fashion-MNIST from the system's package") {
    if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
        MESSAGE("skipped: Debian's package dataset-fashion-mnist is not installed");
        return;
    }
    unsetenv("GENOTYPE_DATA");
    const Pictures pictures = load_pictures("fashion-mnist", Split::test);
    CHECK(pictures.count == 10000);
    CHECK(pictures.class_names[static_cast<std::size_t>(pictures.labels[0])] == "Ankle boot");
}
