// A network of a flow that reads no time.
// expect: network_of_a_flow_reads_one_time_and_at_most_one_label
#include <genotype/flow.hpp>
using namespace genotype;

using Net = Sequential<Linear<2, 8>, SiLU, Linear<8, 2>>;
using Flow = FlowMatching<Net, Shape<2>>;  // <- here
int main() {}
