"""PyTorch as a contestant.

usage: torch_contestant.py TASK VARIANT BATCH THREADS SEED [PATH]
TASK: dcgan, dcgan_half, dcgan_double, dcgan64, vae, vae_half, vae_double, flow (training steps), generator, decoder
(inference).
VARIANT: words joined by +: eager, channels_last, compile, bf16; or export, which writes the network to PATH and ends.
"""
import pathlib
import sys

import torch
from torch import nn

import serving

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "interop"))
from unet import CLASSES, UNet  # noqa: E402


def generator(width):
    return nn.Sequential(
        nn.ConvTranspose2d(100, 4 * width, 4, 1, 0, bias=False), nn.BatchNorm2d(4 * width), nn.ReLU(True),
        nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * width), nn.ReLU(True),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(True),
        nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False), nn.Tanh())


def discriminator(width):
    return nn.Sequential(
        nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True),
        nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * width), nn.LeakyReLU(0.2, True),
        nn.Conv2d(2 * width, 4 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(4 * width), nn.LeakyReLU(0.2, True),
        nn.Conv2d(4 * width, 1, 4, 1, 0, bias=False), nn.Sigmoid())


def large_generator():
    """Of PyTorch's examples/dcgan, 64 x 64 pixels."""
    layers = [nn.ConvTranspose2d(100, 512, 4, 1, 0, bias=False), nn.BatchNorm2d(512), nn.ReLU(True)]
    for channels in (512, 256, 128):
        layers += [nn.ConvTranspose2d(channels, channels // 2, 4, 2, 1, bias=False), nn.BatchNorm2d(channels // 2),
                   nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh())


def large_discriminator():
    layers = [nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
    for channels in (64, 128, 256):
        layers += [nn.Conv2d(channels, 2 * channels, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * channels),
                   nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*layers, nn.Conv2d(512, 1, 4, 1, 0, bias=False), nn.Sigmoid())


class Vae(nn.Module):
    def __init__(self, hidden, values=784, latent=20):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(values, hidden), nn.ReLU(True), nn.Linear(hidden, hidden),
                                     nn.ReLU(True), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(True), nn.Linear(hidden, hidden),
                                     nn.ReLU(True), nn.Linear(hidden, values), nn.Sigmoid())

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        return self.decoder(z), mean, log_variance


def images(batch, values, low):
    """The same images as the other side's, by formula: value i of the batch, from `low` to 1."""
    bits = (torch.arange(batch * values, dtype=torch.int64) * 2654435761 & 0xFFFFFFFF) >> 16
    return (low + (1 - low) * bits.to(torch.float32) / 65535).reshape(batch, values)


# Words for how torch.compile does it.
MODES = {"compile": "default", "reduce-overhead": "reduce-overhead", "max-autotune": "max-autotune",
         "max-autotune-no-cudagraphs": "max-autotune-no-cudagraphs"}


class Choice:
    """What the variant's words change."""

    def __init__(self, variant, device="cpu"):
        words = set(variant.split("+"))
        unknown = words - {"eager", "channels_last", "bf16", "tf32", "graph", *MODES}
        if unknown:
            sys.exit(f"torch_contestant.py: no variant {unknown}")
        self.device = device
        self.layout = torch.channels_last if "channels_last" in words else torch.contiguous_format
        mode = next((MODES[word] for word in words if word in MODES), None)
        self.compile = (lambda model: torch.compile(model, mode=mode)) if mode else (lambda model: model)
        self.autocast = lambda: torch.autocast(device, torch.bfloat16, enabled="bf16" in words)
        self.tf32 = "tf32" in words
        self.graph = "graph" in words and device == "cuda"
        # What an optimiser is told. fused: the fastest of PyTorch's three forms of Adam
        self.optimizer = {"fused": True, **({"capturable": True} if self.graph else {})}


def dcgan_step(choice, g, d, batch, size=32):
    g = g.to(choice.device, memory_format=choice.layout)
    d = d.to(choice.device, memory_format=choice.layout)
    run_g, run_d = choice.compile(g), choice.compile(d)
    g_optimizer = torch.optim.Adam(g.parameters(), lr=2e-4, **choice.optimizer)
    d_optimizer = torch.optim.Adam(d.parameters(), lr=2e-4, **choice.optimizer)
    loss_of = nn.BCELoss()
    ones, zeros = torch.ones(batch, device=choice.device), torch.zeros(batch, device=choice.device)
    real = images(batch, 3 * size * size, -1).reshape(batch, 3, size, size)
    real = real.to(choice.device).contiguous(memory_format=choice.layout)

    def answers(x):
        with choice.autocast():
            y = run_d(x)
        return y.view(-1).float()

    def step():
        d_optimizer.zero_grad()
        loss_of(answers(real), ones).backward()
        noise = torch.randn(batch, 100, 1, 1, device=choice.device)
        with choice.autocast():
            fake = run_g(noise)
        loss_of(answers(fake.detach()), zeros).backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        loss_of(answers(fake), ones).backward()
        g_optimizer.step()

    return step


def vae_step(choice, hidden, batch):
    model = Vae(hidden).to(choice.device)
    run = choice.compile(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **choice.optimizer)
    mse = nn.MSELoss()
    x = images(batch, 784, 0).to(choice.device)

    def step():
        optimizer.zero_grad()
        with choice.autocast():
            reconstruction, mean, log_variance = run(x)
        kl = torch.mean(-0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp(), dim=1))
        (mse(reconstruction.float(), x) + kl).backward()
        optimizer.step()

    return step


