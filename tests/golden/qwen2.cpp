// Small Qwen2s against transformers' Qwen2ForCausalLM.
#include "support/golden_text.hpp"

using namespace genotype;

namespace {

template <Qwen2Config config, bool with_norms = false>
void check(const std::string& name) {
    golden::check_text_model<Qwen2<config>, with_norms>(
        name, config, 64, [](const std::string& tensor) { return weight_sources(tensor, config); });
}

constexpr Qwen2Config small{.vocabulary = 48,
                            .width = 24,
                            .layers = 2,
                            .heads = 4,
                            .key_value_heads = 2,
                            .hidden = 28,
                            .context = 64,
                            .tied = true};
constexpr Qwen2Config untied{.vocabulary = 48,
                             .width = 24,
                             .layers = 2,
                             .heads = 4,
                             .hidden = 28,
                             .context = 64,
                             .rms_epsilon = 1e-5f};

}  // namespace

TEST_CASE("grouped heads, tied") {
    check<small, true>("qwen2");
}
TEST_CASE("untied, as many key-value heads as heads, and another epsilon") {
    check<untied>("qwen2_untied");
}
