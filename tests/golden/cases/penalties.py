"""Gradient penalties: the value and its gradient by the parameters, by a graph of the gradient (create_graph=True).

A case NAME stores NAME/x, NAME/penalty, NAME/PARAMETER and NAME/PARAMETER.grad, with labels NAME/label, and NAME/BUFFER.
Singular vectors are what they are: nothing iterates.
"""
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from .layers import values
from .named import Project
from .parametrizations import set_iterates


def penalty(store, name, critic, x, gamma):
    critic = critic.double()
    with torch.no_grad():
        for parameter, tensor in critic.named_parameters():
            fan_in = max(tensor[0].numel(), 1)
            tensor.copy_(values(f"{name}/{parameter}", tensor.shape, 1 / fan_in**0.5 if tensor.dim() > 1 else 0.3,
                                1.0 if tensor.dim() == 1 and parameter.endswith("weight") else 0.0))
        for buffer, tensor in critic.named_buffers():
            drawn = values(f"{name}/{buffer}", tensor.shape)
            tensor.copy_((drawn / drawn.norm()).float())
            store.add(f"{name}/{buffer}", tensor)
    set_iterates(critic, False)
    x = x.clone().requires_grad_()
    gradient, = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    value = gamma / 2 * gradient.flatten(1).square().sum(1).mean()
    value.backward()
    store.add(f"{name}/x", x)
    store.add(f"{name}/penalty", value.reshape(1))
    for parameter, tensor in critic.named_parameters():
        store.add(f"{name}/{parameter}", tensor)
        store.add(f"{name}/{parameter}.grad", torch.zeros_like(tensor) if tensor.grad is None else tensor.grad)


def r1(store):
    critic = nn.Sequential(nn.Conv2d(2, 4, 3, 1, 1), nn.LeakyReLU(0.2), nn.GroupNorm(2, 4), nn.SiLU(),
                           nn.Conv2d(4, 6, 4, 2, 1, bias=False), nn.GELU(), nn.Flatten(), nn.LayerNorm(24), nn.Tanh(),
                           nn.Linear(24, 1))
    penalty(store, "r1", critic, values("r1/x", (3, 2, 4, 4)), 10.0)


class Conditional(nn.Sequential):
    """A chain whose projection reads the label."""

    label = None

    def forward(self, x):
        for layer in self:
            x = layer(x, self.label) if isinstance(layer, Project) else layer(x)
        return x


class GatedSiLU(nn.Module):
    def forward(self, x):
        gate, value = x.chunk(2, dim=1)
        return nn.functional.silu(gate) * value


def r1_projection(store):
    """A discriminator with spectral norm and a projection by the label."""
    critic = Conditional(spectral_norm(nn.Conv2d(2, 4, 3, 1, 1)), nn.LeakyReLU(0.2),
                         spectral_norm(nn.Conv2d(4, 6, 4, 2, 1, bias=False)), nn.SiLU(), nn.Flatten(),
                         spectral_norm(nn.Linear(24, 12)), GatedSiLU(), weight_norm(nn.Linear(6, 5)), nn.Tanh(),
                         Project(3, 5))
    critic.label = torch.tensor([[2], [0], [2], [1]])
    store.add("r1_projection/label", critic.label.double())
    penalty(store, "r1_projection", critic, values("r1_projection/x", (4, 2, 4, 4)), 10.0)


class PixelAttention(nn.MultiheadAttention):
    """Over the pixels of an image. With the weights: what PyTorch has without them has no second backward."""

    def forward(self, x):
        rows = x.flatten(2).transpose(1, 2)
        return super().forward(rows, rows, rows, need_weights=True)[0].transpose(1, 2).reshape(x.shape)


def r1_attention(store):
    critic = nn.Sequential(nn.Conv2d(2, 6, 3, 1, 1), nn.SiLU(), PixelAttention(6, 2, batch_first=True), nn.Tanh(),
                           nn.Flatten(), nn.Linear(96, 1))
    penalty(store, "r1_attention", critic, values("r1_attention/x", (3, 2, 4, 4), 2.0), 10.0)
