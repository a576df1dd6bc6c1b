// Several arrays in one .npz file, for numpy. Programs that include this link libzip (CMake: genotype::npz).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "genotype/files/atomic_file.hpp"
#include "genotype/images/images.hpp"
#include "genotype/io/npy_array.hpp"
#include "genotype/io/zip.hpp"
#include "genotype/memory/tensor.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1 {

/// One array of an .npz file: `{"latents", tensor}`.
struct NpzEntry {
    std::string name;
    NpyArray array;
};

namespace detail {

inline constexpr std::string_view npy_ending = ".npy";

inline void save_npz(const std::vector<NpzEntry>& arrays, const std::filesystem::path& path, bool deflate) {
    const std::string where = path.string();
    if (arrays.empty()) fail(where, "number of arrays", "0", "at least 1");
    std::vector<ZipPart> parts;
    for (const NpzEntry& entry : arrays) {
        if (entry.name.empty() || entry.name.find('\0') != std::string::npos)
            fail(where, concat("name of array ", parts.size()), concat("'", entry.name, "'"), "a name in UTF-8");
        parts.push_back(
            {entry.name + std::string(npy_ending), entry.array.header(where + ": " + entry.name), entry.array.bytes()});
    }
    ZipWriter archive(where);
    for (const ZipPart& part : parts) archive.add(part, deflate);
    write_file(path, archive.finish());
}

}  // namespace detail

/// Saves arrays under their names: `save_npz({{"z", latents}, {"x", images}}, "run.npz")`. An array is what
/// `save_npy` takes. The file is replaced whole or not at all, and its bytes depend on the arrays alone. A name that is
/// empty, there twice or not UTF-8 is an `Error`. numpy equivalent: `np.savez`.
inline void save_npz(const std::vector<NpzEntry>& arrays, const std::filesystem::path& path) {
    detail::save_npz(arrays, path, false);
}

/// The same, deflated. numpy equivalent: `np.savez_compressed`.
inline void save_npz_compressed(const std::vector<NpzEntry>& arrays, const std::filesystem::path& path) {
    detail::save_npz(arrays, path, true);
}

/// The arrays of an .npz file, stored or deflated, read one by one when they are asked for. Another type than the one
/// asked for, an unknown name and a cut or damaged file are an `Error`. numpy equivalent: the `NpzFile` of `np.load`.
class Npz {
  public:
    explicit Npz(const std::filesystem::path& path) : archive_(path), members_(archive_.members()) {
        for (std::size_t member = 0; member < members_.size(); ++member) {
            if (!members_[member].ends_with(detail::npy_ending)) continue;
            names_.push_back(members_[member].substr(0, members_[member].size() - detail::npy_ending.size()));
        }
        std::vector<std::string> sorted = names_;
        std::sort(sorted.begin(), sorted.end());
        const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
        if (twice != sorted.end())
            fail(archive_.name(), "names", detail::concat("'", *twice, "' twice"), "each name once");
    }

    /// The arrays' names in the file's order. Members that are no .npy files are not among them.
    const std::vector<std::string>& names() const { return names_; }

    /// Float32 of any sizes; other numbers as `load_npy` converts them.
    FloatArray read(const std::string& name, NpyOptions options = {}) {
        detail::ZipMember member = open(name);
        return detail::read_npy_floats(member, options);
    }

    /// Float samples as `save_npz` writes them: N x H x W x C for `Shape<C, H, W>` (or N x H x W for `Shape<1, H, W>`),
    /// N x features for `Shape<features>`.
    template <ShapeType S>
    Tensor<S> read(const std::string& name, NpyOptions options = {}) {
        detail::ZipMember member = open(name);
        return detail::read_npy_tensor<S>(member, options);
    }

    /// Images without labels from uint8 of N x H x W x C, with 1 or 3 channels, or of N x H x W, which are grey:
    /// `archive.read_images("x_train")` of Keras's mnist.npz.
    ImageData read_images(const std::string& name, NpyOptions options = {}) {
        detail::ZipMember member = open(name);
        return detail::read_npy_images(member, options);
    }

    [[deprecated("take read_images")]] ImageData read_pictures(const std::string& name, NpyOptions options = {}) {
        return read_images(name, options);
    }

    /// The classes of images from whole numbers of N or N x 1, as `load_npy_labels` reads them.
    std::vector<int> read_labels(const std::string& name) {
        detail::ZipMember member = open(name);
        return detail::read_npy_labels(member);
    }

  private:
    detail::ZipMember open(const std::string& name) {
        const auto found = std::find(members_.begin(), members_.end(), name + std::string(detail::npy_ending));
        if (found == members_.end()) {
            std::string all;
            for (const std::string& one : names_) all += (all.empty() ? "" : ", ") + one;
            fail(archive_.name(), "array", detail::concat("no ", name),
                 all.empty() ? "an archive with arrays" : "one of " + all);
        }
        return {archive_, static_cast<std::uint64_t>(found - members_.begin()), name};
    }

    detail::ZipReader archive_;
    std::vector<std::string> members_;
    std::vector<std::string> names_;
};

}  // namespace genotype::inline v0_1
