// Memory for samples that do not go through the model.
// expect: branch_of_residual_changes_the_shape
// expect: At<1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<1, 16, 3, 1, 1>, Residual<Conv<16, 16, 3, 1, 1>, BN<16>, ReLU, MaxPool<2>>>;
int main() {
    Workspace<Net, Shape<1, 8, 8>> memory(4);  // <- here
}
