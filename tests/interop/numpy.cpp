// Our half of numpy.sh: the same arrays that numpy_arrays.py has, written or compared.
// usage: interop_numpy write|read FOLDER
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "genotype/io/npy.hpp"
#include "genotype/io/npz.hpp"

using namespace genotype;

namespace {

int faults = 0;

void check(bool holds, const std::string& what) {
    if (holds) return;
    std::printf("FAULT %s\n", what.c_str());
    ++faults;
}

bool same_bits(std::span<const float> left, std::span<const float> right) {
    return left.size() == right.size() && std::memcmp(left.data(), right.data(), left.size_bytes()) == 0;
}

struct Arrays {
    FloatArray floats{{2, 3}, {1.5f, -2.0f, std::numeric_limits<float>::infinity(), 1e-42f, 0.0f, -0.0f}};
    FloatArray scalar{{}, {7.0f}};
    Tensor<Shape<5>> latents{2};
    Tensor<Shape<3, 4, 5>> samples{2};
    ImageData images = blank_images(2, 3, 4, 3);

    Arrays() {
        for (int n = 0; n < 2; ++n) {
            for (int i = 0; i < 5; ++i) latents(n, i) = static_cast<float>(n * 5 + i) / 4;
            for (int c = 0; c < 3; ++c)
                for (int h = 0; h < 4; ++h)
                    for (int w = 0; w < 5; ++w) samples(n, c, h, w) = static_cast<float>(((n * 3 + c) * 4 + h) * 5 + w);
        }
        for (std::size_t byte = 0; byte < images.bytes.size(); ++byte)
            images.bytes[byte] = static_cast<std::uint8_t>(byte * 7 % 256);
    }
};

void compare(const FloatArray& found, const FloatArray& wanted, const std::string& what) {
    check(found.sizes == wanted.sizes && same_bits(found.values, wanted.values), what);
}

void compare(const ImageData& found, const ImageData& wanted, const std::string& what) {
    check(found.count == wanted.count && size_text(found) == size_text(wanted) && found.bytes == wanted.bytes, what);
}

template <ShapeType S>
void compare(const Tensor<S>& found, const Tensor<S>& wanted, const std::string& what) {
    check(found.batch() == wanted.batch() && same_bits(found.values(), wanted.values()), what);
}

void write(const std::filesystem::path& folder, const Arrays& our) {
    save_npy(our.floats, folder / "floats.npy");
    save_npy(our.scalar, folder / "scalar.npy");
    save_npy(our.latents, folder / "latents.npy");
    save_npy(our.samples, folder / "samples.npy");
    save_npy(our.images, folder / "images.npy");
    const std::vector<NpzEntry> all{{"floats", our.floats},
                                    {"scalar", our.scalar},
                                    {"latents", our.latents},
                                    {"samples", our.samples},
                                    {"images", our.images}};
    save_npz(all, folder / "stored.npz");
    save_npz_compressed(all, folder / "deflated.npz");
}

void read(const std::filesystem::path& folder, const Arrays& our) {
    compare(load_npy(folder / "floats.npy"), our.floats, "floats.npy");
    compare(load_npy(folder / "scalar.npy"), our.scalar, "scalar.npy");
    compare(load_npy<Shape<5>>(folder / "latents.npy"), our.latents, "latents.npy");
    compare(load_npy<Shape<3, 4, 5>>(folder / "samples.npy"), our.samples, "samples.npy");
    compare(load_npy_images(folder / "images.npy"), our.images, "images.npy");
    for (const std::string file : {"stored.npz", "deflated.npz"}) {
        Npz archive(folder / file);
        check(archive.names() == std::vector<std::string>{"floats", "scalar", "latents", "samples", "images"}, file);
        compare(archive.read("floats"), our.floats, file + ": floats");
        compare(archive.read("scalar"), our.scalar, file + ": scalar");
        compare(archive.read<Shape<5>>("latents"), our.latents, file + ": latents");
        compare(archive.read<Shape<3, 4, 5>>("samples"), our.samples, file + ": samples");
        compare(archive.read_images("images"), our.images, file + ": images");
    }
    for (const std::string file : {"fortran.npy", "doubles.npy", "big_endian.npy", "objects.npy"}) {
        bool refused = false;
        try {
            load_npy(folder / file);
        } catch (const Error&) {
            refused = true;
        }
        check(refused, file + " is read, as if it held little-endian float32 in C order");
    }
    for (const std::string file : {"fortran.npy", "doubles.npy", "big_endian.npy"})
        compare(load_npy(folder / file, {.convert = true}), our.floats, file + " converted");
    int converted = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string file = entry.path().filename().string();
        if (!file.starts_with("convert_")) continue;
        FloatArray wanted{{2, 3, 4}, {}};
        for (int value = 0; value < 24; ++value)
            wanted.values.push_back(file.starts_with("convert_b1") ? static_cast<float>(value != 0)
                                                                   : static_cast<float>(value));
        compare(load_npy(entry.path(), {.convert = true}), wanted, file);
        ++converted;
    }
    check(converted == 48, "files of every type in both orders");
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    const Arrays our;
    if (std::string(arguments[1]) == "write")
        write(arguments[2], our);
    else
        read(arguments[2], our);
    return faults > 0 ? 1 : 0;
}
