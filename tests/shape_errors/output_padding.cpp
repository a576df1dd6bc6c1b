// An output padding as large as the stride, without a dilation.
// expect: output_padding_must_be_smaller_than_stride_or_dilation
// expect: At<0>
// expect: layer<genotype::ConvT<64, 32, 3, 2, 1, genotype::OutputPadding<2>
// expect: got_number<2>
// expect: stride<2>
// expect: dilation<1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<ConvT<64, 32, 3, 2, 1, OutputPadding<2>>, ReLU>;  // <- here
