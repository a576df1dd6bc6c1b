// A network of a flow whose label has one class, which stands for none.
// expect: label_has_no_class_beside_the_last_which_stands_for_none
#include <genotype/flow.hpp>
using namespace genotype;

struct moment : Given<Shape<1>> {};
struct label : Given<Class<1>> {};
struct both : Name {};
using Net = Sequential<Let<both, Plus<Of<moment>, Chain<Of<label>, Embedding<1, 1>>>>, Linear<2, 8>,
                       Modulate<both, 1, 8>, Linear<8, 2>>;
using Flow = FlowMatching<Net, Shape<2>>;  // <- here
int main() {}
