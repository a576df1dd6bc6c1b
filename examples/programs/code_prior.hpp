// A VQ-VAE of 28 x 28 grey images and the prior over its codes: a GPT that reads a prompt's words and writes an image's
// codes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <genotype/data/dataset.hpp>
#include <genotype/data/loader.hpp>
#include <genotype/images/float_images.hpp>
#include <genotype/images/images.hpp>
#include <genotype/models/gpt2.hpp>
#include <genotype/models/text_initial_values.hpp>
#include <genotype/text/generation/generate_tokens.hpp>
#include <genotype/text/generation/text_run.hpp>
#include <genotype/vqvae.hpp>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "prompt_words.hpp"
#include "second_stage.hpp"
#include "vae_networks.hpp"
#include "vae_settings.hpp"

namespace example {

// 28 x 28 pixels become 7 x 7 positions with one of 512 codes each.
using CodesEncoder = Sequential<Conv<1, 32, 4, 2, 1, Bias>, SiLU, Conv<32, 64, 4, 2, 1, Bias>, SiLU,
                                Residual<Conv<64, 64, 3, 1, 1, Bias>, SiLU, Conv<64, 64, 1, 1, 0, Bias>>, SiLU,
                                Conv<64, 16, 1, 1, 0, Bias>>;
using CodesDecoder = Sequential<Conv<16, 64, 3, 1, 1, Bias>, SiLU,
                                Residual<Conv<64, 64, 3, 1, 1, Bias>, SiLU, Conv<64, 64, 1, 1, 0, Bias>>, SiLU,
                                ConvT<64, 32, 4, 2, 1, Bias>, SiLU, ConvT<32, 1, 4, 2, 1, Bias>, Sigmoid>;
using ImageCodes = VQVAE<CodesEncoder, CodesDecoder, 512, MSE, Grey>;

// Its tokens are the codes, and behind them words.
inline constexpr GPT2Config prior_config{.vocabulary = ImageCodes::codes + PromptWords::places,
                                         .context = PromptWords::most + ImageCodes::positions,
                                         .width = 128,
                                         .layers = 4,
                                         .heads = 4,
                                         .bias = false};
using Prior = GPT2<prior_config>;

/// The codes of all images, those of one after those of the other.
inline std::vector<int> codes_of(const Model<ImageCodes>& model, const Dataset<Grey>& images) {
    Loader loader(images, LoaderOptions::evaluation(500));
    std::vector<int> all;
    for (const auto& batch : loader) {
        const std::vector<int> some = encode_codes(model, batch);
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

/// The images of codes.
inline ImageData images_of(const Model<ImageCodes>& model, std::span<const int> codes) {
    constexpr std::size_t one = ImageCodes::positions, together = 500;
    ImageData all = blank_images(static_cast<int>(codes.size() / one), 28, 28, 1);
    for (std::size_t first = 0; first < codes.size() / one; first += together) {
        const std::size_t count = std::min(together, codes.size() / one - first);
        const Tensor<Grey> some = decode_codes(model, codes.subspan(first * one, count * one));
        std::ranges::copy(to_images(some, zero_to_one).bytes, all[static_cast<int>(first)].data());
    }
    return all;
}

struct PriorSampling {
    float temperature = 1;
    int top_k = 0;  // 0: all
    std::uint64_t seed = 0;
};

/// An image's codes for each prompt.
inline std::vector<int> draw_codes(const Model<Prior>& prior, std::span<const Prompt> prompts,
                                   const PriorSampling& sampling) {
    constexpr int together = 64;
    std::vector<std::vector<TokenId>> tokens;
    for (const Prompt& prompt : prompts) {
        tokens.emplace_back();
        for (const int word : prompt) tokens.back().push_back(ImageCodes::codes + word);
    }
    GenerationOptions options{.max_new_tokens = ImageCodes::positions,
                              .do_sample = true,
                              .temperature = static_cast<double>(sampling.temperature),
                              .top_k = sampling.top_k,
                              .seed = sampling.seed};
    options.suppress_tokens.resize(PromptWords::places);
    std::iota(options.suppress_tokens.begin(), options.suppress_tokens.end(), ImageCodes::codes);
    TextRun<Prior> run(prior,
                       {.slots = together, .context = prior_config.context, .max_rows = together * PromptWords::most});
    std::vector<int> codes;
    for (const GeneratedText& drawn :
         generate_tokens(run, std::span<const std::vector<TokenId>>(tokens), options).texts)
        codes.insert(codes.end(), drawn.ids.begin(), drawn.ids.end());
    return codes;
}

/// What the prior learns from: the codes of images behind names of their class, each name as often as another, and in a
/// tenth of all cases behind none.
class CodeLoader : public StageLoader {
  public:
    /// No labels: there are no names. The others outlive this.
    CodeLoader(const std::vector<int>& codes, std::span<const int> labels, const PromptWords& words,
               StageOptions options)
        : StageLoader(static_cast<int>(codes.size()) / ImageCodes::positions, std::move(options)),
          codes_(codes),
          labels_(labels),
          words_(words),
          windows_(static_cast<std::size_t>(this->options().batch) * window) {}

    static constexpr int window = PromptWords::most + ImageCodes::positions;

    std::span<const int> next() {
        constexpr int positions = ImageCodes::positions;
        genotype::detail::WordDraws draws(options().seed, number() << 32, streams::windows);
        int* to = windows_.data();
        for (const int image : next_images()) {
            Prompt prompt{};
            if (draws.below(10) > 0 && !labels_.empty()) {
                const auto names = words_.names(labels_[static_cast<std::size_t>(image)]);
                prompt = names[draws.below(static_cast<std::uint32_t>(names.size()))];
            }
            for (const int word : prompt) *to++ = ImageCodes::codes + word;
            to = std::ranges::copy(codes_.subspan(static_cast<std::size_t>(image) * positions, positions), to).out;
        }
        return windows_;
    }

  private:
    std::span<const int> codes_, labels_;
    const PromptWords& words_;
    std::vector<int> windows_;
};

/// Learns to continue words by codes. The exit code; not 0 where it was stopped, and then there is no prior.
inline int learn_prior(CodeLoader& loader, const VaeSettings& settings, std::optional<Model<Prior>>& prior) {
    const float seconds = settings.seconds_of_second_stage();
    const long steps = settings.second_epochs * long{loader.batches()}, warmup = std::min(100L, steps / 10);
    Trainer<Prior, Cpu, AdamW> trainer({.optimizer = {.learning_rate = 2e-3f, .beta2 = 0.99f, .weight_decay = 0.01f},
                                        .schedule = seconds > 0 ? Schedule::linear_warmup(std::max(1L, warmup))
                                                                : Schedule::cosine(steps, warmup, 0.02f),
                                        .clip_norm = 1,
                                        .average = 0.995f,
                                        .batch = loader.options().batch,
                                        .context = CodeLoader::window - 1,
                                        .seed = loader.options().seed});
    initialize_gpt2(trainer.model(), Seed{loader.options().seed});
    std::printf("second stage: a GPT of %ld parameters, the prior over codes\n", parameter_count<Prior>);
    const int code = SecondStage(settings.flags)
                         .learn(trainer, loader,
                                {settings.second_epochs, loader.batches(), loader.options().batch, seconds, "images"},
                                "A GPT of codes of " + settings.flags.data);
    if (code == 0) prior.emplace(trainer.average());
    return code;
}

}  // namespace example
