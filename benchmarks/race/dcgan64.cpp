// PyTorch's example DCGAN, of 64 x 64 pixels.
#include "models.hpp"

namespace race {

int dcgan64(const Setting& setting) {
    return train_dcgan<LargeDcgan>(setting);
}

}  // namespace race
