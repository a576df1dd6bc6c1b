// The DCGAN with half and with twice the channels.
#include "models.hpp"

namespace race {

int dcgan_half(const Setting& setting) {
    return train_dcgan<Dcgan<32>>(setting);
}
int dcgan_double(const Setting& setting) {
    return train_dcgan<Dcgan<128>>(setting);
}

}  // namespace race
