// A cross-attention whose heads do not divide the width.
// expect: width_is_no_multiple_of_the_heads
// expect: At<1>
// expect: width<8>
// expect: got_heads<3>
#include <genotype/genotype.hpp>
using namespace genotype;

struct prompt : Given<Shape<6, 5, 1>> {};
using Net = Sequential<Conv<1, 8, 1>, CrossAttention<prompt, 8, 3>>;  // <- here
int main() {}
