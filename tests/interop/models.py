"""PyTorch's modules for the combinators and models of models.cpp and training.cpp: name -> (module, sizes of a sample)."""

from torch import nn


class Residual(nn.Module):
    """What genotype::Residual is: branch(x) + x, or branch(x) + projection(x)."""

    def __init__(self, *branch, projection=None):
        super().__init__()
        self.branch = nn.Sequential(*branch)
        if projection:
            self.projection = nn.Sequential(*projection)

    def forward(self, x):
        return self.branch(x) + (self.projection(x) if hasattr(self, "projection") else x)


class Vae(nn.Module):
    """VAE<784, 256, 20>: in inference, what the decoder makes of the mean of the latents."""

    def __init__(self):
        super().__init__()
        self.encoder = vae_encoder()
        self.decoder = vae_decoder()

    def forward(self, x):
        mean, _ = self.encoder(x).chunk(2, dim=1)
        return self.decoder(mean)


class Gan(nn.Module):
    """The names that a GAN's checkpoint has."""

    def __init__(self):
        super().__init__()
        self.generator = dcgan_generator()
        self.discriminator = dcgan_discriminator()


def vae_encoder():
    return nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 40)
    )


def vae_decoder():
    return nn.Sequential(
        nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 784), nn.Sigmoid()
    )


def conv(*sizes):
    return nn.Conv2d(*sizes, bias=False)


def conv_t(*sizes):
    return nn.ConvTranspose2d(*sizes, bias=False)


def dcgan_generator():
    return nn.Sequential(
        conv_t(100, 256, 4, 1, 0), nn.BatchNorm2d(256), nn.ReLU(),
        conv_t(256, 128, 4, 2, 1), nn.BatchNorm2d(128), nn.ReLU(),
        conv_t(128, 64, 4, 2, 1), nn.BatchNorm2d(64), nn.ReLU(),
        conv_t(64, 3, 4, 2, 1), nn.Tanh(),
    )  # fmt: skip


def dcgan_discriminator():
    return nn.Sequential(
        conv(3, 64, 4, 2, 1), nn.LeakyReLU(0.2),
        conv(64, 128, 4, 2, 1), nn.BatchNorm2d(128), nn.LeakyReLU(0.2),
        conv(128, 256, 4, 2, 1), nn.BatchNorm2d(256), nn.LeakyReLU(0.2),
        conv(256, 1, 4, 1, 0), nn.Sigmoid(),
    )  # fmt: skip


def nested():
    return nn.Sequential(
        nn.Sequential(nn.Linear(12, 16), nn.GELU()),
        nn.Sequential(nn.Sequential(nn.Linear(16, 16), nn.BatchNorm1d(16)), nn.Tanh()),
    )


def repeat():
    return nn.Sequential(*[nn.Sequential(nn.Linear(12, 12), nn.LayerNorm(12), nn.SiLU()) for _ in range(3)])


def residual():
    return Residual(conv(6, 6, 3, 1, 1), nn.BatchNorm2d(6), nn.ReLU())


def residual_projection():
    return Residual(
        nn.Conv2d(6, 10, 3, 2, 1), nn.BatchNorm2d(10), nn.ReLU(), projection=[conv(6, 10, 1, 2), nn.BatchNorm2d(10)]
    )


def residual_classifier():
    def block(first, second, stride, **side):
        return Residual(
            conv(first, second, 3, stride, 1), nn.BatchNorm2d(second), nn.ReLU(),
            conv(second, second, 3, 1, 1), nn.BatchNorm2d(second), **side
        )  # fmt: skip

    def late():
        return nn.Sequential(Residual(nn.GroupNorm(4, 32), nn.SiLU(), nn.Conv2d(32, 32, 3, 1, 1)))

    return nn.Sequential(
        conv(1, 16, 3, 1, 1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        block(16, 16, 1), nn.ReLU(),
        block(16, 32, 2, projection=[conv(16, 32, 1, 2), nn.BatchNorm2d(32)]), nn.ReLU(),
        nn.Sequential(late(), late()),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10),
    )  # fmt: skip


MODULES = {
    "nested": (nested, (12,)),
    "repeat": (repeat, (12,)),
    "residual": (residual, (6, 8, 10)),
    "residual_projection": (residual_projection, (6, 8, 10)),
    "residual_classifier": (residual_classifier, (1, 28, 28)),
    "dcgan_generator": (dcgan_generator, (100, 1, 1)),
    "dcgan_discriminator": (dcgan_discriminator, (3, 32, 32)),
    "vae": (Vae, (784,)),
    "vae_encoder": (vae_encoder, (784,)),
    "vae_decoder": (vae_decoder, (20,)),
}
