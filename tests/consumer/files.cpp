// A user's program that writes an image and reads it again.
#include <genotype/data.hpp>
#include <genotype/io.hpp>

using namespace genotype;

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const std::filesystem::path file = std::filesystem::path(arguments[1]) / "image.png";
    ImageData image = blank_images(1, 2, 3, 1);
    image.bytes[4] = 200;
    save_png(image, file);
    return load_png(file).bytes == image.bytes ? 0 : 1;
}
