// A network of a diffusion that reads no time.
// expect: network_of_a_diffusion_reads_one_time_and_at_most_one_label
#include <genotype/diffusion.hpp>
using namespace genotype;

using Net = Sequential<Linear<2, 8>, SiLU, Linear<8, 2>>;
using Denoiser = Diffusion<Net, Shape<2>>;  // <- here
int main() {}
