// Small Qwen3s against transformers' Qwen3ForCausalLM.
#include "support/golden_text.hpp"

using namespace genotype;

// As transformers counts them.
static_assert(parameter_count<Qwen3<qwen3_0_6b>> == 596'049'920);
static_assert(parameter_count<Qwen3<qwen3_1_7b>> == 1'720'574'976);
static_assert(parameter_count<Qwen3<qwen3_4b>> == 4'022'468'096);

namespace {

template <Qwen3Config config, bool with_norms = false>
void check(const std::string& name) {
    golden::check_text_model<Qwen3<config>, with_norms>(
        name, config, 64, [](const std::string& tensor) { return weight_sources(tensor, config); });
}

constexpr Qwen3Config small{.vocabulary = 48,
                            .width = 24,
                            .layers = 2,
                            .heads = 4,
                            .key_value_heads = 2,
                            .head_width = 10,
                            .hidden = 28,
                            .context = 64,
                            .tied = true};
constexpr Qwen3Config untied{.vocabulary = 48,
                             .width = 24,
                             .layers = 2,
                             .heads = 4,
                             .head_width = 6,
                             .hidden = 28,
                             .context = 64,
                             .rms_epsilon = 1e-2f};

}  // namespace

TEST_CASE("grouped heads, tied") {
    check<small, true>("qwen3");
}
TEST_CASE("untied, as many key-value heads as heads, and another epsilon") {
    check<untied>("qwen3_untied");
}
