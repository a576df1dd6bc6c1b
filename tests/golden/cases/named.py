"""Layers that read a value by name: a case has NAME/named too, and where that has a gradient NAME/named.grad."""
import torch
from torch import nn

from cases import layers
from cases.layers import values


class WithNamed(nn.Module):
    """A layer of two inputs as one of its first: its own parameters' names, without a prefix."""

    def __init__(self, layer, named):
        super().__init__()
        self.__dict__["layer"], self.named = layer, named

    def named_parameters(self, *arguments, **options):
        return self.layer.named_parameters(*arguments, **options)

    def forward(self, x):
        return self.layer.double()(x, self.named)


def run(store, name, layer, x, named):
    store.add(f"{name}/named", named)
    if named.is_floating_point():
        named = named.clone().requires_grad_()
    layers.run(store, name, WithNamed(layer, named), x)
    if named.is_floating_point():
        store.add(f"{name}/named.grad", named.grad)


class Project(nn.Module):
    def __init__(self, classes, width):
        super().__init__()
        self.linear, self.embedding = nn.Linear(width, 1), nn.Embedding(classes, width)

    def forward(self, x, label):
        return self.linear(x) + (self.embedding(label[:, 0]) * x).sum(1, keepdim=True)


def projects(store):
    def case(classes, width, labels):
        name = f"project_{classes}_{width}"
        run(store, name, Project(classes, width), values(f"{name}/x", (len(labels), width)),
            torch.tensor(labels)[:, None])

    case(3, 5, [2, 0, 2, 2])
    case(10, 70, [9, 0, 3, 3, 1, 9])
