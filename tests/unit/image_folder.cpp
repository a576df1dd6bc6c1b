// Folders of PNG files, and data sets by name.
#include "genotype/images/image_folder.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "genotype/data/named.hpp"
#include "genotype/images/png.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

void write_image(const std::filesystem::path& path, int value, int height = 4, int width = 5, int channels = 1) {
    std::filesystem::create_directories(path.parent_path());
    ImageData image = blank_images(1, height, width, channels);
    for (std::uint8_t& byte : image.bytes) byte = static_cast<std::uint8_t>(value);
    save_png(image, path);
}

}  // namespace

TEST_CASE("images that lie flat come in the order of their names, without labels") {
    TemporaryFolder folder;
    write_image(folder / "b.png", 2);
    write_image(folder / "a.PNG", 1);
    write_image(folder / ".hidden.png", 9);
    folder.file("notes.txt", "no image");
    const ImageData images = read_image_folder(folder.path());
    CHECK(images.count == 2);
    CHECK(images.height == 4);
    CHECK(images.width == 5);
    CHECK(images.channels == 1);
    CHECK(images[0][0] == 1);
    CHECK(images[1][0] == 2);
    CHECK(images.labels.empty());
    CHECK(images.class_names.empty());
}

TEST_CASE("subfolders are classes, sorted by name; empty ones are none") {
    TemporaryFolder folder;
    write_image(folder / "dog/z.png", 3);
    write_image(folder / "cat/b/deep.png", 2);
    write_image(folder / "cat/a.png", 1);
    std::filesystem::create_directory(folder / "ape");
    const ImageData images = read_image_folder(folder.path());
    CHECK(images.class_names == std::vector<std::string>{"cat", "dog"});
    CHECK(images.labels == std::vector<int>{0, 0, 1});
    for (int image = 0; image < 3; ++image) CHECK(images[image][0] == image + 1);
    write_image(folder / "loose.png", 4);
    CHECK(contains(error_of([&] { read_image_folder(folder.path()); }), "arrangement: found loose.png beside"));
}

TEST_CASE("one image in colour makes all colour, whichever comes first") {
    for (const bool grey_first : {true, false}) {
        TemporaryFolder folder;
        write_image(folder / "1.png", 10, 2, 2, grey_first ? 1 : 3);
        write_image(folder / "2.png", 20, 2, 2, grey_first ? 3 : 1);
        const ImageData images = read_image_folder(folder.path());
        CHECK(images.channels == 3);
        CHECK(images.bytes.size() == 24);
        for (std::size_t byte = 0; byte < 24; ++byte) CHECK(images.bytes[byte] == (byte < 12 ? 10 : 20));
    }
}

TEST_CASE("mixed sizes are an error that names both files, unless a size is named") {
    TemporaryFolder folder;
    write_image(folder / "a.png", 1, 4, 5);
    write_image(folder / "b.png", 2, 4, 6);
    const std::string text = error_of([&] { read_image_folder(folder.path()); });
    CHECK(contains(text, "b.png: size: found 4 x 6, expected 4 x 5 as "));
    CHECK(contains(text, (folder / "a.png").string()));
    const ImageData images = read_image_folder(folder.path(), ImageSize{8, 9});
    CHECK(images.count == 2);
    CHECK(images.height == 8);
    CHECK(images.width == 9);
    CHECK(images[1][71] == 2);
}

TEST_CASE("an empty or absent folder and a cut file are errors") {
    TemporaryFolder folder;
    CHECK(contains(error_of([&] { read_image_folder(folder.path()); }), "number of images: found 0"));
    CHECK(contains(error_of([&] { read_image_folder(folder / "absent"); }), "absent: folder: found no such folder"));
    write_image(folder / "a.png", 1);
    folder.file("b.png", content_of(folder / "a.png").substr(0, 60));
    CHECK(contains(error_of([&] { read_image_folder(folder.path()); }), "b.png: PNG chunk"));
}

