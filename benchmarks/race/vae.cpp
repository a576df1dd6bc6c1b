// The VAE at three widths, and its decoder alone.
#include "models.hpp"

namespace race {

int vae(const Setting& setting) {
    return train_vae<256>(setting);
}
int vae_half(const Setting& setting) {
    return train_vae<128>(setting);
}
int vae_double(const Setting& setting) {
    return train_vae<512>(setting);
}
int decoder(const Setting& setting) {
    return infer<ImageVae<256>::Decoder>(setting);
}

}  // namespace race
