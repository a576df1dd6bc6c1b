// The DCGAN with half and with twice the channels.
#include "models.hpp"

namespace race {

int dcgan_half(const Setting& setting) {
    return train_dcgan<32>(setting);
}
int dcgan_double(const Setting& setting) {
    return train_dcgan<128>(setting);
}

}  // namespace race
