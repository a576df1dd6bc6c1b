"""PyTorch's half of interop_r3gan: the relativistic loss with R1 and R2 by a graph of the gradients (create_graph=True).

Losses and every parameter's gradient differ by at most 1e-4 of the largest value of PyTorch's, which are computed in
double precision.

usage: r3gan.py PROGRAM FOLDER
"""

import pathlib
import subprocess
import sys

import numpy
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import softplus

MOST = 1e-4
BATCH, R1, R2 = 7, 2.0, 3.0

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
torch.manual_seed(5)
torch.set_num_threads(1)


def smooth():
    """Whose penalties take tangents."""
    return nn.Sequential(nn.Conv2d(2, 8, 4, 2, 1), nn.GroupNorm(2, 8), nn.SiLU(), nn.Conv2d(8, 8, 3, 1, 1),
                         nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(128, 1))


def straight():
    """Whose penalties take the short form."""
    return nn.Sequential(nn.Conv2d(2, 32, 3, 1, 1), nn.LeakyReLU(0.2), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU(),
                         nn.Conv2d(64, 8, 3, 1, 1, bias=False), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(128, 1))


networks = {}
for kind in (smooth, straight):
    generator = nn.Sequential(nn.Conv2d(2, 4, 3, 1, 1), nn.SiLU(), nn.Conv2d(4, 2, 3, 1, 1))
    discriminator = kind()
    real, noise = torch.randn(BATCH, 2, 8, 8), torch.randn(BATCH, 2, 8, 8)
    place = folder / kind.__name__
    place.mkdir()
    save_file(generator.state_dict(), place / "generator.safetensors")
    save_file(discriminator.state_dict(), place / "discriminator.safetensors")
    for name, images in (("real", real), ("noise", noise)):
        numpy.save(place / f"{name}.npy", numpy.ascontiguousarray(images.movedim(1, -1).numpy()))
    networks[place] = generator.double(), discriminator.double(), real.double(), noise.double()
subprocess.run([program, folder], check=True)

errors = {}
for place, (generator, discriminator, real, noise) in networks.items():
    def judged(x):
        x = x.detach().requires_grad_()
        y = discriminator(x)
        gradient, = torch.autograd.grad(y.sum(), x, create_graph=True)
        return y, gradient.square().sum((1, 2, 3)).mean() / 2

    fake = generator(noise)
    on_real, r1 = judged(real)
    on_fake, r2 = judged(fake)
    penalty = R1 * r1 + R2 * r2
    loss = softplus(-(on_real - on_fake)).mean()
    of_discriminator = torch.autograd.grad(loss + penalty, list(discriminator.parameters()))
    raised = softplus(-(discriminator(fake) - discriminator(real))).mean()
    of_generator = torch.autograd.grad(raised, list(generator.parameters()))

    losses = numpy.load(place / "losses.npy").ravel()
    pairs = {name: (torch.tensor(float(ours)), wanted.detach())
             for name, ours, wanted in zip(("discriminator", "generator", "penalty"), losses, (loss, raised, penalty))}
    for net, model, wanted in (("generator", generator, of_generator),
                               ("discriminator", discriminator, of_discriminator)):
        ours = load_file(place / f"{net}_gradients.safetensors")
        names = [name for name, _ in model.named_parameters()]
        if sorted(ours) != sorted(names):
            sys.exit(f"FAULT {sorted(ours)} of ours, {sorted(names)} of PyTorch's")
        pairs |= {f"{net}.{name}": (ours[name], gradient) for name, gradient in zip(names, wanted)}
    # The gradient by the discriminator's last bias is 0: it cancels in every pair.
    errors |= {f"{place.name}: {name}": ((ours - wanted).abs().max() / max(wanted.abs().max().item(), 1e-3)).item()
               for name, (ours, wanted) in pairs.items()}
faults = [name for name, error in errors.items() if not error <= MOST]
for name in faults:
    print(f"FAULT {name}: differs by {errors[name]:.2g} of the largest value")
if faults:
    sys.exit(1)
print(f"{len(errors)} losses and gradients of R3GAN's step are PyTorch's, the furthest by {max(errors.values()):.2g}")
