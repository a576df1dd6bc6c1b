// Small Mistrals against transformers' MistralForCausalLM.
#include "support/golden_text.hpp"

using namespace genotype;

// As transformers counts them.
static_assert(parameter_count<Mistral<mistral_7b_v0_3>> == 7'248'023'552);

namespace {

template <MistralConfig config>
void check(const std::string& name) {
    golden::check_text_model<Mistral<config>, false>(
        name, config, config.context, [](const std::string& tensor) { return weight_sources(tensor, config); });
}

constexpr MistralConfig small{
    .vocabulary = 48, .width = 24, .layers = 2, .heads = 4, .key_value_heads = 2, .hidden = 28, .context = 64};
constexpr MistralConfig window{.vocabulary = 48,
                               .width = 24,
                               .layers = 2,
                               .heads = 4,
                               .key_value_heads = 1,
                               .head_width = 10,
                               .hidden = 28,
                               .context = 37,
                               .rms_epsilon = 1e-2f,
                               .tied = true};

}  // namespace

TEST_CASE("grouped heads, without a window") {
    check<small>("mistral");
}
TEST_CASE("one key-value head, wide heads, tied, and a window as long as the context and the text") {
    check<window>("mistral_window");
}
