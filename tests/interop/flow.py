"""PyTorch's half of interop_flow: the gradients of a U-Net with names, joins and conditions, weights from a file.

Velocities and every parameter's gradient differ by at most 1e-5 of the largest value of PyTorch's, which are computed
in double precision.

usage: flow.py PROGRAM FOLDER
"""

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
BATCH = 12

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
torch.manual_seed(5)
torch.set_num_threads(1)
model = UNet()
for parameter in model.parameters():
    if parameter.dim() == 1:  # no weight of a norm is 1, no bias 0
        parameter.data += 0.3 * torch.randn_like(parameter)
x, target = torch.randn(BATCH, 1, 28, 28), torch.randn(BATCH, 1, 28, 28)
time, label = torch.rand(BATCH, 1), torch.arange(BATCH) % (CLASSES + 1)
save_file(model.state_dict(), folder / "weights.safetensors")
for name, images in (("x", x), ("target", target)):
    numpy.save(folder / f"{name}.npy", numpy.ascontiguousarray(images.movedim(1, -1).numpy()))
numpy.save(folder / "time.npy", time.numpy())
numpy.save(folder / "label.npy", label.numpy())
subprocess.run([program, folder], check=True)

model.double()
y = model(x.double(), time.double(), label)
functional.mse_loss(y, target.double()).backward()
ours = {"velocity": torch.from_numpy(numpy.load(folder / "y.npy")).movedim(-1, 1)}
ours |= load_file(folder / "gradients.safetensors")
wanted = {"velocity": y.detach()} | {name: parameter.grad for name, parameter in model.named_parameters()}
errors = differences(ours, wanted)
end_on(faults_above(MOST, errors))
worst = max(errors, key=errors.get)
print(f"The velocity and the gradients of {len(wanted) - 1} parameters are PyTorch {torch.__version__}'s;")
print(f"the largest difference is {errors[worst]:.2g} of the largest value: {worst}.")
