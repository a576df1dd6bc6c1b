// Reader of the binary versions of CIFAR-10 and CIFAR-100.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/files/file_kind.hpp"
#include "genotype/files/input_file.hpp"
#include "genotype/images/images.hpp"
#include "genotype/images/split.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {
namespace detail {

inline constexpr std::size_t cifar_plane = 32 * 32;

/// A file of records: some bytes for the class, of which the last counts, then a red, a green and a blue plane of 32 x
/// 32 bytes.
class CifarFile {
  public:
    [[gnu::cold]] CifarFile(const std::filesystem::path& path, std::size_t label_bytes, int classes)
        : file_(path), label_bytes_(label_bytes), classes_(classes) {}

    [[gnu::cold]] void append_to(ImageData& images) {
        const std::size_t whole = label_bytes_ + 3 * cifar_plane;
        std::vector<std::uint8_t> record(whole);
        for (long number = 0; const std::size_t got = file_.read(record); ++number) {
            bytes_ += got;
            const std::string field = "record " + std::to_string(number);
            const int label = record[label_bytes_ - 1];
            if (got < whole) wrong(field, concat(got, " bytes"), concat(whole, " bytes"));
            if (label >= classes_) wrong(field, concat("label ", label), concat("a label from 0 to ", classes_ - 1));
            images.labels.push_back(label);
            const std::size_t before = images.bytes.size();
            images.bytes.resize(before + 3 * cifar_plane);
            const std::uint8_t* plane = record.data() + label_bytes_;
            for (std::size_t channel = 0; channel < 3; ++channel, plane += cifar_plane) {
                std::uint8_t* to = images.bytes.data() + before + channel;
                for (std::size_t pixel = 0; pixel < cifar_plane; ++pixel, to += 3) *to = plane[pixel];
            }
            ++images.count;
        }
    }

  private:
    /// Says so where the file's size is that of the other data set's records.
    [[noreturn]] void wrong(const std::string& field, const std::string& found, const std::string& expected) {
        expect_no_other_kind_at(file_.name(), field, "a file of CIFAR's binary version");
        std::array<std::uint8_t, 4096> rest;
        while (const std::size_t got = file_.read(rest)) bytes_ += got;
        const std::size_t other = 3 - label_bytes_;
        const bool is_other = bytes_ > 0 && bytes_ % (other + 3 * cifar_plane) == 0;
        const std::string_view number = other == 2 ? "100" : "10";
        fail(file_.name(), field, found,
             concat(expected, is_other ? concat(": its size is that of CIFAR-", number, "'s records, which read_cifar",
                                                number, " reads")
                                       : ""));
    }

    InputFile file_;
    std::size_t label_bytes_;
    int classes_;
    std::uint64_t bytes_ = 0;
};

/// How to get what is read here.
[[gnu::cold]] inline std::string cifar_hint(bool is_ten) {
    return concat("its binary version, unpacked: cifar-", is_ten ? "10" : "100", "-binary.tar.gz");
}

/// A file that lies where CIFAR's is looked for, with one beside it where that tells more, and what it is.
struct OtherCifar {
    bool is_ten;
    const char *file, *beside;
    std::string_view words;
};

/// What a folder has in place of the binary version, in words; empty where that is nothing known.
[[gnu::cold]] inline std::string other_cifar(const std::filesystem::path& folder, bool is_ten) {
    constexpr std::array<OtherCifar, 10> others{
        {{true, "cifar-10-binary.tar.gz", "", ", which is packed (tar xzf)"},
         {true, "cifar-10-batches-py", "", ", which holds Python's pickles"},
         {true, "cifar-10-python.tar.gz", "", ", which holds Python's pickles"},
         {true, "data_batch_1", "", ", which is a pickle of Python's"},
         {true, "train.bin", "test.bin", " and test.bin, CIFAR-100's files, which read_cifar100 reads"},
         {false, "cifar-100-binary.tar.gz", "", ", which is packed (tar xzf)"},
         {false, "cifar-100-python", "", ", which holds Python's pickles"},
         {false, "cifar-100-python.tar.gz", "", ", which holds Python's pickles"},
         {false, "test_batch.bin", "", ", one of CIFAR-10's files, which read_cifar10 reads"},
         {false, "train", "meta", ", a pickle of Python's"}}};
    std::error_code ignored;
    for (const OtherCifar& other : others)
        if (other.is_ten == is_ten && std::filesystem::exists(folder / other.file, ignored) &&
            std::filesystem::exists(folder / other.beside, ignored))
            return concat((folder / other.file).string(), other.words);
    return "";
}

/// The folder itself or the one that the archive makes, whichever has the file; where none has it, a known mistake is
/// an `Error`.
[[gnu::cold]] inline std::filesystem::path cifar_place(const std::filesystem::path& folder, const char* inner,
                                                       const std::string& file, bool is_ten) {
    std::error_code ignored;
    if (std::filesystem::is_directory(folder / inner, ignored)) return folder / inner;
    if (!std::filesystem::exists(folder / file, ignored))
        if (const std::string other = other_cifar(folder, is_ten); !other.empty())
            fail(folder.string(), file, other, cifar_hint(is_ten));
    return folder;
}

/// The names of a file's lines, or none where it is not there.
[[gnu::cold]] inline std::vector<std::string> cifar_names(const std::filesystem::path& path) {
    std::vector<std::string> names;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return names;
    std::ifstream lines(path);
    for (std::string line; std::getline(lines, line);) {
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
        if (!line.empty()) names.push_back(line);
    }
    return names;
}

}  // namespace detail

