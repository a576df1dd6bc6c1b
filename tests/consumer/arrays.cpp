// A user's program that saves two arrays in one file and reads one again.
#include <genotype/io/npz.hpp>

using namespace genotype;

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const std::filesystem::path file = std::filesystem::path(arguments[1]) / "arrays.npz";
    Tensor<Shape<2>> latents(3);
    latents(2, 1) = 0.5f;
    save_npz({{"latents", latents}, {"image", blank_images(1, 2, 3, 1)}}, file);
    return Npz(file).read<Shape<2>>("latents")(2, 1) == 0.5f ? 0 : 1;
}