TEST_CASE("a data set is found by name, or the places tried are named") {
    TemporaryFolder folder;
    setenv("GENOTYPE_DATA", folder.path().c_str(), 1);
    const std::string text = error_of([] { load_images("mnist", Split::train); });
    CHECK(contains(text, "data set mnist: train-images-idx3-ubyte.gz: found nothing in "));
    CHECK(contains(text, (folder / "mnist").string() + ", "));
    CHECK(contains(text, ", data/mnist, "));
    CHECK(contains(error_of([] { load_images("cifar10", Split::test); }), "cifar10: test_batch.bin: found nothing"));
    CHECK(contains(error_of([] { load_images("cats", Split::test); }), "name: found cats, expected fashion-mnist"));
    CHECK(contains(error_of([] { load_images("my/cats", Split::test); }), "my/cats: folder: found no such folder"));
    const std::string header("\0\0\x08\x03\0\0\0\x01\0\0\0\x01\0\0\0\x02", 16), labels("\0\0\x08\x01\0\0\0\x01\x05", 9);
    folder.file("mnist/t10k-images-idx3-ubyte", header + "ab");
    folder.file("mnist/t10k-labels-idx1-ubyte", labels);
    const ImageData images = load_images("mnist", Split::test);
    CHECK(images.count == 1);
    CHECK(images.class_names[5] == "5");
    CHECK(load_images("mnist", Split::test, ImageSize{3, 3}).height == 3);
    folder.file("mnist/t10k-labels-idx1-ubyte", labels.substr(0, 8) + '\x0a');
    CHECK(contains(error_of([] { load_images("mnist", Split::test); }), "label: found 10"));
}

TEST_CASE("issue 17.6: images to learn from and to measure with are told apart in the usual layouts") {
    struct Layout {
        const char *learnt, *measured;  // one image each
    };
    for (const Layout& layout :
         {Layout{"train/a/1.png", "test/a/2.png"}, Layout{"train/1.png", "test/2.png"},
          Layout{"train/a/1.png", "val/a/2.png"}, Layout{"train/a/1.png", "valid/a/2.png"},
          Layout{"train/a/1.png", "validation/a/2.png"}, Layout{"Train/a/1.png", "Test/a/2.png"},
          Layout{"training/a/1.png", "testing/a/2.png"}, Layout{"training_set/a/1.png", "test_set/a/2.png"},
          Layout{"seg_train/seg_train/a/1.png", "seg_test/seg_test/a/2.png"},
          Layout{"train2017/1.png", "val2017/2.png"}, Layout{"traindata/a/1.png", "testdata/a/2.png"},
          Layout{"mnist_train/a/1.png", "mnist_test/a/2.png"}, Layout{"archive/train/a/1.png", "archive/val/a/2.png"},
          Layout{"images/train/1.png", "images/val/2.png"}}) {
        CAPTURE(layout.measured);
        TemporaryFolder folder;
        write_image(folder / layout.learnt, 1);
        write_image(folder / layout.measured, 2);
        std::filesystem::create_directories(folder / "__MACOSX/train");  // what systems leave is no image
        folder.file(".ipynb_checkpoints/x.png", "");
        const ImageData learnt = load_images(folder.path().string(), Split::train);
        REQUIRE(learnt.count == 1);
        CHECK(learnt[0][0] == 1);
        REQUIRE(has_split(folder.path().string(), Split::test));
        const ImageData measured = load_images(folder.path().string(), Split::test);
        REQUIRE(measured.count == 1);
        CHECK(measured[0][0] == 2);
        CHECK(measured.class_names == learnt.class_names);
    }
    TemporaryFolder folder;
    write_image(folder / "train/1.png", 1);
    write_image(folder / "val/2.png", 2);
    write_image(folder / "test/3.png", 3);
    ImagesReport report;
    CHECK(load_images(folder.path().string(), Split::test, {}, &report)[0][0] == 3);
    CHECK(contains(report.text(), "1 folder of validation images (first " + (folder / "val").string()));
    CHECK(load_images((folder / "val").string(), Split::train)[0][0] == 2);  // a part by its own name
}

