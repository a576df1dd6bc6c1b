// Small Llamas of every kind against transformers' LlamaForCausalLM.
#include "support/golden_text.hpp"
#include "support/small_llama.hpp"

using namespace genotype;

namespace {

template <LlamaConfig config, bool with_norms = false>
void check(const std::string& name) {
    golden::check_text_model<Llama<config>, with_norms>(
        name, config, 64, [](const std::string& tensor) { return weight_sources(tensor, config); });
}

constexpr LlamaConfig with(LlamaConfig config, auto change) {
    change(config);
    return config;
}

}  // namespace

TEST_CASE("grouped heads, tied") {
    check<small_llama, true>("llama");
}
TEST_CASE("untied") {
    check<with(small_llama, [](auto& c) { c.tied = false; }), true>("llama_untied");
}
TEST_CASE("as many key-value heads as heads, and another epsilon") {
    check<with(small_llama, [](auto& c) { c.key_value_heads = 4, c.rms_epsilon = 1e-2f; })>("llama_all_heads");
}
TEST_CASE("one key-value head") {
    check<with(small_llama, [](auto& c) { c.key_value_heads = 1; })>("llama_one_head");
}
TEST_CASE("biases") {
    check<with(small_llama, [](auto& c) { c.attention_bias = c.mlp_bias = true; })>("llama_biases");
}
TEST_CASE("heads of another width") {
    check<with(small_llama, [](auto& c) { c.head_width = 8; })>("llama_head_dim");
}
TEST_CASE("another theta") {
    check<with(small_llama, [](auto& c) { c.rope_theta = 100'000; })>("llama_theta");
}
TEST_CASE("linear scaling") {
    check<with(small_llama, [](auto& c) { c.rope_scaling = RopeScaling::linear, c.rope_factor = 2.5f; })>(
        "llama_linear");
}
TEST_CASE("Llama 3's scaling") {
    check<with(small_llama, [](auto& c) {
        c.rope_theta = 500'000, c.rope_scaling = RopeScaling::llama3, c.rope_factor = 8;
        c.rope_original_context = 64, c.width = 32, c.head_width = 8, c.context = 512;
    })>("llama_llama3");
}
