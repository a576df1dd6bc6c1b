"""The U-Net of examples/programs/flow.cpp in PyTorch, with the names that its weights have in files."""

import math

import torch
from torch import nn
from torch.nn import functional

CLASSES = 10


def chain(**layers):
    """Layers with the numbers that the names in files have: `_2=` is "2"."""
    module = nn.Module()
    for name, layer in layers.items():
        module.add_module(name.removeprefix("_"), layer)
    return module


class Block(nn.Module):
    """GroupNorm, SiLU, convolution; GroupNorm, scale and shift by the condition, SiLU, convolution; and x."""

    def __init__(self, first, second):
        super().__init__()
        self.branch = chain(
            _0=nn.GroupNorm(8, first), _2=nn.Conv2d(first, second, 3, 1, 1, bias=False),
            _3=nn.GroupNorm(8, second), _4=nn.Linear(256, 2 * second),
            _6=nn.Conv2d(second, second, 3, 1, 1, bias=False))  # fmt: skip
        self.layers = list(self.branch.children())
        if first != second:
            self.projection = nn.Sequential(nn.Conv2d(first, second, 1, bias=False))

    def forward(self, x, condition):
        norm, conv, late_norm, moments, late_conv = self.layers
        y = late_norm(conv(functional.silu(norm(x))))
        scale, shift = moments(condition)[:, :, None, None].chunk(2, dim=1)
        y = late_conv(functional.silu(torch.addcmul(y + shift, y, scale)))
        return y + (self.projection(x) if hasattr(self, "projection") else x)


class UNet(nn.Module):
    """(images, times, labels) to velocities; 1,563,648 parameters."""

    def __init__(self):
        super().__init__()
        of_time = chain(_2=nn.Linear(128, 256), _4=nn.Linear(256, 256))
        of_label = chain(_1=nn.Embedding(CLASSES + 1, 256))
        self.condition = chain(_0=chain(_0=of_time, _1=of_label))
        first = [nn.Conv2d(4, 64, 3, 1, 1, bias=False), Block(64, 64), Block(64, 64)]
        middle = [nn.Conv2d(64, 128, 4, 2, 1, bias=False), Block(128, 128), Block(128, 128)]
        up = nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False)
        late = [Block(128, 64), Block(64, 64)]
        end = [nn.GroupNorm(8, 64), nn.Conv2d(64, 4, 3, 1, 1, bias=False)]
        for number, layer in zip((1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13), [*first, *middle, up, *late, *end]):
            self.add_module(str(number), layer)
        self.parts = (of_time, of_label, first, middle, up, late, end)

    def forward(self, x, time, label):
        of_time, of_label, (conv, *first), (down, *middle), up, late, (norm, last) = self.parts
        waves = 1000 * torch.exp(torch.arange(64, device=x.device) * (-math.log(10000) / 64))
        angles = time * waves
        early, deep = of_time.children()
        condition = deep(functional.silu(early(torch.cat([angles.cos(), angles.sin()], dim=1))))
        (embedding,) = of_label.children()
        condition = functional.silu(condition + embedding(label))
        x = conv(functional.pixel_unshuffle(x, 2))
        for block in first:
            x = block(x, condition)
        skip = x
        x = down(x)
        for block in middle:
            x = block(x, condition)
        x = torch.cat([up(x), skip], dim=1)
        for block in late:
            x = block(x, condition)
        return functional.pixel_shuffle(last(functional.silu(norm(x))), 2)
