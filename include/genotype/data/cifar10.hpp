// Reader of the binary version of CIFAR-10.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "genotype/data/file_kind.hpp"
#include "genotype/data/input_file.hpp"
#include "genotype/data/pictures.hpp"
#include "genotype/data/split.hpp"
#include "genotype/shape/error.hpp"

namespace genotype {
namespace detail {

/// Appends a file of records: one byte for the class, then a red, a green and a blue plane of 32 x 32 bytes.
inline void append_cifar10(Pictures& pictures, const std::filesystem::path& path) {
    constexpr std::size_t plane = 32 * 32;
    InputFile file(path);
    std::array<std::uint8_t, 1 + 3 * plane> record;
    while (const std::size_t got = file.read(record)) {
        const std::string field = "record " + std::to_string(pictures.count);
        if (got < record.size() || record[0] > 9)
            expect_no_other_kind_at(file.name(), field, "a file of CIFAR-10's binary version");
        if (got < record.size()) fail(file.name(), field, concat(got, " bytes"), concat(record.size(), " bytes"));
        if (record[0] > 9) fail(file.name(), field, concat("label ", record[0]), "a label from 0 to 9");
        pictures.labels.push_back(record[0]);
        const std::size_t before = pictures.bytes.size();
        pictures.bytes.resize(before + 3 * plane);
        std::uint8_t* const picture = pictures.bytes.data() + before;
        for (std::size_t channel = 0; channel < 3; ++channel)
            for (std::size_t pixel = 0; pixel < plane; ++pixel)
                picture[pixel * 3 + channel] = record[1 + channel * plane + pixel];
        ++pictures.count;
    }
}

}  // namespace detail

/// The pictures of CIFAR-10 (32 x 32, colour) from the folder that holds `data_batch_1.bin` to `data_batch_5.bin` and
/// `test_batch.bin`, or that holds `cifar-10-batches-bin` with them. Each file may have any number of records.
/// PyTorch equivalent: `torchvision.datasets.CIFAR10`.
inline Pictures read_cifar10(const std::filesystem::path& folder, Split split) {
    const std::filesystem::path inner = folder / "cifar-10-batches-bin";
    std::error_code ignored;
    const std::filesystem::path place = std::filesystem::is_directory(inner, ignored) ? inner : folder;
    Pictures pictures{0, 32, 32, 3, {}, {}, {}};
    pictures.class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
    if (split == Split::test)
        detail::append_cifar10(pictures, place / "test_batch.bin");
    else
        for (int part = 1; part <= 5; ++part)
            detail::append_cifar10(pictures, place / ("data_batch_" + std::to_string(part) + ".bin"));
    if (pictures.count == 0) fail(place.string(), "number of pictures", "0", "at least 1");
    return pictures;
}

}  // namespace genotype
