"""PyTorch's half of interop_layers and interop_models: the same networks, with the same weights, on the same input.

Both ways: weights that PyTorch saved are loaded there, weights that were saved there are loaded here, each strictly.
Outputs in eval and in train mode differ by at most 1e-5 of the output's largest value; so do buffers after a train run.

usage: modules.py layers|models PROGRAM FOLDER
"""

import importlib
import pathlib
import subprocess
import sys

import numpy
import torch
from safetensors.torch import load_file, save_file
from torch import nn

MOST = 1e-5
BATCH = 5

table, program, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
modules = importlib.import_module(table).MODULES
faults = []
largest = (0.0, "none")


def compare(found, wanted, what, scale=0.0):
    """Holds the largest difference against the largest value of what PyTorch says, or `scale` where that is larger."""
    global largest
    if found.shape != wanted.shape or found.dtype != wanted.dtype:
        faults.append(f"{what}: {found.shape} of {found.dtype}, PyTorch: {wanted.shape} of {wanted.dtype}")
        return
    if torch.equal(found, wanted):
        return
    if wanted.dtype == torch.int64:
        faults.append(f"{what}: {found}, PyTorch: {wanted}")
        return
    error = (found - wanted).abs().max().item() / max(wanted.abs().max().item(), scale)
    largest = max(largest, (error, what))
    if not error <= MOST:
        faults.append(f"{what}: differs by {error:.2g} of the largest value")


def to_file(x):
    """A batch as our npy files have it: channels last."""
    return numpy.ascontiguousarray(x.movedim(1, -1).numpy())


def from_file(path):
    return torch.from_numpy(numpy.load(path)).movedim(-1, 1).contiguous()


def make(name, number):
    """A module in which no tensor has a value that another could be taken for, and its input."""
    build, sizes = modules[name]
    torch.manual_seed(number)
    module = build()
    for parameter in module.parameters():
        if parameter.dim() != 2 and parameter.dim() != 4:
            parameter.data += 0.3 * torch.randn_like(parameter)
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.running_mean.normal_()
            part.running_var.uniform_(0.5, 2)
            part.num_batches_tracked.fill_(1000 + number)
    return module, torch.randn(BATCH, *sizes)


def check_dropout(dropped, x, p, what):
    """Which values fall is a matter of each library's generator; the others must be scaled."""
    compare(dropped, torch.where(dropped == 0, 0, x / (1 - p)), what)
    share = (dropped == 0).float().mean().item()
    if abs(share - p) > 0.05:
        faults.append(f"{what}: {share:.2f} of the values fell, PyTorch: {p}")


def check_one_way(module, x, name, way):
    stem = f"{folder / name}.{way}"
    module.load_state_dict(load_file(f"{stem}.before.safetensors"), strict=True)
    compare(from_file(f"{stem}.eval.npy"), module.eval()(x), f"{name}, {way}'s weights, eval")
    if name == "vae":
        return  # its train mode is its training step: training.py
    what = f"{name}, {way}'s weights, train"
    trained = from_file(f"{stem}.train.npy")
    if isinstance(module, nn.Dropout):
        check_dropout(trained, x, module.p, what)
        return
    compare(trained, module.train()(x), what)
    after = load_file(f"{stem}.after.safetensors")
    state = module.state_dict()
    for tensor, wanted in state.items():
        deviation = 0.0
        if tensor.endswith("running_mean"):  # next to nothing where values lie around 0: held against their deviation
            deviation = state[tensor.replace("running_mean", "running_var")].max().sqrt().item()
        compare(after[tensor], wanted, f"{what}, {tensor} behind it", deviation)


def check_round_trip(name):
    """What came from PyTorch goes back bit by bit."""
    sent = load_file(f"{folder / name}.safetensors")
    back = load_file(f"{folder / name}.pytorch.before.safetensors")
    if sorted(sent) != sorted(back):
        faults.append(f"{name}: {sorted(back)} came back of {sorted(sent)}")
        return
    for tensor in sent:
        if sent[tensor].numpy().tobytes() != back[tensor].numpy().tobytes():
            faults.append(f"{name}: {tensor} came back with other bits")


torch.set_num_threads(1)
torch.set_grad_enabled(False)
inputs = {}
for number, name in enumerate(modules):
    module, x = make(name, number)
    inputs[name] = (module, x)
    save_file(module.state_dict(), f"{folder / name}.safetensors")
    numpy.save(f"{folder / name}.x.npy", to_file(x))

ours = subprocess.run([program, folder], stdout=subprocess.PIPE, text=True)
if ours.returncode != 0:
    sys.exit(f"{program} ended with {ours.returncode}")
done = ours.stdout.split()
if done != list(modules):
    faults.append(f"{program} has {done}, {table}.py has {list(modules)}")
for name in done:
    module, x = inputs[name]
    check_round_trip(name)
    check_one_way(module, x, name, "pytorch")
    check_one_way(module, x, name, "genotype")

for fault in faults:
    print("FAULT", fault)
if faults:
    sys.exit(f"{len(faults)} faults.")
print(f"{len(done)} {table} go both ways, PyTorch {torch.__version__}; the largest difference is {largest[0]:.2g}")
print(f"of the largest value: {largest[1]}.")
