// The networks of examples/programs/flow.cpp: what they read, and their layers.
#pragma once

#include <genotype/flow.hpp>

namespace example {

using namespace genotype;

using Grey = Shape<1, 28, 28>;
constexpr int classes = 10;

// What the network reads beside the image: how far it is on its way, and what it is to become.
struct time : Given<Shape<1>> {};
struct label : Given<Class<classes + 1>> {};  // the last class: none, for guidance
struct span : Given<Shape<1>> {};             // of a shortcut: how far it is to go at once

struct condition : Name {};
struct skip : Name {};

// GroupNorm, SiLU, convolution; the condition scales and shifts; once more.
template <int from, int to, class... Side>
using Block = Residual<GroupNorm<8, from>, SiLU, Conv<from, to, 3, 1, 1>, GroupNorm<8, to>,
                       Modulate<condition, 256, to>, SiLU, Conv<to, to, 3, 1, 1>, Side...>;

// A number between 0 and 1 that all blocks read.
template <class Number>
using Embedded = Chain<Of<Number>, Sinusoid<128, 1000.f>, Linear<128, 256>, SiLU, Linear<256, 256>>;

// A U-Net of 1.6 million parameters on 14 x 14 and 7 x 7 pixels: each 2 x 2 pixels are four channels of one.
template <Layer Conditions>
using UNetOf = Sequential<
    Let<condition, Conditions, SiLU>,
    PixelUnshuffle<2>, Conv<4, 64, 3, 1, 1>, Block<64, 64>, Block<64, 64>, Save<skip>,
    Conv<64, 128, 4, 2, 1>, Block<128, 128>, Block<128, 128>, ConvT<128, 64, 4, 2, 1>,
    Concat<skip, 64>, Block<128, 64, Projection<Conv<128, 64, 1>>>, Block<64, 64>,
    GroupNorm<8, 64>, SiLU, Conv<64, 4, 3, 1, 1>, PixelShuffle<2>>;
using UNet = UNetOf<Plus<Embedded<time>, Chain<Of<label>, Embedding<classes + 1, 256>>>>;
using ShortcutUNet = UNetOf<Plus<Embedded<time>, Embedded<span>, Chain<Of<label>, Embedding<classes + 1, 256>>>>;
static_assert(std::same_as<InputsOf<UNet>, Inputs<time, label>>);

}  // namespace example
