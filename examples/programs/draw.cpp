// Draws what a prompt says: its words become tokens of a GPT, which goes on with the codes of an image, which a
// VQ-VAE's decoder makes an image of. Trains both on first use.
//     build/examples/draw "ankle boot"
#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "beside_data.hpp"
#include "draw_flags.hpp"
#include "images.hpp"
#include "prompted_images.hpp"

namespace {

/// "ankle boot" -> "ankle_boot.png"
std::string file_of(std::string prompt) {
    for (char& letter : prompt)
        if (std::isalnum(static_cast<unsigned char>(letter)) == 0 && letter != '-') letter = '_';
    return prompt + ".png";
}

/// Trains the models, the same whatever is drawn then. Goes on where it was stopped.
int train(const example::DrawFlags& flags, const std::filesystem::path& model) {
    std::error_code error;
    if (model.has_parent_path()) std::filesystem::create_directories(model.parent_path(), error);
    if (error) genotype::fail("--model", "folder", model.parent_path().string(), "one that can be made");
    example::VaeSettings settings = flags.settings;
    settings.flags.seed = 0;
    settings.flags.out /= model.stem();
    const std::filesystem::path checkpoints = settings.flags.out / "checkpoints";
    settings.flags.resume = std::filesystem::exists(checkpoints) && !std::filesystem::is_empty(checkpoints);
    std::printf("trains what draws, once: %s\n", model.c_str());
    return example::train_vae_of_codes(settings, model, flags.prompt);
}

}  // namespace

int main(int argc, char** argv) {
    example::DrawFlags flags;
    example::VaeSettings& settings = flags.settings;
    example::set_defaults_of_codes(settings);
    settings.flags.out = "out/draw";
    if (!flags.parse(argc, argv)) return flags.exit_code;

    return example::run([&] {
        const std::filesystem::path model =
            flags.model.empty() ? example::place_beside_data(settings.flags.data, ".draw.safetensors") : flags.model;
        if (!std::filesystem::exists(model))
            if (const int code = train(flags, model); code != 0) return code;
        const example::PromptedImages drawn = example::draw_prompted(model, flags.prompt, flags.count, settings);
        if (!drawn.is_name)
            std::printf("no class is called \"%s\": its words are known, and together they are new\n",
                        flags.prompt.c_str());
        const int columns = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(flags.count))));
        example::save_grid(drawn.images, settings.flags.out / file_of(flags.prompt), columns);
        example::name_files(settings.flags.out, {file_of(flags.prompt)});
        return 0;
    });
}
