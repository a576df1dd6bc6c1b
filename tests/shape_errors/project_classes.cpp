// A label of more classes than a Project has rows for.
// expect: label_has_more_classes
// expect: At<1>
// expect: layer<genotype::Project<label, 10, 64>
// expect: got_classes<11>
// expect: wants_classes<10>
#include <genotype/genotype.hpp>
using namespace genotype;

struct label : Given<Class<11>> {};
using Net = Sequential<Linear<3, 64>, Project<label, 10, 64>>;  // <- here
int main() {}
