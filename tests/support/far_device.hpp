// A device over thrust whose memory says that it is not the host's, which it is.
#pragma once

#include "genotype/kernels/portable/device.hpp"

struct FarMemory : genotype::HostMemory {
    static constexpr bool on_host = false;
};
struct FarSystem : genotype::kernels::CppSystem {
    using Memory = FarMemory;
};
using Far = genotype::Thrust<FarSystem>;
