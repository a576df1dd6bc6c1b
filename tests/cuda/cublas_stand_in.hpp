// What a test asks of the stand-in for cuBLASLt.
#pragma once

#include <cstddef>
#include <string>

namespace cublas_stand_in {

struct Counts {
    int created = 0, destroyed = 0;  // handles
    int products = 0;
    std::size_t workspace_bytes = 0;  // of the last product
};
const Counts& counts();

/// From now on the call of this name fails; "nothing": no algorithm is found; "": all is well again.
void refuse(const std::string& call);

}  // namespace cublas_stand_in
