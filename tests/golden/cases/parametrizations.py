"""Spectral norm and weight norm: some steps of SGD with momentum, one forward run between updates.

A case NAME stores NAME/x and NAME/dy, NAME/TENSOR as the training finds it, NAME/y.STEP and, of the first step,
NAME/dx and NAME/PARAMETER.grad; NAME/TENSOR.after of parameters after all steps and of buffers after the iteration that
follows the last one; NAME/y.inference. The first step has the singular vectors as they are found: what iterates before a
forward run here iterates after an update there.
"""
import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from cases.layers import values

STEPS = 4


def set_iterates(module, iterates):
    for layer in module.modules():
        if parametrize.is_parametrized(layer):
            layer.parametrizations.train(iterates)


def train(store, name, layers, parametrization, x):
    for number, layer in enumerate(layers):
        layer.double()
        with torch.no_grad():
            for parameter, tensor in layer.named_parameters():
                scale = 1.0 if isinstance(layer, nn.Embedding) else 1.0 / max(tensor[0].numel(), 1)**0.5
                tensor.copy_(values(f"{name}/{number}.{parameter}", tensor.shape, scale))
        if list(layer.parameters()):
            parametrization(layer)
    module = nn.Sequential(*layers)
    with torch.no_grad():
        for tensor in [*module.parameters(), *module.buffers()]:
            tensor.copy_(tensor.float())
    for tensor_name, tensor in module.state_dict().items():
        store.add(f"{name}/{tensor_name}", tensor)

    optimizer = torch.optim.SGD(module.parameters(), lr=0.05, momentum=0.9)
    dy = None
    for step in range(STEPS):
        set_iterates(module, step > 0)
        given = x.clone().requires_grad_() if x.is_floating_point() else x
        y = module(given)
        if dy is None:
            dy = values(f"{name}/dy", y.shape, 0.3)
            store.add(f"{name}/x", x.double() if x.is_floating_point() else x.double()[:, None])
            store.add(f"{name}/dy", dy)
        optimizer.zero_grad()
        y.backward(dy)
        store.add(f"{name}/y.{step}", y)
        if step == 0:
            for parameter, tensor in module.named_parameters():
                store.add(f"{name}/{parameter}.grad", tensor.grad)
            if given.grad is not None:
                store.add(f"{name}/dx", given.grad)
        optimizer.step()
    module(x)  # what iterates once more
    for tensor_name, tensor in module.state_dict().items():
        store.add(f"{name}/{tensor_name}.after", tensor)
    module.eval()
    store.add(f"{name}/y.inference", module(x))


def parametrizations(store):
    for kind, norm in {"spectral": spectral_norm, "weight": weight_norm}.items():
        train(store, f"{kind}_convolutions",
              [nn.Conv2d(3, 6, 4, 2, 1, bias=False), nn.LeakyReLU(0.2), nn.ConvTranspose2d(6, 5, 3, 2, 1), nn.LeakyReLU(0.2),
               nn.Conv2d(5, 4, 1), nn.Flatten(), nn.Linear(100, 3)],
              norm, values(f"{kind}/x", (3, 3, 6, 6)))
        train(store, f"{kind}_videos",
              [nn.Conv3d(2, 4, (2, 3, 3), 1, 1), nn.LeakyReLU(0.2), nn.ConvTranspose3d(4, 3, 2, 2, bias=False)],
              norm, values(f"{kind}_videos/x", (2, 2, 2, 3, 3)))
        train(store, f"{kind}_embedding", [nn.Embedding(7, 5)], norm,
              torch.tensor([3, 0, 6, 3]))
