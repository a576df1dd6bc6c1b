// The layers of text models against PyTorch.
#include "genotype/layers/causal_attention.hpp"
#include "genotype/layers/embedding.hpp"
#include "genotype/layers/gated.hpp"
#include "genotype/layers/gelu_tanh.hpp"
#include "genotype/layers/positional_embedding.hpp"
#include "genotype/layers/rotary.hpp"
#include "genotype/layers/sigmoid.hpp"
#include "genotype/layers/silu.hpp"
#include "genotype/layers/sinusoid.hpp"
#include "support/golden_layer.hpp"

using namespace genotype;

template <class L>
void check(const std::string& name, double tolerance = 1e-5) {
    static const golden::File file("tokens");
    golden::check_layer<L>(file, name, {.of_largest = tolerance});
}

TEST_CASE("Embedding") {
    check<Embedding<5, 3>>("embedding_5_3", 1e-6);
    check<Embedding<9, 70>>("embedding_9_70", 1e-6);
}
TEST_CASE("PositionalEmbedding") {
    check<PositionalEmbedding<4, 3>>("positional_embedding_4_3", 1e-6);
    check<PositionalEmbedding<9, 20>>("positional_embedding_9_20", 1e-6);
}
TEST_CASE("CausalAttention") {
    check<CausalAttention<1, 1, 3>>("attention_1_1_3", 2e-6);
    check<CausalAttention<2, 2, 8>>("attention_2_2_8", 2e-6);
    check<CausalAttention<4, 2, 5>>("attention_4_2_5", 4e-6);
    check<CausalAttention<3, 1, 64>>("attention_3_1_64", 4e-6);
    check<CausalAttention<6, 2, 32>>("attention_6_2_32", 2e-5);
}
// An angle of 8000 off by float32's last digit would show in the fourth digit here.
TEST_CASE("Rotary") {
    check<Rotary<1, 1, 2>>("rotary_1_1_2", 5e-7);
    check<Rotary<3, 1, 6, Rope<1234.5f>>>("rotary_3_1_6", 5e-7);
    check<Rotary<2, 1, 64, Rope<100'000>>>("rotary_2_1_64", 5e-7);
    check<Rotary<1, 1, 128, Rope<500'000, Llama3Scaling<32>>>>("rotary_1_1_128_llama3", 5e-7);
    check<Rotary<1, 1, 32, Rope<10'000, LinearScaling<2.5f>>>>("rotary_1_1_32_linear", 5e-7);
}
TEST_CASE("Gated") {
    check<Gated<SiLU>>("gated_silu", 2e-6);
    check<Gated<Sigmoid>>("gated_sigmoid", 2e-6);
    check<Gated<GELUTanh>>("gated_gelu_tanh", 2e-6);
}
TEST_CASE("issue 18.9: Sinusoid") {
    check<Sinusoid<2>>("sinusoid_2", 1e-6);
    check<Sinusoid<128>>("sinusoid_128", 1e-6);
    check<Sinusoid<34, 1000.f, 500.f>>("sinusoid_34_1000", 1e-6);
}