TEST_CASE("issue 17.6: what is learnt from is never measured with") {
    for (const char* file : {"1.png", "a/1.png", "train/1.png", "train/a/1.png"}) {
        CAPTURE(file);
        TemporaryFolder folder;
        write_image(folder / file, 1);
        CHECK(load_images(folder.path().string(), Split::train).count == 1);
        CHECK_FALSE(has_split(folder.path().string(), Split::test));
        CHECK(contains(error_of([&] { load_images(folder.path().string(), Split::test); }),
                       "images to measure with: found none but those to learn from, expected the folders train and "
                       "test (or val) in it"));
    }
    for (const char* link : {"test", "test/a", "test/a/9.png"}) {
        CAPTURE(link);
        TemporaryFolder folder;
        write_image(folder / "train/a/1.png", 1);
        if (std::string(link) != "test") write_image(folder / "test/a2/2.png", 2);
        if (std::string(link) == "test/a/9.png") std::filesystem::create_directory(folder / "test/a");
        const std::string from = std::string(link).substr(4);
        std::filesystem::create_symlink(folder / ("train" + (from == "/a/9.png" ? "/a/1.png" : from)), folder / link);
        CHECK(contains(error_of([&] { load_images(folder.path().string(), Split::test); }), "which is learnt from"));
    }
    TemporaryFolder folder;  // a second name of one file, as `cp -l` gives it
    write_image(folder / "train/a/1.png", 1);
    write_image(folder / "test/a/2.png", 2);
    std::filesystem::create_hard_link(folder / "train/a/1.png", folder / "test/a/3.png");
    CHECK(contains(
        error_of([&] { load_images(folder.path().string(), Split::test); }),
        "3.png: image: found another name of " + (folder / "train/a/1.png").string() + ", which is learnt from"));
    std::filesystem::rename(folder / "test/a/3.png", folder / "train/a/3.png");
    CHECK(load_images(folder.path().string(), Split::train).count == 2);
    CHECK(load_images(folder.path().string(), Split::test).count == 1);
}

TEST_CASE("issue 17.6: a part within another is no class of it") {
    TemporaryFolder folder;
    for (const char* file : {"train/a/1.png", "train/b/1.png", "train/test/1.png"}) write_image(folder / file, 1);
    CHECK(load_images(folder.path().string(), Split::train).class_names ==
          std::vector<std::string>{"a", "b", "test"});  // a class of this name
    write_image(folder / "train/test/a/2.png", 2);
    CHECK(contains(error_of([&] { load_images(folder.path().string(), Split::train); }),
                   "train: arrangement: found the folder test, with a in it, beside the class a, expected "));
}

TEST_CASE("issue 17.6: what may be a part as well as a class is refused") {
    const std::string remedy = "expected one folder for training and one for testing";
    struct Arranged {
        std::vector<const char*> files;
        std::string found;
    };
    for (const Arranged& one :
         {Arranged{{"cat/1.png", "dog/1.png", "test/1.png"},
                   "found the folder test beside cat and no train, " + remedy},
          Arranged{{"test/a/1.png"}, "found the folder test and no train, " + remedy},
          Arranged{{"train/1.png", "car/1.png"}, "found the folder train beside car: a part, or a class, " + remedy},
          Arranged{{"train/1.png", "2.png"}, "found the folder train beside 2.png: a part, or a class"},
          Arranged{{"train/1.png", "training/1.png", "test/1.png"}, "found both train and training"},
          Arranged{{"train/1.png", "val/1.png", "valid/1.png"}, "found both val and valid"},
          Arranged{{"trainA/1.png", "trainB/1.png", "testA/1.png", "testB/1.png"}, "found both trainA and trainB"},
          Arranged{{"cat/train/1.png", "cat/test/1.png", "dog/train/1.png"},
                   "found the parts train and test within a class"},
          Arranged{{"all/cat/1.png", "all/dog/1.png"}, "found one folder, all, that holds all others (cat, dog)"}}) {
        CAPTURE(one.found);
        TemporaryFolder folder;
        for (const char* file : one.files) write_image(folder / file, 1);
        const std::string text = error_of([&] { load_images(folder.path().string(), Split::train); });
        CAPTURE(text);
        CHECK(contains(text, folder.path().string()));
        CHECK(contains(text, "arrangement: " + one.found));
    }
    TemporaryFolder folder;
    write_image(folder / "train/a/1.png", 1);
    write_image(folder / "val/a/1.png", 1);
    CHECK(contains(error_of([&] { read_image_folder(folder.path()); }),
                   "arrangement: found the parts train and val, expected classes' folders"));
    write_image(folder / "train/val/1.png", 1);  // parts within a part
    write_image(folder / "train/train/1.png", 1);
    CHECK(contains(error_of([&] { load_images(folder.path().string(), Split::train); }),
                   "train: arrangement: found the parts train and val, expected classes' folders"));
    TemporaryFolder names;  // that only begin or end as a part's does
    for (const char* file : {"valerie/1.png", "contest/1.png", "trainer/1.png"}) write_image(names / file, 1);
    CHECK(load_images(names.path().string(), Split::train).class_names.size() == 3);
}

