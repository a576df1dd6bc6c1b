// Layers that read a value by name against PyTorch.
#include "genotype/layers/cross_attention.hpp"
#include "genotype/layers/multihead_attention.hpp"
#include "genotype/layers/project.hpp"
#include "support/golden_layer.hpp"

using namespace genotype;

namespace {

struct context : Name {};

template <class L>
void check(const std::string& name, double tolerance = 1e-5) {
    static const golden::File file("named");
    golden::check_layer<L>(file, name, {.of_largest = tolerance});
}

}  // namespace

TEST_CASE("issue 18.3: Project") {
    check<Project<context, 3, 5>>("project_3_5", 1e-6);
    check<Project<context, 10, 70>>("project_10_70", 1e-6);
}

TEST_CASE("issue 18.9: MultiheadAttention over pixels and tokens") {
    check<MultiheadAttention<6, 2>>("attention_6_2", 4e-6);
    check<MultiheadAttention<32, 4>>("attention_32_4", 4e-6);
    check<MultiheadAttention<20, 1, NoBias>>("attention_20_1_no_bias", 4e-6);
    check<MultiheadAttention<4, 2>>("attention_4_2_300", 4e-6);
    check<MultiheadAttention<10, 2>>("attention_10_2_texts", 4e-6);
}

TEST_CASE("issue 18.9: CrossAttention") {
    check<CrossAttention<context, 8, 2, Shape<8, 5, 1>>>("cross_attention_8_2", 4e-6);
    check<CrossAttention<context, 12, 3, Shape<7, 4, 1>>>("cross_attention_12_3_7", 4e-6);
    check<CrossAttention<context, 8, 2, Shape<5, 3, 2>, NoBias>>("cross_attention_8_2_no_bias", 4e-6);
    check<CrossAttention<context, 6, 3, Shape<4, 2, 3>>>("cross_attention_6_3_one_query", 4e-6);
    check<CrossAttention<context, 10, 2, Shape<6>>>("cross_attention_10_2_texts", 4e-6);
}
