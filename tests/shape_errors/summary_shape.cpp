// A summary for samples that do not go through the model.
// expect: features_do_not_match
// expect: At<3>
// expect: got_features<3136>
// expect: wants_features<100>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<1, 16, 3, 1, 1>, MaxPool<2>, Flatten, Linear<100, 10>>;
int main() {
    return static_cast<int>(summary<Net, Shape<1, 28, 28>>(64).size());  // <- here
}