TEST_CASE("issue 17.7: labels go by the names of the classes in training") {
    TemporaryFolder folder;
    for (const char* file : {"train/a/1.png", "train/b/1.png", "train/c/1.png", "test/a/1.png", "test/c/1.png"})
        write_image(folder / file, 1);
    std::filesystem::create_directory(folder / "test/b");
    const std::string name = folder.path().string();
    CHECK(load_images(name, Split::train).labels == std::vector<int>{0, 1, 2});
    const ImageData tests = load_images(name, Split::test);
    CHECK(tests.labels == std::vector<int>{0, 2});
    CHECK(tests.class_names == std::vector<std::string>{"a", "b", "c"});

    std::filesystem::create_directory(folder / "train/d");  // empty
    write_image(folder / "test/d/1.png", 1);
    CHECK(contains(
        error_of([&] { load_images(name, Split::test); }),
        "test/d: class: found d, of which " + (folder / "train").string() + " has no image, expected one of a, b, c"));
    std::filesystem::remove_all(folder / "test");
    write_image(folder / "test/1.png", 1);
    CHECK(load_images(name, Split::test).labels.empty());  // as competitions have it
    std::filesystem::remove_all(folder / "train");
    write_image(folder / "train/1.png", 1);
    std::filesystem::remove_all(folder / "test");
    write_image(folder / "test/a/1.png", 1);
    CHECK(contains(error_of([&] { load_images(name, Split::test); }), "expected images without classes, as there"));
}

TEST_CASE("issue 17.8: each real folder is entered once") {
    TemporaryFolder folder, elsewhere;
    write_image(folder / "a/1.png", 1);
    write_image(folder / "b/2.png", 2);
    write_image(elsewhere / "more/3.png", 3);
    std::filesystem::create_symlink("..", folder / "a/again");
    std::filesystem::create_symlink("../../..", folder / "a/far");
    std::filesystem::create_symlink(".", folder / "b/self");
    std::filesystem::create_symlink(elsewhere / "more", folder / "b/x");
    std::filesystem::create_symlink(elsewhere / "more", folder / "b/y");
    ImagesReport report;
    CHECK(read_image_folder(folder.path(), {}, &report).labels == std::vector<int>{0, 1, 1});
    CHECK(contains(report.text(), "3 link back to a folder around it (first " + (folder / "a/again").string()));
    CHECK(contains(report.text(), "1 link to a folder that was read already (first " + (folder / "b/y").string()));

    for (const char* link : {"c", "a/c"}) {  // one folder of two classes, whichever of them comes first
        std::filesystem::create_symlink(folder / "b", folder / link);
        const std::string text = error_of([&] { read_image_folder(folder.path()); });
        CHECK(contains(text, "folder: found the same folder as " + (folder / "b").string()));
        std::filesystem::remove(folder / link);
    }
}

TEST_CASE("issue 17.8: what is left out is told, by its kind") {
    TemporaryFolder folder;
    write_image(folder / "a/1.png", 1);
    write_image(folder / "b/1.png", 1);
    for (const char* file :
         {"a/1.jpg", "a/2.JPG", "b/3.jpeg", "labels.csv", "README", "Thumbs.db", "a/.hidden.jpg", "__MACOSX/a/._1.png"})
        folder.file(file, "?");
    ImagesReport report;
    CHECK(load_images(folder.path().string(), Split::train, {}, &report).count == 2);
    CHECK(report.text() == "left out: 1 without an ending (first " + (folder / "README").string() +
                               "), 1 .csv (first " + (folder / "labels.csv").string() + "), 2 .jpg (first " +
                               (folder / "a/1.jpg").string() + "), 1 .jpeg (first " + (folder / "b/3.jpeg").string() +
                               ")");
    folder.file("c/1.jpg", "?");
    CHECK(contains(error_of([&] { read_image_folder(folder.path()); }),
                   "c: number of images: found 0 PNG files beside 1 .jpg, expected at least one PNG file"));
    TemporaryFolder flat;
    flat.file("x.jpg", "?");
    CHECK(contains(error_of([&] { read_image_folder(flat.path()); }), "found 0 PNG files beside 1 .jpg"));
    flat.file("train-images-idx3-ubyte", "?");
    CHECK(contains(error_of([&] { load_images(flat.path().string(), Split::train); }),
                   "an IDX file, expected PNG files"));
}

