// A folder with files, folders and links of odd names and of images of several sizes, by itself and as parts to learn
// from and to measure with. The input is a list of entries: a byte for the kind, a byte for the name's length, the
// name, and for files of any content, and for links, a byte for its length and the content. The first byte of all says
// to which size images are brought, if to any.
#include "genotype/images/image_folder.hpp"

#include <algorithm>
#include <optional>

#include "genotype/data/named.hpp"
#include "genotype/images/png.hpp"
#include "support/fuzz.hpp"
#include "support/temporary_folder.hpp"

namespace {

class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size) : left_(reinterpret_cast<const char*>(data), size) {}
    bool empty() const { return left_.empty(); }
    std::uint8_t byte() {
        const std::string one = text(1);
        return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
    }
    std::string text(std::size_t length) {
        const std::string first(left_.substr(0, length));
        left_.remove_prefix(first.size());
        return first;
    }

  private:
    std::string_view left_;
};

/// Image number 0 to 7: 1 or 2 pixels high and wide, grey or colour.
const std::string& image(int number) {
    static const std::vector<std::string> files = [] {
        const TemporaryFolder folder;
        std::vector<std::string> made;
        for (int of = 0; of < 8; ++of) {
            genotype::save_png(genotype::blank_images(1, 1 + of % 2, 1 + of / 2 % 2, of < 4 ? 1 : 3), folder / "a");
            made.push_back(content_of(folder / "a"));
        }
        return made;
    }();
    return files[static_cast<std::size_t>(number)];
}

/// Within the folder, and a name that the file system takes; a slash leads into a folder.
std::optional<std::string> allowed(std::string name) {
    std::replace(name.begin(), name.end(), '\0', '0');
    std::string part;
    for (const char letter : name + "/") {
        if (letter != '/') {
            part += letter;
            continue;
        }
        if (part.empty() || part == "." || part == "..") return {};
        part.clear();
    }
    return name;
}

void fill(const std::filesystem::path& folder, Input& input) {
    for (int entries = 0; !input.empty() && entries < 6; ++entries) {
        const int kind = input.byte() % 16;
        const auto name = allowed(input.text(input.byte() % 24));
        const bool is_link = kind >= 14;
        const std::string content = kind < 8 ? image(kind) : kind < 12 || is_link ? input.text(input.byte()) : "";
        if (!name) continue;
        std::error_code ignored;  // a file may stand where a folder is wanted
        const std::filesystem::path path = folder / *name;
        std::filesystem::create_directories(kind < 12 || is_link ? path.parent_path() : path, ignored);
        if (kind < 12) std::ofstream(path, std::ios::binary) << content;
        if (is_link && allowed(content)) std::filesystem::create_symlink(folder / *allowed(content), path, ignored);
        if (is_link && content.empty()) std::filesystem::create_symlink("..", path, ignored);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const TemporaryFolder place;
    const std::filesystem::path folder = place / "images";
    std::filesystem::create_directory(folder);
    Input input(data, size);
    const int wanted = input.byte() % 8;
    fill(folder, input);
    std::optional<genotype::ImageSize> to;
    if (wanted > 0) to = genotype::ImageSize{wanted, 1 + wanted % 3};
    fuzz::attempt([&] { fuzz::expect_whole(genotype::read_image_folder(folder, to)); });
    fuzz::attempt([&] { fuzz::expect_whole(genotype::load_images(folder, genotype::Split::train, to)); });
    fuzz::attempt([&] {
        genotype::ImagesReport report;
        fuzz::expect_whole(genotype::load_images(folder, genotype::Split::test, to, &report));
        fuzz::expect(genotype::has_split(folder, genotype::Split::test), "a part that was read is there");
        for (const genotype::LeftOut& one : report.left_out) fuzz::expect(one.count > 0, "things that were left out");
    });
    std::filesystem::remove_all(folder);
    return 0;
}
