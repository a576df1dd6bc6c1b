// A network of shortcuts that does not read the span.
// expect: network_of_shortcuts_reads_the_time_the_span_and_at_most_one_label
#include <genotype/shortcut.hpp>
using namespace genotype;

struct moment : Given<Shape<1>> {};
struct length : Given<Shape<1>> {};
using Net = Sequential<Linear<2, 8>, Modulate<moment, 1, 8>, SiLU, Linear<8, 2>>;
using Short = ShortcutModel<Net, Shape<2>, moment, length>;  // <- here
int main() {}
