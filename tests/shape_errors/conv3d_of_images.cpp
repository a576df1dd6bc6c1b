// Images where videos are convolved.
// expect: wants_a_video_but_got_another_shape
// expect: At<1>
// expect: layer<genotype::Conv3d<8, 8, 3
// expect: got_channels<8>
// expect: hint_a_video_is_Shape_of_channels_depth_height_width
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, 3>, Conv3d<8, 8, 3>>;  // <- here