namespace {

std::string big_endian(std::uint32_t value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
            static_cast<char>(value)};
}
std::string one_idx_image() {
    return big_endian(0x803) + big_endian(1) + big_endian(1) + big_endian(2) + "ab";
}
std::string one_idx_label(char label) {
    return big_endian(0x801) + big_endian(1) + label;
}

}  // namespace

TEST_CASE("issue 17.21: MNIST is found where others put it, under the names that they give it") {
    struct Place {
        const char *set, *images, *labels;
    };
    for (const Place& place :
         {Place{"mnist", "MNIST/raw/t10k-images-idx3-ubyte", "MNIST/raw/t10k-labels-idx1-ubyte"},
          Place{"mnist", "mnist/MNIST/raw/t10k-images-idx3-ubyte", "mnist/MNIST/raw/t10k-labels-idx1-ubyte"},
          Place{"mnist", "mnist/t10k-images.idx3-ubyte", "mnist/t10k-labels.idx1-ubyte"},
          Place{"mnist", "mnist/t10k-images-idx3-ubyte/t10k-images-idx3-ubyte",
                "mnist/t10k-labels-idx1-ubyte/t10k-labels-idx1-ubyte"},
          Place{"fashion-mnist", "FashionMNIST/raw/t10k-images-idx3-ubyte", "FashionMNIST/raw/t10k-labels-idx1-ubyte"},
          Place{"kmnist", "KMNIST/raw/t10k-images-idx3-ubyte", "KMNIST/raw/t10k-labels-idx1-ubyte"}}) {
        CAPTURE(place.images);
        TemporaryFolder folder;
        setenv("GENOTYPE_DATA", folder.path().c_str(), 1);
        folder.file(place.images, one_idx_image());
        folder.file(place.labels, one_idx_label(5));
        const ImageData images = load_images(place.set, Split::test);
        CHECK(images.count == 1);
        CHECK(images.labels == std::vector<int>{5});
    }
    TemporaryFolder folder;
    setenv("GENOTYPE_DATA", folder.path().c_str(), 1);
    folder.file("mnist/mnist.npz", "?");
    const std::string text = error_of([] { load_images("mnist", Split::train); });
    CAPTURE(text);
    for (const char* tried :
         {"train-images-idx3-ubyte.gz, train-images-idx3-ubyte, train-images.idx3-ubyte.gz, train-images.idx3-ubyte",
          "/mnist, ", "/MNIST/raw, ", "data/MNIST/raw", "/mnist holds mnist.npz"})
        CHECK(contains(text, tried));
    // Labels of another place could be those of other images.
    folder.file("mnist/t10k-images-idx3-ubyte", one_idx_image());
    folder.file("MNIST/raw/t10k-labels-idx1-ubyte", one_idx_label(5));
    CHECK(contains(error_of([] { load_images("mnist", Split::test); }), "t10k-labels-idx1-ubyte.gz: found nothing in"));
}

TEST_CASE("issue 18: GENOTYPE_DATA may name a data set's own folder") {
    TemporaryFolder folder;
    struct Place {
        const char *set, *root, *files;
    };
    for (const Place& place :
         {Place{"fashion-mnist", "fashion-mnist", "fashion-mnist"},
          Place{"fashion-mnist", "fashion-mnist/", "fashion-mnist"}, Place{"mnist", "MNIST/raw", "MNIST/raw"},
          Place{"mnist", "one/MNIST", "one/MNIST/raw"}}) {
        CAPTURE(place.root);
        const std::string files = place.files;
        folder.file(files + "/t10k-images-idx3-ubyte", one_idx_image());
        folder.file(files + "/t10k-labels-idx1-ubyte", one_idx_label(5));
        setenv("GENOTYPE_DATA", (folder / place.root).c_str(), 1);
        CHECK(load_images(place.set, Split::test).labels == std::vector<int>{5});
    }
    // What lies around it comes first, and another data set's folder is none.
    folder.file("fashion-mnist/fashion-mnist/t10k-images-idx3-ubyte", one_idx_image());
    folder.file("fashion-mnist/fashion-mnist/t10k-labels-idx1-ubyte", one_idx_label(7));
    setenv("GENOTYPE_DATA", (folder / "fashion-mnist").c_str(), 1);
    CHECK(load_images("fashion-mnist", Split::test).labels == std::vector<int>{7});
    CHECK(contains(error_of([] { load_images("kmnist", Split::test); }), "found nothing in"));
}

