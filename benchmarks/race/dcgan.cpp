// The DCGAN, and its generator alone.
#include "models.hpp"

namespace race {

int dcgan(const Setting& setting) {
    return train_dcgan<Dcgan<64>>(setting);
}
int generator(const Setting& setting) {
    return infer<Generator<64>>(setting);
}

}  // namespace race
