// A user's program that writes a picture and reads it again.
#include <genotype/data.hpp>
#include <genotype/io.hpp>

using namespace genotype;

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const std::filesystem::path file = std::filesystem::path(arguments[1]) / "picture.png";
    Pictures picture = blank_pictures(1, 2, 3, 1);
    picture.bytes[4] = 200;
    save_png(picture, file);
    return load_png(file).bytes == picture.bytes ? 0 : 1;
}
