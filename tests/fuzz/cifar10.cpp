// A file of CIFAR-10's records, and of CIFAR-100's, through the folder that it lies in.
#include "genotype/images/cifar10.hpp"

#include "support/fuzz.hpp"
#include "support/temporary_folder.hpp"

namespace {

struct Folder : TemporaryFolder {
    fuzz::MemoryFile file;
    Folder() {
        for (const char* name : {"test_batch.bin", "test.bin"})
            std::filesystem::create_symlink(file.path(), *this / name);
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    folder.file.set({data, size});
    fuzz::attempt([] { fuzz::expect_whole(genotype::read_cifar10(folder.path(), genotype::Split::test)); });
    fuzz::attempt([] { fuzz::expect_whole(genotype::read_cifar100(folder.path(), genotype::Split::test)); });
    return 0;
}
