"""PyTorch's half of interop_training: five steps here, five there, five here, with the losses of fifteen steps here.

Weights, buffers and Adam's state go each way in one safetensors file, and come back bit by bit where no step is made.
Losses differ by at most 1e-4 of their own size.

usage: training.py vae|dcgan PROGRAM FOLDER
"""

import pathlib
import subprocess
import sys

import numpy
import torch
from models import Gan, Vae
from optimizer_state import from_tensors, to_tensors, weights
from safetensors.torch import load_file, save_file
from torch.nn import functional

MOST = 1e-4
STEPS, BATCH = 5, 16  # of each of the three legs; training.cpp has the same batch
# A young DCGAN makes much of rounding: at the usual 2e-4, PyTorch's own losses in its two orders of memory are 0.004 apart
# after ten steps. At this rate they stay within 2e-5, and a training that lost Adam's state is 0.001 to 0.015 off.
GAN_RATE = 1e-5


class VaeTraining:
    def __init__(self):
        self.model = Vae()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)
        self.optimized = [("", self.model, self.optimizer)]

    def step(self, x, noise):
        mean, log_variance = self.model.encoder(x).chunk(2, dim=1)
        y = self.model.decoder(mean + torch.exp(log_variance / 2) * noise)
        reconstruction = functional.mse_loss(y, x, reduction="sum") / len(x)
        kl = (log_variance.exp() + mean**2 - 1 - log_variance).sum() / 2 / len(x)
        self.optimizer.zero_grad()
        (reconstruction + kl).backward()
        self.optimizer.step()
        return [reconstruction.item(), kl.item()]


class GanTraining:
    def __init__(self):
        self.model = Gan()
        self.generator = torch.optim.Adam(self.model.generator.parameters(), lr=GAN_RATE)
        self.discriminator = torch.optim.Adam(self.model.discriminator.parameters(), lr=GAN_RATE)
        self.optimized = [
            ("generator.", self.model.generator, self.generator),
            ("discriminator.", self.model.discriminator, self.discriminator),
        ]

    def step(self, real, noise):
        def judge(images, wanted):
            answers = self.model.discriminator(images).flatten()
            return functional.binary_cross_entropy(answers, torch.full_like(answers, wanted)), answers.mean().item()

        self.discriminator.zero_grad()
        fake = self.model.generator(noise)
        real_loss, real_answer = judge(real, 1.0)
        fake_loss, fake_answer = judge(fake.detach(), 0.0)
        (real_loss + fake_loss).backward()
        self.discriminator.step()
        self.generator.zero_grad()
        loss, _ = judge(fake, 1.0)
        loss.backward()
        self.generator.step()
        return [(real_loss + fake_loss).item(), loss.item(), real_answer, fake_answer]


TRAININGS = {
    "vae": (VaeTraining, lambda n: torch.rand(n, 784), lambda n: torch.randn(n, 20)),
    "dcgan": (GanTraining, lambda n: torch.rand(n, 3, 32, 32) * 2 - 1, lambda n: torch.randn(n, 100, 1, 1)),
}

kind, program, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
make, make_images, make_noise = TRAININGS[kind]


def train(training, first):
    """One leg."""
    leg = range(first, first + STEPS)
    return [training.step(*(x[step * BATCH : (step + 1) * BATCH] for x in (images, noise))) for step in leg]


def save(training, path):
    tensors = dict(training.model.state_dict())
    for prefix, module, optimizer in training.optimized:
        tensors |= to_tensors(module, optimizer, prefix)
    save_file(tensors, path)


def load(training, path):
    tensors = load_file(path)
    training.model.load_state_dict(weights(tensors), strict=True)
    for prefix, module, optimizer in training.optimized:
        from_tensors(tensors, module, optimizer, prefix)


def go_on_there(steps):
    subprocess.run([program, kind, folder, str(steps)], check=True)


torch.set_num_threads(1)
torch.manual_seed(1)
images, noise = make_images(3 * STEPS * BATCH), make_noise(3 * STEPS * BATCH)
for name, x in (("images", images), ("noise", noise)):
    numpy.save(folder / f"{name}.npy", numpy.ascontiguousarray(x.movedim(1, -1).numpy()))

here = make()
losses = train(here, 0)
save(here, folder / "begun.safetensors")

go_on_there(0)
sent, back = load_file(folder / "begun.safetensors"), load_file(folder / "gone_on.safetensors")
assert sorted(sent) == sorted(back), sorted(set(sent) ^ set(back))
for name, tensor in sent.items():
    assert tensor.shape == back[name].shape, (name, tensor.shape, back[name].shape)
    assert tensor.numpy().tobytes() == back[name].numpy().tobytes(), name + " came back with other bits"

go_on_there(STEPS)
losses += numpy.load(folder / "losses.npy").tolist()
returned = make()
load(returned, folder / "gone_on.safetensors")
losses += train(returned, 2 * STEPS)

wanted = losses[:STEPS] + train(here, STEPS) + train(here, 2 * STEPS)
found, wanted = numpy.array(losses), numpy.array(wanted)
errors = abs(found - wanted) / abs(wanted)
for step, error in enumerate(errors.max(axis=1)):
    if not error <= MOST:
        print(f"FAULT step {step + 1}: {found[step]}, uninterrupted: {wanted[step]}")
if not errors.max() <= MOST:
    sys.exit(1)
print(f"{kind}: {len(sent)} tensors go both ways, and the losses of {len(found)} steps here, there and here are those")
print(f"of an uninterrupted training, PyTorch {torch.__version__}; the largest difference is {errors.max():.2g}.")
