// Small GPT-2s of every kind against transformers' GPT2LMHeadModel.
#include "support/golden_text.hpp"

using namespace genotype;

namespace {

template <GPT2Config config, bool with_norms = false>
void check(const std::string& name) {
    golden::check_text_model<GPT2<config>, with_norms>(
        name, config, config.context, [](const std::string& tensor) { return weight_sources(tensor, config); });
}

constexpr GPT2Config small{.vocabulary = 48, .context = 40, .width = 16, .layers = 2, .heads = 2};
constexpr GPT2Config with(GPT2Config config, auto change) {
    change(config);
    return config;
}

}  // namespace

TEST_CASE("tied") {
    check<small, true>("gpt2");
}
TEST_CASE("untied") {
    check<with(small, [](auto& c) { c.tied = false; }), true>("gpt2_untied");
}
TEST_CASE("another inner width, number of heads and epsilon") {
    check<with(small, [](auto& c) { c.hidden = 24, c.heads = 4, c.norm_epsilon = 1e-3f; })>("gpt2_inner");
}
