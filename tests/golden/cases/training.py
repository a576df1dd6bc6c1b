"""The first training steps of the DCGAN and of the VAE, from weights, noise and batches that Philox makes.

PyTorch runs in float64, on float32 weights and data. What makes a comparison in float32 meaningful:
- Weights in front of a batch norm are drawn 8 times as wide as PyTorch's default. The norm takes the factor out again,
  but Adam's first steps, which move every weight by the learning rate whatever its gradient, weigh less. With the
  default PyTorch's own float32 differs from its float64 by 1e-2 in the losses of step 10; so it is 1e-4.
- One activation on the other side of a ReLU's joint changes the generator's gradients by 4e-3 of their norm. Where
  these are compared, the batch is 4 and the seed the best of some thousands: no activation of step 1 is nearer to 0
  than 2e-5 of its layer's root mean square, 40 times the usual rounding error.

Of each gradient of step 1 are stored NAME/norm, NAME/projections (on 16 vectors of +-1: the mean square of a
difference's projections estimates its squared norm) and NAME/every (each k-th value, at most 128).
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import philox

PROJECTIONS, EVERY = 16, 128
SEED_WEIGHTS, SEED_SIGNS = 101, 303  # stream: the parameter's number
DTYPE = torch.float64


def generator():
    return nn.Sequential(
        nn.ConvTranspose2d(100, 256, 4, 1, 0, bias=False), nn.BatchNorm2d(256), nn.ReLU(),
        nn.ConvTranspose2d(256, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU(),
        nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
        nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh())


def discriminator():
    return nn.Sequential(
        nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2),
        nn.Conv2d(64, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128), nn.LeakyReLU(0.2),
        nn.Conv2d(128, 256, 4, 2, 1, bias=False), nn.BatchNorm2d(256), nn.LeakyReLU(0.2),
        nn.Conv2d(256, 1, 4, 1, 0, bias=False), nn.Sigmoid())


def encoder():
    return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 40))


def decoder():
    return nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 784),
                         nn.Sigmoid())


def fill(module, first_stream):
    """Convolutions and Linear: U(-b, b), b = 1/sqrt(fan_in), 8/sqrt(fan_in) in front of a norm; biases with their
    weight's b; norms keep 1 and 0. The stream counts all parameters, in PyTorch's order."""
    for layer, following in zip(module, [*module[1:], None]):
        for name, parameter in layer.named_parameters(recurse=False):
            if not isinstance(layer, nn.BatchNorm2d):
                width = 8.0 if isinstance(following, nn.BatchNorm2d) else 1.0
                bound = width / np.sqrt(float(layer.weight[0].numel()))
                drawn = philox.uniform(parameter.shape, SEED_WEIGHTS, first_stream, bound)
                with torch.no_grad():
                    parameter.copy_(torch.from_numpy(drawn))
            first_stream += 1
    return first_stream


def tensor(shape, seed, stream, bound=1.0, offset=0.0):
    return torch.from_numpy(philox.uniform(shape, seed, stream, bound) + np.float32(offset)).to(DTYPE)


def store_gradients(store, label, module):
    for number, (name, parameter) in enumerate(module.named_parameters()):
        gradient = parameter.grad.detach().double().numpy().reshape(-1)
        step = max(1, -(-gradient.size // EVERY))
        store.add(f"{label}.{name}/norm", [np.linalg.norm(gradient)])
        store.add(f"{label}.{name}/projections",
                  philox.signs(gradient.size, SEED_SIGNS, number, PROJECTIONS) @ gradient)
        store.add(f"{label}.{name}/every", gradient[::step])


def dcgan(store, batch, steps, seed):
    """Streams of the data: 2 * step for the images in [-1, 1), 2 * step + 1 for the noise, U(-sqrt 3, sqrt 3)."""
    G, D = generator().to(DTYPE), discriminator().to(DTYPE)
    fill(D, fill(G, 0))
    optimizer_d, optimizer_g = torch.optim.Adam(D.parameters(), lr=2e-4), torch.optim.Adam(G.parameters(), lr=2e-4)
    one, zero = torch.ones(batch, dtype=DTYPE), torch.zeros(batch, dtype=DTYPE)
    losses = []
    for step in range(steps):
        real = tensor((batch, 3, 32, 32), seed, 2 * step)
        noise = tensor((batch, 100, 1, 1), seed, 2 * step + 1, np.sqrt(3.0))
        D.zero_grad()
        loss_real = F.binary_cross_entropy(D(real).view(-1), one)
        loss_real.backward()
        fake = G(noise)
        loss_fake = F.binary_cross_entropy(D(fake.detach()).view(-1), zero)
        loss_fake.backward()
        if step == 0:
            store_gradients(store, "discriminator", D)
        optimizer_d.step()
        G.zero_grad()
        loss_g = F.binary_cross_entropy(D(fake).view(-1), one)
        loss_g.backward()
        if step == 0:
            store_gradients(store, "generator", G)
        optimizer_g.step()
        losses.append([loss_real.item() + loss_fake.item(), loss_g.item()])
    store.add("losses", losses)  # (steps, 2): discriminator's sum of real and fake, generator's
    store.add("batch", [batch])
    store.add("seed", [seed])
    for label, module in dict(generator=G, discriminator=D).items():
        for name, buffer in module.named_buffers():
            store.add(f"{label}.{name}", buffer)  # after the last step
    return losses


def vae(store, batch, steps, seed, beta=1.0, warmup=1, free_bits=0.0):
    """Streams of the data: 2 * step for the images in [0, 1), 2 * step + 1 for the noise, U(-sqrt 3, sqrt 3). Losses are
    those of the bound; what is descended has beta, which rises in `warmup` steps, and free bits of each latent."""
    E, D = encoder().to(DTYPE), decoder().to(DTYPE)
    fill(D, fill(E, 0))
    optimizer = torch.optim.Adam([*E.parameters(), *D.parameters()], lr=1e-3)
    losses = []
    for step in range(steps):
        x = tensor((batch, 784), seed, 2 * step, 0.5, 0.5)
        noise = tensor((batch, 20), seed, 2 * step + 1, np.sqrt(3.0))
        mean, log_variance = E(x).chunk(2, dim=1)
        y = D(mean + noise * torch.exp(0.5 * log_variance))
        reconstruction = ((y - x) ** 2).sum(1).mean()
        each = (-0.5 * (1 + log_variance - mean**2 - log_variance.exp())).mean(0)
        kl = each.sum()
        optimizer.zero_grad()
        (reconstruction + beta * min(1, (step + 1) / warmup) * each.clamp(min=free_bits).sum()).backward()
        if step == 0:
            store_gradients(store, "encoder", E)
            store_gradients(store, "decoder", D)
        optimizer.step()
        losses.append([reconstruction.item(), kl.item()])
    store.add("losses", losses)  # (steps, 2): reconstruction, KL
    store.add("batch", [batch])
    store.add("seed", [seed])
    return losses
