// The reader of CIFAR-10's binary version.
#include "genotype/images/cifar10.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

/// One record: red is the pixel's number, green that plus 1, blue that plus 2.
std::string record(int label) {
    std::string bytes(1, static_cast<char>(label));
    for (int channel = 0; channel < 3; ++channel)
        for (int pixel = 0; pixel < 1024; ++pixel) bytes += static_cast<char>(pixel + channel);
    return bytes;
}

void write_training(const TemporaryFolder& folder, const std::string& inner) {
    for (int part = 1; part <= 5; ++part)
        folder.file(inner + "data_batch_" + std::to_string(part) + ".bin", record(part) + record(part + 1));
}

}  // namespace

TEST_CASE("planes become channels-last pixels, in the folder or the one that the archive makes") {
    for (const std::string inner : {"", "cifar-10-batches-bin/"}) {
        TemporaryFolder folder;
        write_training(folder, inner);
        folder.file(inner + "test_batch.bin", record(9));
        const ImageData train = read_cifar10(folder.path(), Split::train);
        CHECK(train.count == 10);
        CHECK(train.labels == std::vector<int>{1, 2, 2, 3, 3, 4, 4, 5, 5, 6});
        CHECK(train.height == 32);
        CHECK(train.channels == 3);
        for (std::size_t pixel = 0; pixel < 1024; ++pixel)
            for (std::size_t channel = 0; channel < 3; ++channel)
                REQUIRE(train[7][pixel * 3 + channel] == static_cast<std::uint8_t>(pixel + channel));
        const ImageData test = read_cifar10(folder.path(), Split::test);
        CHECK(test.count == 1);
        CHECK(test.labels == std::vector<int>{9});
        CHECK(test.class_names[9] == "truck");
    }
}

