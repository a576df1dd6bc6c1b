// Devices over thrust that run on the processor and take work in parts, as a GPU does.
#pragma once

#include "genotype/kernels/portable/device.hpp"

template <class System>
struct Splitting : System {
    static constexpr long parts = 7;
};
using SplitCpp = genotype::Thrust<Splitting<genotype::kernels::CppSystem>>;
using SplitOmp = genotype::Thrust<Splitting<genotype::kernels::OmpSystem>>;
