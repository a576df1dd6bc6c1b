// A layer that does not fit within a Let.
// expect: features_do_not_match
// expect: At<0, 1>
// expect: got_features<1>
// expect: wants_features<2>
#include <genotype/genotype.hpp>
using namespace genotype;

struct moment : Given<Shape<1>> {};
struct condition : Name {};

using Net = Sequential<Let<condition, Of<moment>, Linear<2, 8>>, Linear<3, 4>, Modulate<condition, 8, 4>>;  // <- here
int main() {}
