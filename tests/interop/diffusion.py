"""PyTorch's half of interop_diffusion: a step's loss and gradients, and DDIM's trajectory, weights from a file.

The loss, every parameter's gradient and the images after each of ten steps differ by at most 1e-5 of the largest value
of PyTorch's, which are computed in double precision. Where diffusers is installed, its scheduler draws too.

usage: diffusion.py PROGRAM FOLDER
"""

import math
import pathlib
import subprocess
import sys

import numpy
import torch
from compare import differences, end_on, faults_above
from safetensors.torch import load_file, save_file
from torch.nn import functional
from unet import CLASSES, UNet

MOST = 1e-5
BATCH, STEPS, TIMESTEPS = 12, 10, 1000  # diffusion.cpp has the same
DROP, GUIDANCE = 0.25, 1.5

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
torch.manual_seed(6)
torch.set_num_threads(1)
model = UNet()
for parameter in model.parameters():
    if parameter.dim() == 1:  # no weight of a norm is 1, no bias 0
        parameter.data += 0.3 * torch.randn_like(parameter)
x = torch.rand(BATCH, 1, 28, 28) * 2 - 1
label = torch.arange(BATCH) % CLASSES
save_file(model.state_dict(), folder / "weights.safetensors")
numpy.save(folder / "x.npy", numpy.ascontiguousarray(x.movedim(1, -1).numpy()))
numpy.save(folder / "label.npy", label.numpy())
subprocess.run([program, folder], check=True)


def images(values, *shape):
    return torch.from_numpy(values).double().reshape(*shape, 28, 28, 1).movedim(-1, -3)


def left_after(n):
    return math.cos((n / TIMESTEPS + 0.008) / 1.008 * math.pi / 2) ** 2


def time_of(n):
    return (n.float() / TIMESTEPS).double()  # rounded as networks of single precision read it


model.double()
betas = torch.tensor([min(1 - left_after(n + 1) / left_after(n), 0.999) for n in range(TIMESTEPS)], dtype=torch.float64)
left = torch.cumprod(1 - betas, dim=0)

# The step. What is drawn: noise of all images, then a number for each timestep, then one for whether a label stays.
draws = numpy.load(folder / "draws.npy").flatten()
noise = images(draws[: BATCH * 784], BATCH)
of_times, of_labels = (torch.from_numpy(part).double() for part in draws[BATCH * 784 :].reshape(2, BATCH))
n = (torch.special.ndtr(of_times) * TIMESTEPS).floor().long().clamp(max=TIMESTEPS - 1)
kept = torch.special.ndtr(of_labels) >= DROP
assert 0 < kept.sum() < BATCH, "no label is left out, or all are"
a, b = left[n].sqrt()[:, None, None, None], (1 - left[n]).sqrt()[:, None, None, None]
y = model(a * x + b * noise, time_of(n[:, None]), torch.where(kept, label, CLASSES))
loss = functional.mse_loss(y, a * noise - b * x)
loss.backward()
ours = {"loss": torch.from_numpy(numpy.load(folder / "loss.npy")).flatten()}
ours |= load_file(folder / "gradients.safetensors")
wanted = {"loss": loss.detach().reshape(1)} | {name: parameter.grad for name, parameter in model.named_parameters()}

# DDIM, and guidance.
trajectory = images(numpy.load(folder / "trajectory.npy"), STEPS, BATCH)
begin = images(numpy.load(folder / "noise.npy"), BATCH)


@torch.no_grad()
def velocity(x, n):
    time = time_of(torch.full((BATCH, 1), n))
    given, none = model(x, time, label), model(x, time, torch.full_like(label, CLASSES))
    return none + GUIDANCE * (given - none)


x = begin
for step in range(STEPS):
    n = TIMESTEPS * (STEPS - step) // STEPS - 1
    after = left[n - TIMESTEPS // STEPS] if step + 1 < STEPS else torch.tensor(1.0, dtype=torch.float64)
    v = velocity(x, n)
    image, noise = left[n].sqrt() * x - (1 - left[n]).sqrt() * v, (1 - left[n]).sqrt() * x + left[n].sqrt() * v
    x = after.sqrt() * image + (1 - after).sqrt() * noise
    wanted[f"step {step + 1} of DDIM"], ours[f"step {step + 1} of DDIM"] = x, trajectory[step]
beside = "by hand"
try:
    import diffusers

    beside = f"by hand and by diffusers {diffusers.__version__}"
except ImportError:
    diffusers = None
if diffusers:
    scheduler = diffusers.DDIMScheduler(
        beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction", timestep_spacing="trailing", clip_sample=False)  # fmt: skip
    scheduler.set_timesteps(STEPS)
    x = begin
    for step, n in enumerate(scheduler.timesteps.tolist()):
        x = scheduler.step(velocity(x, n), n, x).prev_sample
        wanted[f"step {step + 1} of diffusers"], ours[f"step {step + 1} of diffusers"] = x, trajectory[step]

errors = differences(ours, wanted)
end_on(faults_above(MOST, errors))
worst = max(errors, key=errors.get)
parameters = len(list(model.parameters()))
print(f"The loss of v and the gradients of {parameters} parameters are PyTorch {torch.__version__}'s, and {STEPS} steps of")
print(f"DDIM are those {beside}; the largest difference is {errors[worst]:.2g} of the largest value: {worst}.")
