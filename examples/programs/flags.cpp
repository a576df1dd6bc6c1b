// The flags of the examples that learn from images.
#include "parse_flags.hpp"

namespace example {

bool Flags::parse(int argc, char** argv, const char* what_it_does, std::initializer_list<Option> own) {
    CLI::App app(what_it_does);
    auto* resumed = add_training_flags(app, *this, "Adam", "images");
    app.add_option(
        "--data", data,
        "fashion-mnist, mnist, kmnist, qmnist, cifar10, cifar100, or a folder of PNG files: flat, with a folder "
        "for each class, or with those in train and test (or val)");
    app.add_option("--device", device, "cpu, or cuda: an NVIDIA GPU")->check(CLI::IsMember({"cpu", "cuda"}));
    app.add_option("--epochs", epochs,
                   "how often each image is seen (the last ones of an epoch that fill no batch are left out)")
        ->check(at_least(1));
    auto* count = app.add_option("--samples", samples, "how many samples to write after the training");
    auto* file = app.add_option("--samples-file", samples_file, "where: .npy, uint8, N x H x W x C");
    count->check(at_least(1))->needs(file);
    file->needs(count);
    for (const Option& option : own) {
        CLI::Option* added = nullptr;
        if (option.is_on)
            added = app.add_flag(option.name, *option.is_on, option.help);
        else if (option.word)
            added = app.add_option(option.name, *option.word, option.help)->check(CLI::IsMember(option.words));
        else if (option.file)
            added = app.add_option(option.name, *option.file, option.help);
        else if (option.count)
            added = app.add_option(option.name, *option.count, option.help)->check(at_least(option.least));
        else
            added = app.add_option(option.name, *option.number, option.help)->check(at_least(option.least));
        for (const std::string& other : option.needs) added->needs(app.get_option(other));
    }
    return parse_training_flags(app, argc, argv, *this, resumed, [&] {
        // Better now than after the training.
        const auto check_folder = [](const char* flag, const std::filesystem::path& path) {
            std::error_code error;
            const std::filesystem::path folder = path.parent_path();
            if (!folder.empty() && !std::filesystem::is_directory(folder, error))
                genotype::fail(flag, "folder", folder.string(), "one that is there");
        };
        check_folder("--samples-file", samples_file);
        for (const Option& option : own)
            if (option.file) check_folder(option.name, *option.file);
    });
}

}  // namespace example
