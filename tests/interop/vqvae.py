"""PyTorch's half of interop_vqvae: ten steps of a VQ-VAE, with the codebook's averages, by hand.

Losses and perplexities of each step, all weights and the codebook and its averages after ten, and what becomes of the
codes then differ by at most 1e-5 of the largest value of PyTorch's, which are computed in double precision; the codes
are the same.

usage: vqvae.py PROGRAM FOLDER
"""

import pathlib
import subprocess
import sys

import numpy
import torch
from compare import differences, end_on, faults_above
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

MOST = 1e-5
BATCH, STEPS, CODES, DIM = 16, 10, 40, 6  # vqvae.cpp has the same
DECAY, EPSILON, BETA = 0.99, 1e-5, 0.25

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
torch.manual_seed(5)
torch.set_num_threads(1)


class Quantizer(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("embed", torch.empty(DIM, CODES))
        self.register_buffer("cluster_size", 1 + torch.rand(CODES))
        self.register_buffer("embed_avg", torch.empty(DIM, CODES))

    def begin(self, vectors):
        self.embed.copy_(vectors.T + 0.02 * torch.randn(DIM, CODES))
        self.embed_avg.copy_(self.embed * self.cluster_size)

    def codes(self, z):
        return (z[..., :, None] - self.embed).square().sum(dim=-2).argmin(dim=-1)

    def forward(self, z):
        z = z.movedim(1, -1)
        codes = self.codes(z)
        q = self.embed.T[codes]
        if self.training:
            with torch.no_grad():
                one_hot = functional.one_hot(codes.flatten(), CODES).to(z.dtype)
                self.cluster_size.mul_(DECAY).add_(one_hot.sum(dim=0), alpha=1 - DECAY)
                self.embed_avg.mul_(DECAY).add_(z.reshape(-1, DIM).T @ one_hot, alpha=1 - DECAY)
                total = self.cluster_size.sum()
                size = (self.cluster_size + EPSILON) / (total + CODES * EPSILON) * total
                self.embed.copy_(self.embed_avg / size)
        return q.movedim(-1, 1), codes


model = nn.ModuleDict({
    "encoder": nn.Sequential(nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, DIM, 3, 1, 1)),
    "quantizer": Quantizer(),
    "decoder": nn.Sequential(nn.Conv2d(DIM, 16, 3, 1, 1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1)),
})  # fmt: skip
x = torch.randn(STEPS * BATCH, 1, 8, 8)
with torch.no_grad():  # codes that are near some vectors
    model["quantizer"].begin(model["encoder"](x[:BATCH]).movedim(1, -1).reshape(-1, DIM)[:: BATCH * 16 // CODES][:CODES])
save_file({name: value.contiguous() for name, value in model.state_dict().items()}, folder / "begin.safetensors")
numpy.save(folder / "x.npy", numpy.ascontiguousarray(x.movedim(1, -1).numpy()))
subprocess.run([program, folder], check=True)

begin = {name: value.double() for name, value in model.state_dict().items()}
model.double()
x = x.double()
optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.5)
losses = []
for batch in x.split(BATCH):
    z = model["encoder"](batch)
    q, codes = model["quantizer"](z)
    reconstruction = functional.mse_loss(model["decoder"](z + (q - z).detach()), batch)
    commitment = functional.mse_loss(z, q.detach())
    optimizer.zero_grad()
    (reconstruction + BETA * commitment).backward()
    optimizer.step()
    share = torch.bincount(codes.flatten(), minlength=CODES).double() / codes.numel()
    losses.append([reconstruction.item(), commitment.item(), torch.exp(torch.special.entr(share).sum()).item()])
losses = torch.tensor(losses, dtype=torch.float64)

wanted = {f"{name} of the steps": losses[:, i] for i, name in enumerate(("reconstruction", "commitment", "perplexity"))}
found = torch.from_numpy(numpy.load(folder / "losses.npy")).double().reshape(STEPS, 3)
ours = {name: found[:, i] for i, name in enumerate(wanted)}
wanted |= model.state_dict()
ours |= {name: value.double() for name, value in load_file(folder / "end.safetensors").items()}
model.eval()
with torch.no_grad():
    q, codes = model["quantizer"](model["encoder"](x))
    wanted["images"] = model["decoder"](q)
ours["images"] = torch.from_numpy(numpy.load(folder / "images.npy")).double().reshape(-1, 8, 8, 1).movedim(-1, 1)

errors = differences(ours, wanted)
faults = faults_above(MOST, errors)
same = torch.from_numpy(numpy.load(folder / "codes.npy")).reshape(codes.shape).long() == codes
if not same.all():
    faults.append(f"codes: {(~same).sum()} of {same.numel()} are others")
moved = {name: ((wanted[name] - begin[name]).abs().max() / wanted[name].abs().max()).item() for name in begin}
faults += [f"{name}: hardly moves" for name, by in moved.items() if by < 1e-3]
if losses[:, 2].min() < 10:
    faults.append("hardly a code is in use")
end_on(faults)
worst = max(errors, key=errors.get)
print(f"{STEPS} steps of a VQ-VAE, {len(begin)} tensors and {same.numel()} codes are PyTorch {torch.__version__}'s by hand;")
print(f"the largest difference is {errors[worst]:.2g} of the largest value: {worst}.")
