// A wrong residual that is used alone.
// expect: channels_do_not_match
// expect: At<1>
// expect: layer<genotype::BN<32>
#include <genotype/genotype.hpp>
using namespace genotype;

using Inner = Residual<Conv<16, 16, 3, 1, 1>, BN<32>>;
int main() {
    Workspace<Inner, Shape<16, 8, 8>> memory(4);  // <- here
}
