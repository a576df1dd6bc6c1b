// The same where the channels alone are known.
// expect: named_value_has_another_shape
// expect: At<3>
// expect: got_channels<5>
// expect: Shape<6, 4, 4>
#include <genotype/genotype.hpp>
using namespace genotype;

struct context : Name {};
using Reader = CrossAttention<context, 8, 2, Shape<6, 4, 4>>;
using Net = Sequential<Conv<1, 5, 3, 1, 1>, Save<context>, Conv<5, 8, 1>, Reader>;  // <- here
int main() {}