/// The images of CIFAR-10 (32 x 32, colour) from the folder that holds `data_batch_1.bin` to `data_batch_5.bin` and
/// `test_batch.bin`, or that holds `cifar-10-batches-bin` with them. Each file may have any number of records
/// (published: 10,000 of 3,073 bytes); `batches.meta.txt`, where it is there, names the classes in their order. PyTorch
/// equivalent: `torchvision.datasets.CIFAR10`.
inline ImageData read_cifar10(const std::filesystem::path& folder, Split split) {
    const std::string first = split == Split::test ? "test_batch.bin" : "data_batch_1.bin";
    const std::filesystem::path place = detail::cifar_place(folder, "cifar-10-batches-bin", first, true);
    ImageData images{0, 32, 32, 3, {}, {}, {}};
    constexpr std::array names{"airplane", "automobile", "bird",  "cat",  "deer",
                               "dog",      "frog",       "horse", "ship", "truck"};
    images.class_names.assign(names.begin(), names.end());
    const std::filesystem::path named = place / "batches.meta.txt";
    if (const std::vector<std::string> there = detail::cifar_names(named); !there.empty()) {
        if (there.size() != names.size()) fail(named.string(), "number of names", there.size(), names.size());
        for (std::size_t at = 0; at < names.size(); ++at)
            if (there[at] != names[at]) fail(named.string(), detail::concat("name ", at), there[at], names[at]);
    }
    for (int part = 1; part <= (split == Split::test ? 1 : 5); ++part) {
        const std::string file = split == Split::test ? first : detail::concat("data_batch_", part, ".bin");
        detail::CifarFile(place / file, 1, 10).append_to(images);
    }
    if (images.count == 0) fail(place.string(), "number of images", "0", "at least 1");
    return images;
}

/// The images of CIFAR-100 (32 x 32, colour) with their fine labels, 0 to 99, from the folder that holds `train.bin`
/// and `test.bin`, or that holds `cifar-100-binary` with them. The classes' names are those of `fine_label_names.txt`
/// where that is there. PyTorch equivalent: `torchvision.datasets.CIFAR100`.
inline ImageData read_cifar100(const std::filesystem::path& folder, Split split) {
    const std::string name = split == Split::test ? "test.bin" : "train.bin";
    const std::filesystem::path place = detail::cifar_place(folder, "cifar-100-binary", name, false);
    constexpr std::size_t classes = 100;
    ImageData images{0, 32, 32, 3, {}, {}, {}};
    detail::CifarFile(place / name, 2, static_cast<int>(classes)).append_to(images);
    if (images.count == 0) fail((place / name).string(), "number of images", "0", "at least 1");
    const std::filesystem::path names = place / "fine_label_names.txt";
    std::error_code ignored;
    if (!std::filesystem::exists(names, ignored)) return images;
    images.class_names = detail::cifar_names(names);
    if (images.class_names.size() != classes)
        fail(names.string(), "number of names", images.class_names.size(), classes);
    return images;
}

}  // namespace genotype::inline v0_1
