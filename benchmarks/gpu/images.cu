// Training steps of the DCGAN and the VAE on a GPU; of what ends with _host each batch comes from the host's memory.
#include "../race/models.hpp"
#include "gpu.hpp"

namespace race {
namespace {

constexpr float darkest_of_dcgan = -1, darkest_of_vae = 0;

/// Steps on a batch, and noise, that lie on the GPU.
template <class Device, class Sample, class Noise, class Trainer>
int train_there(Trainer& trainer, float darkest, const GpuSetting& setting) {
    const Arena<Cuda> batch = on_gpu(image_batch<Sample>(setting.batch, darkest));
    Arena<Cuda> noise(setting.batch * Noise::count);
    RandomState random{.seed = setting.seed, .stream = streams::noise};
    const auto step = [&] {
        fill_normal(Cuda{}, noise.size(), random.take(noise.size()), noise.data());
        trainer.step(ViewOn<Sample, Device>{batch.data(), setting.batch},
                     ViewOn<Noise, Device>{noise.data(), setting.batch});
    };
    return serve(0, step, setting.gpu);
}

template <class Sample, class Trainer>
int train_from_host(Trainer& trainer, float darkest, const GpuSetting& setting) {
    const auto batch = image_batch<Sample>(setting.batch, darkest);
    return serve(
        0, [&] { trainer.step(batch); }, setting.gpu);
}

template <class Device>
Trainer<Dcgan<64>, Device> dcgan_trainer(const GpuSetting& setting) {
    return Trainer<Dcgan<64>, Device>({.batch = setting.batch, .seed = setting.seed});
}
template <class Device>
Trainer<ImageVae<256>, Device> vae_trainer(const GpuSetting& setting) {
    return Trainer<ImageVae<256>, Device>(
        {.reconstruction = Reconstruction::mean_per_value, .batch = setting.batch, .seed = setting.seed});
}

template <class Device>
int dcgan_there(const GpuSetting& setting) {
    auto trainer = dcgan_trainer<Device>(setting);
    return train_there<Device, Shape<3, 32, 32>, Shape<100, 1, 1>>(trainer, darkest_of_dcgan, setting);
}
template <class Device>
int vae_there(const GpuSetting& setting) {
    auto trainer = vae_trainer<Device>(setting);
    return train_there<Device, Shape<784>, Shape<20>>(trainer, darkest_of_vae, setting);
}

int dcgan_host(const GpuSetting& setting) {
    auto trainer = dcgan_trainer<Cuda>(setting);
    return train_from_host<Shape<3, 32, 32>>(trainer, darkest_of_dcgan, setting);
}
int vae_host(const GpuSetting& setting) {
    auto trainer = vae_trainer<Cuda>(setting);
    return train_from_host<Shape<784>>(trainer, darkest_of_vae, setting);
}

}  // namespace
}  // namespace race

int main(int argc, char** argv) {
    return race::run_task(argc, argv,
                          {{"dcgan", race::dcgan_there<genotype::Cuda>},
                           {"dcgan_tf32", race::dcgan_there<genotype::CudaTf32>},
                           {"dcgan_host", race::dcgan_host},
                           {"vae", race::vae_there<genotype::Cuda>},
                           {"vae_tf32", race::vae_there<genotype::CudaTf32>},
                           {"vae_host", race::vae_host}});
}
