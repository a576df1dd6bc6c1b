// A user's program: a model as a type, and one object of it.
#include <genotype/genotype.hpp>

using Net = genotype::Shape<3, 8, 8>;
static_assert(Net::count == 192);

int main() { return 0; }
