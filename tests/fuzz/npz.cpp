// An .npz file: its directory, and each array as floats, as samples, as images and as labels.
#include "genotype/io/npz.hpp"

#include "support/fuzz.hpp"

using namespace genotype;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::MemoryFile file;
    file.set({data, size});
    fuzz::attempt([] {
        Npz archive(file.path());
        for (const std::string& name : archive.names()) {
            for (const bool convert : {false, true}) {
                fuzz::attempt([&] { archive.read(name, {convert}); });
                fuzz::attempt([&] { archive.read<Shape<3>>(name, {convert}); });
                fuzz::attempt([&] { fuzz::expect_whole(archive.read_images(name, {convert})); });
            }
            fuzz::attempt([&] { archive.read_labels(name); });
        }
    });
    return 0;
}
