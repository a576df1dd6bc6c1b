"""The layers of text models: a token is a sample, so a case's batch is its rows. PyTorch in float64, as in layers.py."""
import torch
from torch import nn

from cases.layers import drawn, values


def embeddings(store):
    def case(name, vocabulary, width, ids):
        module = nn.Embedding(vocabulary, width).double()
        with torch.no_grad():
            module.weight.copy_(values(f"{name}/weight", (vocabulary, width)))
        y = module(torch.tensor(ids))
        dy = values(f"{name}/dy", y.shape)
        y.backward(dy)
        # An id has no gradient.
        for key, tensor in dict(x=torch.tensor(ids)[:, None], y=y, dy=dy, dx=torch.zeros(len(ids), 1)).items():
            store.add(f"{name}/{key}", tensor)
        store.add(f"{name}/weight", module.weight)
        store.add(f"{name}/weight.grad", module.weight.grad)

    case("embedding_5_3", 5, 3, [4, 0, 4, 2, 4])
    case("embedding_9_70", 9, 70, [8, 8, 1, 0, 3, 1, 8])


class Gated(nn.Module):
    def __init__(self, activation):
        super().__init__()
        self.activation = activation

    def forward(self, x):
        gate, value = x.chunk(2, dim=-1)
        return self.activation(gate) * value


def gates(store):
    drawn(store, "gated_silu", Gated(nn.SiLU()), 3, 38, scale=2.0)
    drawn(store, "gated_sigmoid", Gated(nn.Sigmoid()), 2, 10, scale=2.0)  # a slope from the output
    drawn(store, "gated_gelu_tanh", Gated(nn.GELU(approximate="tanh")), 2, 66)
