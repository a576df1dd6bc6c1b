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


def rows_of(x):
    """The pixels of images as rows, or vectors as the tokens of one text."""
    return x.flatten(2).transpose(1, 2) if x.dim() == 4 else x[None]


class Multihead(nn.Module):
    """nn.MultiheadAttention over pixels or over the tokens of texts, with its own names."""

    def __init__(self, width, heads, context_width, bias, texts=None):
        super().__init__()
        attention = nn.MultiheadAttention(width, heads, bias=bias, kdim=context_width, vdim=context_width,
                                          batch_first=True)
        self.__dict__["attention"], self.texts = attention, texts

    def named_parameters(self, *arguments, **options):
        return self.attention.named_parameters(*arguments, **options)

    def forward(self, x, context=None):
        self.attention.double()
        context = x if context is None else context
        if self.texts:
            return torch.cat([self.attention(a[None], b[None], b[None], need_weights=False)[0][0]
                              for a, b in zip(x.split(self.texts), context.split(self.texts))])
        if context.dim() == 4 and x.dim() == 2:  # a vector is one query
            rows = rows_of(context)
            return self.attention(x[:, None], rows, rows, need_weights=False)[0][:, 0]
        rows = rows_of(context) if context.dim() == 4 else context[:, None]
        y = self.attention(rows_of(x), rows, rows, need_weights=False)[0]
        return y.transpose(1, 2).reshape(x.shape)


def texts_of(store, name, rows):
    store.add(f"{name}/texts", torch.tensor([(count, 0) for count in rows]))
    return rows


def attention(store):
    def case(name, width, heads, shape, bias=True, texts=None, scale=1.0):
        if texts:
            texts_of(store, name, texts)
        layers.drawn(store, name, Multihead(width, heads, width, bias, texts), *shape, scale=scale)

    case("attention_6_2", 6, 2, (3, 6, 2, 3))
    case("attention_32_4", 32, 4, (2, 32, 4, 5))
    case("attention_20_1_no_bias", 20, 1, (2, 20, 3, 3), bias=False, scale=3.0)
    case("attention_4_2_300", 4, 2, (1, 4, 15, 20))  # more keys than a block of them
    case("attention_10_2_texts", 10, 2, (12, 10), texts=[5, 1, 6])


def cross_attention(store):
    def case(name, width, heads, shape, context, bias=True, texts=None):
        if texts:
            texts_of(store, name, texts)
        run(store, name, Multihead(width, heads, context[1], bias, texts), values(f"{name}/x", shape),
            values(f"{name}/named", context))

    case("cross_attention_8_2", 8, 2, (3, 8, 2, 3), (3, 8, 5, 1))
    case("cross_attention_12_3_7", 12, 3, (2, 12, 3, 3), (2, 7, 4, 1))
    case("cross_attention_8_2_no_bias", 8, 2, (2, 8, 2, 2), (2, 5, 3, 2), bias=False)
    case("cross_attention_6_3_one_query", 6, 3, (3, 6), (3, 4, 2, 3))
    case("cross_attention_10_2_texts", 10, 2, (9, 10), (9, 6), texts=[4, 5])