// Files of the sizes that were published, empty but for a record at each end: the labels of data_batch_1.bin and
// test_batch.bin begin with frog and cat.
TEST_CASE("CIFAR-10 as it was published: six files of 10,000 records, and the classes in their order") {
    TemporaryFolder folder;
    const auto write = [&](const std::string& name, int first, int last) {
        const auto path = folder.file("cifar-10-batches-bin/" + name, record(first));
        std::filesystem::resize_file(path, 10'000L * 3073);
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(9'999L * 3073);
        file << record(last);
    };
    for (int part = 1; part <= 5; ++part) write("data_batch_" + std::to_string(part) + ".bin", part == 1 ? 6 : part, 9);
    write("test_batch.bin", 3, 7);
    folder.file("cifar-10-batches-bin/readme.html", "<html>");
    const std::string names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
    folder.file("cifar-10-batches-bin/batches.meta.txt", names);

    const ImageData train = read_cifar10(folder.path(), Split::train), test = read_cifar10(folder.path(), Split::test);
    CHECK(train.count == 50'000);
    CHECK(train.bytes.size() == 50'000UL * 3072);
    CHECK(test.count == 10'000);
    for (int part = 1; part <= 5; ++part) {
        const auto first = static_cast<std::size_t>(10'000 * (part - 1));
        CHECK(train.labels[first] == (part == 1 ? 6 : part));
        CHECK(train.labels[first + 1] == 0);
        CHECK(train.labels[first + 9'999] == 9);
        for (const std::size_t of : {first, first + 9'999})  // red is the pixel's number, blue that plus 2
            CHECK((train[static_cast<int>(of)][3 * 40] == 40 && train[static_cast<int>(of)][3 * 40 + 2] == 42));
        CHECK(train[static_cast<int>(first) + 1][3 * 40 + 2] == 0);
    }
    CHECK(test.class_names[static_cast<std::size_t>(test.labels[0])] == "cat");
    CHECK(test.class_names[static_cast<std::size_t>(train.labels[0])] == "frog");
    CHECK(test.class_names[static_cast<std::size_t>(test.labels[9'999])] == "horse");

    std::filesystem::resize_file(folder / "cifar-10-batches-bin/data_batch_1.bin", 10'000L * 3073 - 1);
    CHECK(contains(error_of([&] { read_cifar10(folder.path(), Split::train); }),
                   "data_batch_1.bin: record 9999: found 3072 bytes, expected 3073 bytes"));
    std::filesystem::resize_file(folder / "cifar-10-batches-bin/test_batch.bin", 10'000L * 3073 + 128);
    CHECK(contains(error_of([&] { read_cifar10(folder.path(), Split::test); }),
                   "test_batch.bin: record 10000: found 128 bytes, expected 3073 bytes"));
    folder.file("cifar-10-batches-bin/batches.meta.txt", "airplane\nbird\n" + names.substr(names.find("cat")));
    CHECK(contains(error_of([&] { read_cifar10(folder.path(), Split::test); }),
                   "batches.meta.txt: number of names: found 9, expected 10"));
    folder.file("cifar-10-batches-bin/batches.meta.txt",
                "airplane\nbird\nautomobile\n" + names.substr(names.find("cat")));
    CHECK(contains(error_of([&] { read_cifar10(folder.path(), Split::test); }),
                   "batches.meta.txt: name 1: found bird, expected automobile"));
}

TEST_CASE("bad files are errors") {
    TemporaryFolder folder;
    const auto read_test = [&] { read_cifar10(folder.path(), Split::test); };
    CHECK(contains(error_of(read_test), "test_batch.bin: file"));
    folder.file("test_batch.bin", record(1) + record(2).substr(0, 100));
    CHECK(contains(error_of(read_test), "test_batch.bin: record 1: found 100 bytes, expected 3073 bytes"));
    folder.file("test_batch.bin", record(1) + record(10));
    CHECK(contains(error_of(read_test), "record 1: found label 10"));
    folder.file("test_batch.bin", "");
    CHECK(contains(error_of(read_test), "number of images: found 0"));
    write_training(folder, "");
    std::filesystem::remove(folder / "data_batch_4.bin");
    CHECK(contains(error_of([&] { read_cifar10(folder.path(), Split::train); }), "data_batch_4.bin: file"));
}

TEST_CASE("issue 17.21: CIFAR-100 is read with its fine labels") {
    for (const std::string inner : {"", "cifar-100-binary/"}) {
        TemporaryFolder folder;
        folder.file(inner + "train.bin", "\x03" + record(4) + "\x13" + record(99));
        folder.file(inner + "test.bin", "\x02" + record(5));
        ImageData images = read_cifar100(folder.path(), Split::train);
        CHECK(images.labels == std::vector<int>{4, 99});
        CHECK(images.class_names.empty());
        CHECK(images[1][3 * 7 + 2] == 9);
        std::string names;
        for (int name = 0; name < 100; ++name) names += "class " + std::to_string(name) + "\r\n";
        folder.file(inner + "fine_label_names.txt", names);
        images = read_cifar100(folder.path(), Split::test);
        CHECK(images.labels == std::vector<int>{5});
        CHECK(images.class_names[99] == "class 99");
        folder.file(inner + "fine_label_names.txt", "apple\n");
        CHECK(contains(error_of([&] { read_cifar100(folder.path(), Split::test); }),
                       "number of names: found 1, expected 100"));
    }
}

TEST_CASE("issue 17.21: files of the other CIFAR are named for what they are") {
    TemporaryFolder folder;
    std::string hundred;
    for (int number = 0; number < 20; ++number) hundred += "\x03" + record(4);
    folder.file("test_batch.bin", hundred);
    CHECK(contains(error_of([&] { read_cifar10(folder.path(), Split::test); }),
                   "its size is that of CIFAR-100's records, which read_cifar100 reads"));
    folder.file("test.bin", record(1) + record(2));
    CHECK(contains(error_of([&] { read_cifar100(folder.path(), Split::test); }),
                   "its size is that of CIFAR-10's records, which read_cifar10 reads"));
    folder.file("train.bin", hundred);
    CHECK(contains(error_of([&] { read_cifar10(folder.path(), Split::train); }), "and test.bin, CIFAR-100's files"));
    TemporaryFolder python;
    python.file("data_batch_1", "?");
    CHECK(contains(error_of([&] { read_cifar10(python.path(), Split::train); }), "a pickle of Python's"));
}