TEST_CASE("issue 17.21: beside a damaged copy the whole one is read, and that is told") {
    TemporaryFolder folder;
    setenv("GENOTYPE_DATA", folder.path().c_str(), 1);
    folder.file("mnist/t10k-images-idx3-ubyte.gz", std::string("\x1f\x8b\x08\0\0", 5));
    folder.file("mnist/t10k-images-idx3-ubyte", one_idx_image());
    folder.file("mnist/t10k-labels-idx1-ubyte", one_idx_label(5));
    ImagesReport report;
    CHECK(load_images("mnist", Split::test, {}, &report).count == 1);
    CHECK(contains(report.text(), "t10k-images-idx3-ubyte.gz: gzip data: found the end of the file"));
    CHECK(contains(report.text(), "; read " + (folder / "mnist/t10k-images-idx3-ubyte").string() + " instead"));
    folder.file("mnist/t10k-images-idx3-ubyte", one_idx_image().substr(0, 17));
    const std::string text = error_of([] { load_images("mnist", Split::test); });
    CHECK(contains(text, "t10k-images-idx3-ubyte.gz: gzip data"));
    CHECK(contains(text, "t10k-images-idx3-ubyte: pixels: found 1 bytes"));
    folder.file("mnist/t10k-images-idx3-ubyte.gz", one_idx_image());  // the other way round; plain bytes of any name
    report = {};
    CHECK(load_images("mnist", Split::test, {}, &report).count == 1);
    CHECK(report.text().empty());
}

TEST_CASE("issue 17.21: QMNIST is read") {
    TemporaryFolder folder;
    setenv("GENOTYPE_DATA", folder.path().c_str(), 1);
    std::string labels = big_endian(0xc02) + big_endian(1) + big_endian(8) + big_endian(7);
    for (std::uint32_t column = 1; column < 8; ++column) labels += big_endian(1000 * column);
    folder.file("QMNIST/raw/qmnist-test-images-idx3-ubyte", one_idx_image());
    folder.file("QMNIST/raw/qmnist-test-labels-idx2-int", labels);
    CHECK(load_images("qmnist", Split::test).labels == std::vector<int>{7});
    CHECK(
        read_idx(folder / "QMNIST/raw/qmnist-test-images-idx3-ubyte", folder / "QMNIST/raw/qmnist-test-labels-idx2-int")
            .labels == std::vector<int>{7});
}

TEST_CASE("issue 17.21: CIFAR's other versions are read, or named for what they are") {
    TemporaryFolder folder;
    setenv("GENOTYPE_DATA", folder.path().c_str(), 1);
    const auto error = [](const char* name, Split split = Split::train) {
        return error_of([&] { load_images(name, split); });
    };
    CHECK(contains(error("cifar10"), "data_batch_1.bin: found nothing in " + (folder / "cifar10").string() + ", " +
                                         (folder / "cifar-10-batches-bin").string()));
    std::filesystem::create_directories(folder / "cifar10/cifar-10-batches-py");
    CHECK(contains(error("cifar10"),
                   "cifar-10-batches-py, which holds Python's pickles, expected its binary version, "
                   "unpacked: cifar-10-binary.tar.gz"));
    std::filesystem::remove_all(folder / "cifar10");
    std::filesystem::create_directories(folder / "cifar-100-python");
    CHECK(contains(error("cifar100"), "cifar-100-python, which holds Python's pickles"));
    folder.file("cifar-10-binary.tar.gz", "?");
    CHECK(contains(error("cifar10"), "cifar-10-binary.tar.gz, which is packed (tar xzf)"));
    folder.file("cifar-10-batches-bin/test_batch.bin", std::string(3073, '\3'));
    ImagesReport report;
    CHECK(load_images("cifar10", Split::test, {}, &report).labels == std::vector<int>{3});
    CHECK(report.text() == (folder / "cifar-10-batches-bin").string() +
                               ": found 1 images to measure with, where the data set has 10000");
    folder.file("cifar-100-binary/test.bin", "\1\x63" + std::string(3072, '\5'));
    CHECK(load_images("cifar100", Split::test).labels == std::vector<int>{99});
}

TEST_CASE("Fashion-MNIST from the system's package") {
    if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
        MESSAGE("skipped: Debian's package dataset-fashion-mnist is not installed");
        return;
    }
    unsetenv("GENOTYPE_DATA");
    const ImageData images = load_images("fashion-mnist", Split::test);
    CHECK(images.count == 10000);
    CHECK(images.class_names[static_cast<std::size_t>(images.labels[0])] == "Ankle boot");
}
