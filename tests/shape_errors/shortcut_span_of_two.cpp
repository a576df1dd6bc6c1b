// A network of shortcuts whose span is no number.
// expect: value_has_another_shape<genotype::why::name<length>
#include <genotype/shortcut.hpp>
using namespace genotype;

struct moment : Given<Shape<1>> {};
struct length : Given<Shape<2>> {};
using Net = Sequential<Linear<2, 8>, Modulate<moment, 1, 8>, Modulate<length, 2, 8>, Linear<8, 2>>;
using Short = ShortcutModel<Net, Shape<2>, moment, length>;  // <- here
int main() {}