def flow_step(choice, batch):
    """Flow matching with labels left out, clipping and an average of weights: the step of the program `flow`."""
    model = UNet().to(choice.device, memory_format=choice.layout)
    run = choice.compile(model)
    parameters = list(model.parameters())
    average = [parameter.detach().clone() for parameter in parameters]
    optimizer = torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.99), **choice.optimizer)
    mse = nn.MSELoss()
    x = images(batch, 784, -1).reshape(batch, 1, 28, 28).to(choice.device)
    labels = torch.arange(batch, device=choice.device) % CLASSES

    def step():
        noise = torch.randn_like(x)
        time = torch.sigmoid(torch.randn(batch, 1, device=choice.device))
        label = torch.where(torch.rand(batch, device=choice.device) < 0.1, CLASSES, labels)
        optimizer.zero_grad()
        with choice.autocast():
            velocity = run(torch.lerp(noise, x, time[:, :, None, None]), time, label)
        mse(velocity.float(), x - noise).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 1 - 0.995)

    return step


def inference(choice, model, x):
    model.eval()
    run = choice.compile(model.to(memory_format=choice.layout) if x.dim() == 4 else model)

    def step():
        with torch.inference_mode(), choice.autocast():
            run(x)

    return step


def export(model, x, path):
    """Writes the network for onnx_contestant.py. Needs the packages onnx and onnxscript."""
    torch.onnx.export(model.eval(), (x,), path, dynamo=True, external_data=False, verbose=False)


def main():
    if len(sys.argv) not in (6, 7):
        sys.exit(__doc__)
    task, variant = sys.argv[1:3]
    batch, threads, seed = map(int, sys.argv[3:6])
    stream = serving.answers()
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    networks = {"generator": (lambda: generator(64), (100, 1, 1)), "decoder": (lambda: Vae(256).decoder, (20,))}
    name, _, width = task.partition("_")
    factor = {"": 1, "half": 0.5, "double": 2}[width]
    if name in networks:
        make, shape = networks[name]
        model, x = make(), torch.randn(batch, *shape)
        if variant == "export":
            export(model, x, sys.argv[6])
            return
        step = inference(Choice(variant), model, x)
    elif name == "dcgan":
        channels = int(64 * factor)
        step = dcgan_step(Choice(variant), generator(channels), discriminator(channels), batch)
    elif name == "dcgan64":
        step = dcgan_step(Choice(variant), large_generator(), large_discriminator(), batch, 64)
    elif name == "flow":
        step = flow_step(Choice(variant), batch)
    elif name == "vae":
        step = vae_step(Choice(variant), int(256 * factor), batch)
    else:
        sys.exit(f"torch_contestant.py: no task {task}")
    serving.serve(stream, f"PyTorch {torch.__version__}", step)


if __name__ == "__main__":
    main()
