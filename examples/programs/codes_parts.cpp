// VQ-VAEs with a prior that reads words, for `vae` and `draw`.
#include <genotype/images/float_images.hpp>
#include <genotype/images/grey.hpp>

#include "code_prior.hpp"
#include "codes_file.hpp"
#include "images.hpp"
#include "prompted_images.hpp"

namespace example {
namespace {

/// Throws `Error` where a flag is of the other models.
void check(const VaeSettings& settings) {
    const VaeSettings usual;
    const auto refuse = [](const char* flag, const char* why) {
        fail(flag, "flag", "it", std::string("none with --model vq, ") + why);
    };
    if (settings.beta != usual.beta) refuse("--beta", "which has no KL");
    if (settings.beta_warmup != usual.beta_warmup) refuse("--beta-warmup", "which has no KL");
    if (settings.free_bits != usual.free_bits) refuse("--free-bits", "which has no KL");
    if (settings.mean_per_value) refuse("--mean-per-value", "whose loss always is a mean over all values");
    if (settings.importance_draws > 0) refuse("--importance-draws", "whose latents are no draws");
}

/// The numbers of classes without names.
std::vector<std::string> names_of_classes(const ImageData& images) {
    std::vector<std::string> names = images.class_names;
    if (!names.empty() || images.labels.empty()) return names;
    for (int label = 0; label <= *std::ranges::max_element(images.labels); ++label)
        names.push_back(std::to_string(label));
    return names;
}

struct TestScore {
    double error, perplexity;
};

/// The mean squared error of a value, and the perplexity of the codes of all images.
TestScore score(const Model<ImageCodes>& model, const Dataset<Grey>& images) {
    const std::vector<int> codes = codes_of(model, images);
    double counts[ImageCodes::codes] = {}, entropy = 0, squares = 0;
    for (const int code : codes) ++counts[code];
    for (const double count : counts)
        if (count > 0) entropy -= count * std::log(count / static_cast<double>(codes.size()));
    Workspace<ImageCodes, Grey, Inference> memory(500);
    Loader loader(images, LoaderOptions::evaluation(500));
    for (const auto& batch : loader) {
        const View<Grey> x = batch, y = model(batch, memory);
        for (long i = 0; i < y.size(); ++i) squares += std::pow(static_cast<double>(y.data[i] - x.data[i]), 2);
    }
    return {squares / (static_cast<double>(images.size()) * Grey::count),
            std::exp(entropy / static_cast<double>(codes.size()))};
}

}  // namespace

int train_vae_of_codes(const VaeSettings& settings, const std::filesystem::path& file, const std::string& prompt) {
    check(settings);
    const Flags& flags = settings.flags;
    const Dataset<Grey> images(to_grey(load_images(flags, Split::train, 28, 28)), zero_to_one);
    const PromptWords words(names_of_classes(images.images()));
    if (!prompt.empty()) static_cast<void>(words.read(prompt));
    if (images.labels().empty() && !settings.labels_file.empty())
        fail("--labels-file", "labels", "none in " + flags.data, "a class of each image");
    const bool is_tested = has_tests(flags);
    std::optional<const Dataset<Grey>> others;
    if (is_tested) others.emplace(to_grey(load_images(flags, Split::test, 28, 28)), zero_to_one);
    const Dataset<Grey>& tests = is_tested ? *others : images;
    Loader loader(images, {.batch = std::min(flags.batch, images.size()), .seed = flags.seed});
    Trainer<ImageCodes> trainer({.optimizer = Adam{.learning_rate = flags.learning_rate},
                                 .schedule = settings.seconds == 0
                                                 ? Schedule::cosine(flags.epochs * loader.batches(), 0, 0.01f)
                                                 : Schedule::constant(),
                                 .average = flags.average,
                                 .batch = loader.options().batch,
                                 .seed = flags.seed});
    std::printf("%s\n", summary<ImageCodes, Grey, Cpu>(loader.options().batch).c_str());

    Training training(flags, trainer, loader, {"reconstruction", "commitment", "perplexity"},
                      {flags.epochs, loader.batches(), loader.options().batch,
                       settings.seconds - settings.seconds_of_second_stage()});
    const auto tell_test = [&] {
        const TestScore found = with_result(trainer, [&](const auto& model) { return score(model, tests); });
        char text[120];
        std::snprintf(text, sizeof text, "%d test images: MSE %.5f, perplexity %.1f of %d codes", tests.size(),
                      found.error, found.perplexity, ImageCodes::codes);
        training.say(text);
    };
    const auto codes_of_all = [&] {
        return with_result(trainer, [&](const auto& model) { return codes_of(model, images); });
    };
    const bool has_ended = SecondStage(flags).has_begun(codes_of_all);
    while (!has_ended && training.goes_on()) {
        training.step([&](const VqvaeLosses& losses) {
            char text[96];
            std::snprintf(text, sizeof text, "MSE %.5f  commitment %.4f  perplexity %.1f",
                          static_cast<double>(losses.reconstruction), static_cast<double>(losses.commitment),
                          static_cast<double>(losses.perplexity));
            training.note({losses.reconstruction, losses.commitment, losses.perplexity}, text);
        });
        if (is_tested && training.epoch_ended() && training.goes_on()) tell_test();
    }
    std::optional<const Model<ImageCodes>> average;
    if (flags.average > 0) average.emplace(trainer.average());
    const Model<ImageCodes>& model = average ? *average : trainer.model();
    if (!training.finish()) return training.exit_code();
    const std::vector<int> learnt = codes_of_all();
    CodeLoader codes_and_names(
        learnt, images.labels(), words,
        {.batch = std::min(32, images.size()), .seed = flags.seed + 1, .first_stage = fingerprint(learnt)});
    std::optional<Model<Prior>> prior;
    if (const int code = learn_prior(codes_and_names, settings, prior); code != 0) return code;
    training.draw_losses({"reconstruction", "commitment"}, "VQ-VAE on " + flags.data, "mean squared", 50);
    if (is_tested)
        tell_test();
    else
        std::printf("no test images in %s, so no score; the drawings show images that were learnt from\n",
                    flags.data.c_str());
    save_codes_file(model, *prior, words, file, flags.data);

    const int shown = std::min(16, tests.size());
    const ImageData first = slice(tests.images(), 0, shown);
    const std::vector<int> codes = codes_of(model, Dataset<Grey>(first, zero_to_one));
    save_grid(join(first, images_of(model, codes)), flags.out / "reconstructions.png", shown);
    // Of classes in turns, where there are some; of each by its whole name.
    const int classes = std::max(1, words.classes());
    const auto draw = [&](const std::vector<int>& labels, std::uint64_t seed) {
        std::vector<Prompt> prompts;
        for (const int label : labels) prompts.push_back(words.classes() > 0 ? words.names(label)[0] : Prompt{});
        return images_of(model, draw_codes(*prior, prompts, {settings.temperature, settings.top_k, seed}));
    };
    const std::vector<int> rows = rows_of_classes(std::min(10, classes));
    const std::vector<int> labels = classes_in_turns(0, flags.samples, classes);
    save_grid(draw(rows, flags.seed + 1), flags.out / "samples.png", 10);
    if (flags.samples > 0) save_samples(draw(labels, flags.seed + 2), flags);
    if (!settings.labels_file.empty()) save_labels(labels, settings.labels_file);
    std::printf("%ld steps, %.1f s; written:\n", training.history().rows(), training.seconds());
    std::vector<std::string> files{"reconstructions.png", "samples.png", "training.csv", "losses.png"};
    files.insert(files.end(), SecondStage::files.begin(), SecondStage::files.end());
    name_files(flags.out, files);
    std::printf("%s\n", file.c_str());
    return 0;
}

PromptedImages draw_prompted(const std::filesystem::path& file, const std::string& prompt, int count,
                             const VaeSettings& settings) {
    const CodesFile model = load_codes_file(file);
    const Prompt words = model.words.read(prompt);
    const std::vector<Prompt> prompts(static_cast<std::size_t>(count), words);
    const std::vector<int> codes =
        draw_codes(model.prior, prompts, {settings.temperature, settings.top_k, settings.flags.seed});
    return {images_of(model.codes, codes), model.words.is_name(words)};
}

}  // namespace example
